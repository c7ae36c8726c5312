/**
 * Store and forward: sends the samples that wait on disk while there is a connection, the endpoints by turns. Nobody
 * else waits for them: they take half of the window at most.
 */
import { backOff } from '../client/back-off.ts';
import { addressKey, type EndpointAddress, type Sender, type Target } from '../client/channel.ts';
import type { KaaClient } from '../client/client.ts';
import { Fifo } from '../client/fifo.ts';
import { asError, englishOf } from '../protocol/errors.ts';
import type { Outbox, QueueAddress } from '../store/store.ts';
import { type Next, QueueForwarding, type QueueListener } from './queue-forwarding.ts';

/** Bytes of samples in one message, where the endpoint allows as many. */
const mostBytes = 131_072;

/** Messages accepted from which on larger ones are tried again. */
const enoughAccepted = 50;

/** Bytes below which messages do not get smaller because the platform finds them too large. */
const fewestBytes = 1024;

/** Endpoints at work up to which the next batch is read while one is under way; beyond, others are at work meanwhile. */
const mostReadingAhead = 8;

/** Seconds until the store is asked again what waits in it. */
const storeRetry = { shortest: 1, longest: 60 };

export interface ForwarderListener {
  /** Whose samples these are; see `QueueListener`. */
  addressOf(queue: QueueAddress): EndpointAddress;
  /** The platform refuses a sample, which is given up where somebody was told. `node` stored it. */
  rejected(address: EndpointAddress, node: string, sample: unknown, error: Error): boolean;
  /** An endpoint's samples wait until the platform accepts it. `node` stored the next of them. */
  paused(address: EndpointAddress | undefined, node: string, error: Error): void;
  /** Something went wrong that belongs to no sample. */
  failed(address: EndpointAddress | undefined, error: Error): void;
  /** `trouble` or `held` has changed. */
  troubleChanged(): void;
}

interface Entry {
  readonly forwarding: QueueForwarding;
  /** Counts how often samples were added. */
  additions: number;
  /** Idle ones are kept for what is known of them. */
  state: 'idle' | 'ready' | 'active' | NodeJS.Timeout;
}

/** `held`: somebody wants it to wait. `finishing`: what is under way is the last. */
type Phase = 'forwarding' | 'held' | 'finishing' | 'closed';

export class Forwarder implements QueueListener, Sender {
  readonly #client: KaaClient;
  readonly #outbox: Outbox;
  readonly #listener: ForwarderListener;
  /** The endpoints with something to forward. */
  readonly #entries = new Map<string, Entry>();
  readonly #ready = new Fifo<Entry>();
  /** Why endpoints are paused. */
  readonly #troubles = new Map<string, Error>();
  readonly #unwatch: () => void;
  #active = 0;
  #mostBytes: number;
  /** Messages accepted since the bound of their size was changed. */
  #accepted = 0;
  #diskFailure: string | undefined;
  #storeTimer: NodeJS.Timeout | undefined;
  #phase: Phase = 'forwarding';
  #whenIdle: (() => void)[] = [];

  constructor(client: KaaClient, outbox: Outbox, listener: ForwarderListener) {
    this.#client = client;
    this.#outbox = outbox;
    this.#listener = listener;
    this.#mostBytes = Math.min(mostBytes, client.options.maxPayload);
    this.#unwatch = client.onStatus(({ state }) => {
      if (state === 'connected') this.#connected();
      if (state === 'closed') this.#close();
    });
    if (client.status.state === 'closed') this.#phase = 'closed';
  }

  /** Forwards what waits in the store already, and from now on what `added` names. */
  start(): void {
    void this.#readQueues(0);
  }

  /** Sends nothing more; resolves when what is under way has its answer, so that it need not be sent again. */
  async finish(): Promise<void> {
    if (this.#phase !== 'closed') this.#phase = 'finishing';
    await this.#idle();
  }

  /** Whether somebody wants the samples to wait. */
  get held(): boolean {
    return this.#phase === 'held';
  }

  /** From now on the samples wait; what is under way is still answered. */
  hold(): void {
    if (this.#phase === 'forwarding') this.#setHeld(true);
  }

  resume(): void {
    if (this.#phase === 'held') this.#setHeld(false);
  }

  /**
   * Removes for good all samples that wait, but for those that are added later and those that are under way. Resolves to
   * how many they were.
   * @throws {KaaStoreError} the disk failed
   */
  async discard(): Promise<number> {
    const samples = await this.#outbox.discard();
    for (const entry of this.#entries.values()) this.#discarded(entry);
    return samples;
  }

  /** Samples were added to a queue. */
  added(queue: QueueAddress): void {
    if (this.#phase === 'closed') return;
    const key = addressKey(queue);
    const known = this.#entries.get(key);
    if (known !== undefined) {
      known.additions += 1;
      if (known.state === 'idle') this.#makeReady(known);
      return;
    }
    const forwarding = new QueueForwarding(queue, this.#client, this.#outbox, this);
    const entry: Entry = { forwarding, additions: 0, state: 'ready' };
    this.#entries.set(key, entry);
    this.#makeReady(entry);
  }

  /** Why an endpoint is paused, if one is. */
  get trouble(): Error | undefined {
    const [trouble] = this.#troubles.values();
    return trouble;
  }

  get mostBytes(): number {
    return this.#mostBytes;
  }

  addressOf(queue: QueueAddress): EndpointAddress {
    return this.#listener.addressOf(queue);
  }

  limitBytes(most: number): void {
    const largest = Math.min(mostBytes, this.#client.options.maxPayload);
    this.#mostBytes = Math.min(largest, Math.max(fewestBytes, most));
    this.#accepted = 0;
  }

  rejected(address: EndpointAddress, node: string, sample: unknown, error: Error): boolean {
    return this.#listener.rejected(address, node, sample, error);
  }

  paused(queue: QueueAddress, node: string, error: Error): void {
    this.#troubles.set(addressKey(queue), error);
    this.#listener.troubleChanged();
    this.#listener.paused(this.#ownerOf(queue), node, error);
  }

  accepted(queue: QueueAddress): void {
    this.#accepted += 1;
    if (this.#accepted === enoughAccepted) this.limitBytes(2 * this.#mostBytes);
    this.#endTrouble(queue);
  }

  async #idle(): Promise<void> {
    if (this.#active === 0) return;
    await new Promise<void>((resolve) => {
      this.#whenIdle.push(resolve);
    });
  }

  #setHeld(held: boolean): void {
    this.#phase = held ? 'held' : 'forwarding';
    this.#listener.troubleChanged();
    this.#advance();
  }

  #discarded(entry: Entry): void {
    entry.forwarding.discarded();
    if (typeof entry.state === 'object') {
      clearTimeout(entry.state);
      this.#makeReady(entry);
    }
    this.#endTrouble(entry.forwarding.queue);
  }

  #endTrouble(queue: QueueAddress): void {
    if (this.#troubles.delete(addressKey(queue))) this.#listener.troubleChanged();
  }

  /** Told once, until something goes well again. */
  diskFailed(error: Error): void {
    if (this.#phase === 'closed' || this.#diskFailure === englishOf(error)) return;
    this.#diskFailure = englishOf(error);
    this.#listener.failed(undefined, error);
  }

  diskWorked(): void {
    this.#diskFailure = undefined;
  }

  unexpectedError(target: Target, error: Error): void {
    this.#listener.failed(target, error);
  }

  /** Undefined where the endpoint cannot tell. */
  #ownerOf(queue: QueueAddress): EndpointAddress | undefined {
    try {
      return this.addressOf(queue);
    } catch {
      return undefined;
    }
  }

  async #readQueues(failures: number): Promise<void> {
    try {
      for (const queue of await this.#outbox.queues()) this.added(queue);
    } catch (error) {
      if (this.#phase === 'closed') return;
      this.diskFailed(asError(error));
      this.#storeTimer = setTimeout(() => void this.#readQueues(failures + 1), backOff(failures + 1, storeRetry));
    }
  }

  /** Whatever an endpoint waited for may be over. */
  #connected(): void {
    for (const entry of this.#entries.values()) {
      if (typeof entry.state !== 'object') continue;
      clearTimeout(entry.state);
      this.#makeReady(entry);
    }
    this.#advance();
  }

  #makeReady(entry: Entry): void {
    entry.state = 'ready';
    this.#ready.push(entry);
    this.#advance();
  }

  #advance(): void {
    const mostActive = Math.max(1, Math.floor(this.#client.options.maxInFlight / 2));
    while (this.#phase === 'forwarding' && this.#client.status.state === 'connected' && this.#active < mostActive) {
      const entry = this.#ready.shift();
      if (entry === undefined) return;
      entry.state = 'active';
      this.#active += 1;
      void this.#forward(entry);
    }
  }

  async #forward(entry: Entry): Promise<void> {
    const { additions } = entry;
    const next = await this.#try(entry);
    this.#active -= 1;
    if (this.#phase !== 'closed') this.#follow(entry, next, additions);
    if (this.#active > 0) return;
    const callbacks = this.#whenIdle;
    this.#whenIdle = [];
    for (const callback of callbacks) callback();
  }

  /** Listeners may fail: then it is tried again, as with everything else. */
  async #try({ forwarding }: Entry): Promise<Next> {
    try {
      return await forwarding.forward(this.#active <= mostReadingAhead);
    } catch (error) {
      this.diskFailed(asError(error));
      return backOff(1, storeRetry);
    }
  }

  /** @param additions how often samples had been added before the last look for some */
  #follow(entry: Entry, next: Next, additions: number): void {
    if (typeof next === 'number') {
      entry.state = setTimeout(() => this.#makeReady(entry), next);
      this.#advance();
    } else if (next === 'empty' && entry.additions === additions) {
      const { queue } = entry.forwarding;
      if (entry.forwarding.hasRefusals) entry.state = 'idle';
      else this.#entries.delete(addressKey(queue));
      this.#endTrouble(queue);
      this.#advance();
    } else this.#makeReady(entry);
  }

  #close(): void {
    this.#phase = 'closed';
    this.#unwatch();
    clearTimeout(this.#storeTimer);
    for (const { state } of this.#entries.values()) if (typeof state === 'object') clearTimeout(state);
    this.#entries.clear();
  }
}
