/** One configuration of one endpoint (7/CMP): handed to each node once, and reported as applied once. */
import type { EndpointAddress } from '../client/channel.ts';
import type { KaaClient } from '../client/client.ts';
import type { StandingRequest } from '../client/standing-request.ts';
import { KaaRejectedError } from '../protocol/errors.ts';
import type { Records, StoredConfiguration } from '../store/store.ts';
import { isUnchanged, type ReceivedAssignment } from './assignment.ts';
import { type AppliedReport, type AssignmentObserver, EndpointAssignment, isApplied } from './endpoint-assignment.ts';

export interface ConfigurationObserver extends AssignmentObserver {
  /** The node's id. */
  readonly id: string;
  /** `always`: once per start of the node; `changed`: where it is not the one that this node handed out last. */
  readonly emit: 'always' | 'changed';
  /** Reports a configuration as applied when it was handed out. */
  readonly autoApply: boolean;
  received(address: EndpointAddress, configName: string, received: ReceivedAssignment): void;
}

export class EndpointConfiguration extends EndpointAssignment<StoredConfiguration, ConfigurationObserver> {
  /** `configId` of the last one that each node handed out since its start. */
  readonly #handedOut = new Map<ConfigurationObserver, string>();
  #applying: StandingRequest | undefined;

  constructor(client: KaaClient, records: Records<StoredConfiguration>, address: EndpointAddress, name: string) {
    const used = { asked: 'configuration', applied: 'configurationApplied' } as const;
    super(client, records, address, name, used, { emitted: {} });
  }

  protected override async observersChanged(): Promise<void> {
    for (const observer of this.#handedOut.keys()) if (!this.observers.has(observer)) this.#handedOut.delete(observer);
    // What is remembered is handed out first, whatever the network does.
    if (this.memory.received !== undefined) await this.#handOut(this.memory.received);
    await super.observersChanged();
    const applies = [...this.observers].some(appliesItself);
    if (applies) {
      this.#applying ??= this.standing('configurationApplied', () => this.#apply(), appliesItself);
    } else this.#stopApplying();
  }

  protected override stopObserving(): void {
    super.stopObserving();
    this.#stopApplying();
  }

  /** Only what is known to be applied is sent, because the platform may take it as applied. */
  protected override async observeRequest(): Promise<void> {
    const { applied } = this.memory;
    const reading = await this.observeWith(applied === undefined ? {} : { configId: applied });
    if (!isUnchanged(reading)) return;
    const current = reading.configId ?? applied;
    // The platform went back to one that is not at hand any more.
    if (current !== undefined && current !== this.memory.received?.configId) await this.observeWith({});
  }

  protected override async take(received: ReceivedAssignment): Promise<void> {
    const isNew = received.configId !== this.memory.received?.configId;
    const remembered = this.#handOut(received);
    // Not behind the disk: the next one may be there by then, and this one would not be reported.
    if (isNew) this.#applying?.repeat();
    await remembered;
  }

  protected override async reported(report: AppliedReport): Promise<void> {
    const { configId } = report;
    const { applied, rejected, ...memory } = this.memory;
    const before = isApplied(report) ? { rejected } : { applied };
    const kept = Object.fromEntries(
      Object.entries(before).filter(([, other]) => other !== undefined && other !== configId),
    );
    await this.remember({
      ...memory,
      ...kept,
      ...(isApplied(report) ? { applied: configId } : { rejected: configId }),
    });
  }

  async #apply(): Promise<void> {
    const { received, applied, rejected } = this.memory;
    const configId = received?.configId ?? '';
    if (configId === '' || configId === applied || configId === rejected) return;
    try {
      await this.report({ configId, statusCode: 200 }, this);
    } catch (error) {
      // An answer too: it is asked again after the next connect, and not before.
      if (!(error instanceof KaaRejectedError) || error.isTemporary) throw error;
      for (const observer of this.observers) if (observer.autoApply) observer.failed(this.address, error);
    }
  }

  #stopApplying(): void {
    if (this.#applying === undefined) return;
    this.#applying.stop();
    this.#applying = undefined;
    this.observing('configurationApplied', undefined, () => true);
  }

  /** Hands it to every node that has not got it, and remembers both. */
  async #handOut(received: ReceivedAssignment): Promise<void> {
    const { configId, config } = received;
    const isNew = configId !== this.memory.received?.configId;
    const emitted = { ...this.memory.emitted, ...this.#handToAll(received) };
    const before = this.memory.emitted;
    if (!isNew && Object.keys(emitted).every((id) => emitted[id] === before[id])) return;
    await this.remember({ ...this.memory, ...(isNew ? { received: { configId, config } } : {}), emitted });
  }

  /** The `configId` by the ids of the nodes that have taken it. */
  #handToAll(received: ReceivedAssignment): Record<string, string> {
    const { configId } = received;
    const taken: Record<string, string> = {};
    for (const observer of this.observers) {
      const { id, emit } = observer;
      if (this.#handedOut.get(observer) === configId) continue;
      this.#handedOut.set(observer, configId);
      if (emit === 'changed' && this.memory.emitted[id] === configId) continue;
      // Flows change what they are given.
      if (this.hand(() => observer.received(this.address, this.name, structuredClone(received)))) taken[id] = configId;
    }
    return taken;
  }
}

function appliesItself({ autoApply }: ConfigurationObserver): boolean {
  return autoApply;
}
