/** The software of one endpoint: its running version is reported, and each other version offered until it is answered. */
import { randomUUID } from 'node:crypto';
import type { EndpointAddress, Sender } from '../client/channel.ts';
import type { KaaClient } from '../client/client.ts';
import { KaaRejectedError } from '../protocol/errors.ts';
import type { Records, StoredSoftware } from '../store/store.ts';
import type { ReceivedAssignment } from './assignment.ts';
import {
  type AppliedReport,
  type AssignmentObserver,
  type AssignmentOutcome,
  EndpointAssignment,
  isApplied,
} from './endpoint-assignment.ts';

/** Tells offers of this process from those of an earlier one. */
const thisProcess = randomUUID();

/** Rejected versions that are remembered. */
const mostRejected = 100;

export interface SoftwareObserver extends AssignmentObserver {
  /** The version that the node says is running; `''` where it does not know. */
  currentVersion(): Promise<string>;
  /** @param redelivered handed out before a restart already, and not answered */
  received(address: EndpointAddress, received: ReceivedAssignment, redelivered: boolean): void;
}

export class EndpointSoftware extends EndpointAssignment<StoredSoftware, SoftwareObserver> {
  constructor(client: KaaClient, records: Records<StoredSoftware>, address: EndpointAddress) {
    super(client, records, address, '', { asked: 'software', applied: 'softwareApplied' }, { rejected: [] });
  }

  /**
   * As `get`, having reported the running version.
   * @param currentVersion what the asking node says is running; `''` where it does not know
   */
  async getFor(currentVersion: string, sender: Sender): Promise<AssignmentOutcome> {
    await this.opened;
    await this.#reportRunning(this.#runningBeside(currentVersion || (await this.#currentVersion())), sender);
    return this.get(sender);
  }

  /** The platform offers what it thinks is missing, so that it has to know first what is running. */
  protected override async observeRequest(): Promise<void> {
    await this.#reportRunning(await this.#runningVersion(), this);
    await this.observeWith({});
  }

  protected override async take(received: ReceivedAssignment): Promise<void> {
    const { configId: version, config } = received;
    await this.remember({ ...this.memory, received: { configId: version, config } });
    const { offered, rejected } = this.memory;
    if (version === '' || rejected.includes(version) || version === (await this.#runningVersion())) return;
    if (offered?.version === version && offered.process === thisProcess) return;
    await this.remember({ ...this.memory, offered: { version, process: thisProcess } });
    for (const observer of this.observers) observer.received(this.address, received, offered?.version === version);
  }

  protected override async reported(report: AppliedReport): Promise<void> {
    const { configId: version } = report;
    const { offered, ...memory } = this.memory;
    const others = memory.rejected.filter((other) => other !== version);
    await this.remember({
      ...memory,
      ...(offered === undefined || offered.version === version ? {} : { offered }),
      ...(isApplied(report)
        ? { running: { version, currentVersion: await this.#currentVersion() }, rejected: others }
        : { rejected: [...others, version].slice(-mostRejected) }),
    });
  }

  /** A platform that does not want to know the version may still have another one to offer. */
  async #reportRunning(version: string, sender: Sender): Promise<void> {
    if (version === '') return;
    try {
      await this.send('softwareApplied', { configId: version, statusCode: 200 }, sender);
    } catch (error) {
      if (!(error instanceof KaaRejectedError)) throw error;
      this.failed(error);
    }
  }

  /** A version that was confirmed as applied wins over what the nodes say, until they say something else. */
  async #runningVersion(): Promise<string> {
    return this.#runningBeside(await this.#currentVersion());
  }

  #runningBeside(currentVersion: string): string {
    const { running } = this.memory;
    return running?.currentVersion === currentVersion ? running.version : currentVersion;
  }

  async #currentVersion(): Promise<string> {
    for (const observer of this.observers) {
      const version = await observer.currentVersion();
      if (version !== '') return version;
    }
    return '';
  }
}
