/**
 * Forwards the samples of one endpoint that wait on disk: in order, one message at a time, each removed when the platform
 * has confirmed it. What is refused for what it says is found by splitting; what is refused for who says it stays.
 */
import { backOff, type BackOffLimits } from '../client/back-off.ts';
import type { EndpointAddress, Sender } from '../client/channel.ts';
import type { KaaClient } from '../client/client.ts';
import {
  asError,
  englishOf,
  KaaClosedError,
  KaaConfigError,
  KaaInvalidError,
  KaaOfflineError,
  KaaRejectedError,
  KaaTimeoutError,
} from '../protocol/errors.ts';
import type { BatchLimits, Outbox, QueueAddress, StoredBatch } from '../store/store.ts';

/** Samples in one message. */
const mostSamples = 1000;

/** Samples refused alone, one after the other, from which on not the samples are taken to be the reason. */
const mostSingles = 10;

/** Seconds until what may succeed later is tried again. */
const laterLimits: BackOffLimits = { shortest: 1, longest: 60 };

/** Seconds until an endpoint that is refused is tried again. */
const pauseLimits: BackOffLimits = { shortest: 1, longest: 300 };

export interface QueueListener extends Sender {
  /**
   * Whose samples these are, at this moment.
   * @throws {KaaConfigError} the endpoint has no token or application version of its own
   */
  addressOf(queue: QueueAddress): EndpointAddress;
  /** Bytes that a message may have. */
  readonly mostBytes: number;
  /** From now on messages may have so many bytes. */
  limitBytes(most: number): void;
  /** The platform refuses a sample, which is given up where somebody was told. */
  rejected(address: EndpointAddress, node: string, sample: unknown, error: Error): boolean;
  /** Nothing is forwarded until the endpoint is accepted; told once for each reason. `node` stored the next sample. */
  paused(queue: QueueAddress, node: string, error: Error): void;
  /** Something of the queue was accepted. */
  accepted(queue: QueueAddress): void;
  diskFailed(error: Error): void;
  diskWorked(): void;
}

/**
 * What is to be done behind a message: another one may follow, no sample waits, the connection has to come back, or
 * milliseconds have to pass.
 */
export type Next = 'more' | 'empty' | 'offline' | number;

export class QueueForwarding {
  readonly queue: QueueAddress;
  readonly #client: KaaClient;
  readonly #outbox: Outbox;
  readonly #listener: QueueListener;
  /** Samples in the next message, where none of them is suspected. */
  #most = mostSamples;
  /** Samples at the head of which at least one is refused. */
  #suspects = 0;
  /** Bytes that a message could have before there were suspects. */
  #bytesBefore = 0;
  /** Samples refused alone since one was accepted. */
  #singles = 0;
  /** Tries that failed since one was accepted. */
  #failures = 0;
  /** Place up to which samples were forwarded and are still to be removed. */
  #unremoved: number | undefined;
  /** The reason for the pause that was told. */
  #told: string | undefined;
  /** The next batch, read while the one before is under way. */
  #ahead: Promise<StoredBatch | undefined> | undefined;

  constructor(queue: QueueAddress, client: KaaClient, outbox: Outbox, listener: QueueListener) {
    this.queue = queue;
    this.#client = client;
    this.#outbox = outbox;
    this.#listener = listener;
  }

  /** Whether samples were refused alone since one was accepted. */
  get hasRefusals(): boolean {
    return this.#singles > 0;
  }

  /**
   * Forwards one message.
   * @param readAhead reads the batch behind it meanwhile
   */
  async forward(readAhead: boolean): Promise<Next> {
    if (this.#unremoved !== undefined) await this.#remove(this.#unremoved);
    let batch: StoredBatch | undefined;
    try {
      batch = await this.#next();
    } catch (error) {
      this.#listener.diskFailed(asError(error));
      return this.#waitFor(laterLimits);
    }
    if (batch === undefined) return this.#unremoved === undefined ? 'empty' : this.#waitFor(laterLimits);
    if (readAhead) this.#readBehind(batch);
    return this.#send(batch);
  }

  /** What waited is gone: what was read ahead must not be sent, and what was found out about samples says nothing more. */
  discarded(): void {
    this.#ahead = undefined;
    this.#most = mostSamples;
    this.#suspects = 0;
    this.#singles = 0;
    this.#failures = 0;
    this.#told = undefined;
  }

  get #limits(): BatchLimits {
    const samples = this.#suspects === 0 ? this.#most : Math.min(this.#most, Math.ceil(this.#suspects / 2));
    return { samples, bytes: this.#listener.mostBytes };
  }

  async #next(): Promise<StoredBatch | undefined> {
    const ahead = this.#ahead;
    this.#ahead = undefined;
    return (await ahead) ?? this.#outbox.read(this.queue, this.#unremoved ?? 0, this.#limits);
  }

  #readBehind({ count, body, last }: StoredBatch): void {
    const { samples, bytes } = this.#limits;
    const isFull = count === samples || body.length * 2 > bytes;
    if (!isFull || this.#suspects > 0) return;
    this.#ahead = this.#outbox.read(this.queue, last, this.#limits);
    // Who uses it hears of it; it may also be thrown away.
    this.#ahead.catch(() => {});
  }

  async #send(batch: StoredBatch): Promise<Next> {
    let address: EndpointAddress;
    try {
      address = this.#listener.addressOf(this.queue);
    } catch (error) {
      return this.#pause(batch, asError(error));
    }
    try {
      const target = { ...address, resource: 'samples' } as const;
      const { last } = batch;
      await this.#client.send(target, Buffer.from(batch.body.buffer), 'answer', this.#listener, {
        answeredLate: () => this.#confirmedLate(last),
      });
    } catch (error) {
      return this.#refused(batch, address, asError(error));
    }
    // It is at the platform. Thousands of batches would pile up before the memory is looked for.
    batch.body.buffer.transfer(0);
    this.#accepted(batch);
    await this.#remove(batch.last);
    return 'more';
  }

  #accepted({ count }: StoredBatch): void {
    this.#failures = 0;
    this.#singles = 0;
    this.#told = undefined;
    this.#suspects = Math.max(0, this.#suspects - count);
    this.#most = Math.min(mostSamples, this.#most * 2);
    this.#listener.accepted(this.queue);
  }

  /** What was not removed by then goes before anything else is read. */
  #confirmedLate(last: number): void {
    this.#failures = 0;
    this.#ahead = undefined;
    this.#unremoved = Math.max(last, this.#unremoved ?? 0);
  }

  async #refused(batch: StoredBatch, address: EndpointAddress, error: Error): Promise<Next> {
    this.#ahead = undefined;
    switch (blameFor(error)) {
      case 'connection':
        return 'offline';
      case 'sample':
        return this.#split(batch, address, error);
      case 'endpoint':
        return this.#pause(batch, error);
      case 'nobody':
        // A server that needs longer for so many would never confirm any.
        if (error instanceof KaaTimeoutError && error.cause.sent === true)
          this.#most = Math.max(1, Math.floor(batch.count / 2));
        return this.#waitFor(laterLimits);
    }
  }

  async #split(batch: StoredBatch, address: EndpointAddress, error: Error): Promise<Next> {
    if (batch.count > 1) {
      if (this.#suspects === 0) this.#bytesBefore = this.#listener.mostBytes;
      if (isStatus(error, 413)) this.#listener.limitBytes(Math.floor(batch.body.length / 2));
      this.#suspects = batch.count;
      return 'more';
    }
    // The sample is too large, and not the messages.
    if (this.#suspects > 0) this.#listener.limitBytes(this.#bytesBefore);
    this.#suspects = 0;
    if (this.#singles === mostSingles) return this.#pause(batch, error);
    const { node, body, last } = batch;
    const [sample] = JSON.parse(Buffer.from(body).toString()) as readonly unknown[];
    // In the middle of a deploy nobody is there.
    if (!this.#listener.rejected(address, node, sample, error)) return this.#waitFor(laterLimits);
    this.#singles += 1;
    await this.#remove(last);
    if (this.#singles < mostSingles) return 'more';
    // From now on one sample alone is tried, which is not given up.
    this.#most = 1;
    return this.#pause(batch, error);
  }

  #pause({ node }: StoredBatch, error: Error): Next {
    this.#ahead = undefined;
    const told = englishOf(error);
    if (this.#told !== told) this.#listener.paused(this.queue, node, error);
    this.#told = told;
    return this.#waitFor(pauseLimits);
  }

  #waitFor(limits: BackOffLimits): number {
    this.#failures += 1;
    return backOff(this.#failures, limits);
  }

  /** Where the disk fails, the samples are passed over, and removed later. */
  async #remove(last: number): Promise<void> {
    const upTo = Math.max(last, this.#unremoved ?? 0);
    this.#unremoved = upTo;
    try {
      await this.#outbox.remove(this.queue, upTo);
      if (this.#unremoved === upTo) this.#unremoved = undefined;
      this.#listener.diskWorked();
    } catch (error) {
      this.#listener.diskFailed(asError(error));
    }
  }
}

/** Whose fault it is that a message was not accepted. */
function blameFor(error: Error): 'connection' | 'sample' | 'endpoint' | 'nobody' {
  if (error instanceof KaaOfflineError || error instanceof KaaClosedError) return 'connection';
  if (error instanceof KaaInvalidError) return 'sample';
  if (error instanceof KaaConfigError) return 'endpoint';
  if (!(error instanceof KaaRejectedError) || error.isTemporary) return 'nobody';
  return [400, 413, 422].some((statusCode) => isStatus(error, statusCode)) ? 'sample' : 'endpoint';
}

function isStatus(error: Error, statusCode: number): boolean {
  return error instanceof KaaRejectedError && error.cause.statusCode === statusCode;
}
