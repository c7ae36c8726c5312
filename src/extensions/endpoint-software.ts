/** The software of one endpoint: its running version is reported, and each other version offered until it is answered. */
import { isDeepStrictEqual } from 'node:util';
import type { EndpointAddress, Sender } from '../client/channel.ts';
import type { KaaClient } from '../client/client.ts';
import { KaaRejectedError, KaaTimeoutError } from '../protocol/errors.ts';
import type { Store, StoredSoftware } from '../store/store.ts';
import type { ReceivedAssignment } from './assignment.ts';
import {
  type AppliedReport,
  type AssignmentObserver,
  type AssignmentOutcome,
  EndpointAssignment,
  isApplied,
} from './endpoint-assignment.ts';

/** Versions that are remembered as offered or as rejected. */
const mostVersions = 100;

export interface SoftwareObserver extends AssignmentObserver {
  /** The version that the node says is running; `''` where it does not know. */
  currentVersion(): Promise<string>;
  /** @param redelivered handed out before a restart already, and not answered */
  received(address: EndpointAddress, received: ReceivedAssignment, redelivered: boolean): void;
}

export class EndpointSoftware extends EndpointAssignment<StoredSoftware, SoftwareObserver> {
  /** Tells offers of this process from those of an earlier one. */
  readonly #process: string;

  constructor(client: KaaClient, { software, process }: Pick<Store, 'software' | 'process'>, address: EndpointAddress) {
    const used = { asked: 'software', applied: 'softwareApplied' } as const;
    super(client, software, address, '', used, { offered: [], rejected: [] });
    this.#process = process;
  }

  /**
   * As `get`, having reported the running version.
   * @param currentVersion what the asking node says is running; `''` where it does not know
   */
  getFor(currentVersion: string, sender: Sender): Promise<AssignmentOutcome> {
    return this.during(async () => {
      await this.inTurn(() => this.#said(currentVersion));
      await this.#reportRunning(sender);
      return this.get(sender);
    });
  }

  /** The platform offers what it thinks is missing, so that it has to know first what is running. */
  protected override async observeRequest(): Promise<void> {
    const currentVersion = await this.#currentVersion();
    await this.inTurn(() => this.#said(currentVersion));
    if (this.observers.size === 0) return;
    await this.#reportRunning(this);
    await this.observeWith({});
  }

  protected override async take(received: ReceivedAssignment): Promise<void> {
    const { configId: version, config } = received;
    const assignment = { configId: version, config };
    if (!isDeepStrictEqual(this.memory.received, assignment)) {
      await this.remember({ ...this.memory, received: assignment });
    }
    if (this.observers.size === 0 || version === '' || this.#isSettled(version)) return;
    const before = this.memory.offered;
    const last = before.find((offer) => offer.version === version);
    if (last?.process === this.#process) return;
    const others = before.filter((offer) => offer !== last);
    const offered = [...others, { version, process: this.#process }].slice(-mostVersions);
    await this.remember({ ...this.memory, offered });
    if (this.observers.size === 0) {
      // The nodes have left meanwhile: it is for their successors, who may have asked for it already.
      await this.remember({ ...this.memory, offered: before });
      this.askAgain();
      return;
    }
    for (const observer of this.observers) {
      this.hand(() => observer.received(this.address, structuredClone(received), last !== undefined));
    }
  }

  protected override async reported(report: AppliedReport): Promise<void> {
    const { configId: version } = report;
    const { offered, rejected, ...memory } = this.memory;
    const others = rejected.filter((other) => other !== version);
    await this.remember({
      ...memory,
      offered: offered.filter((offer) => offer.version !== version),
      ...(isApplied(report)
        ? { running: { version, currentVersion: memory.currentVersion ?? '' }, rejected: others }
        : { rejected: [...others, version].slice(-mostVersions) }),
    });
  }

  /** Running, applied or rejected. */
  #isSettled(version: string): boolean {
    const { running, rejected } = this.memory;
    return version === this.#runningVersion || version === running?.version || rejected.includes(version);
  }

  /** A version that was confirmed as applied wins over what the nodes say, until they say something else. */
  get #runningVersion(): string {
    const { running, currentVersion = '' } = this.memory;
    return running?.currentVersion === currentVersion ? running.version : currentVersion;
  }

  async #said(currentVersion: string): Promise<void> {
    if (currentVersion === '' || currentVersion === this.memory.currentVersion) return;
    await this.remember({ ...this.memory, currentVersion });
  }

  /** A platform that does not take the report may still have another version to offer. */
  async #reportRunning(sender: Sender): Promise<void> {
    const configId = this.#runningVersion;
    if (configId === '') return;
    try {
      await this.send('softwareApplied', { configId, statusCode: 200 }, sender);
    } catch (error) {
      if (!(error instanceof KaaRejectedError || error instanceof KaaTimeoutError)) throw error;
      this.failed(error);
    }
  }

  async #currentVersion(): Promise<string> {
    for (const observer of this.observers) {
      const version = await observer.currentVersion();
      if (version !== '') return version;
    }
    return '';
  }
}
