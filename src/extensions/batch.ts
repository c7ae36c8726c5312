/** Collects samples of one endpoint and sends them as one message. */
import type { ExchangeOutcome } from '../client/exchange.ts';

/** Samples as JSON, separated by commas. */
export interface EncodedSamples {
  readonly json: string;
  readonly count: number;
}

export interface BatchLimits {
  /** Samples at which a batch is sent. */
  readonly size: number;
  /** Milliseconds after its first sample at which a batch is sent. */
  readonly interval: number;
  /** Bytes that a message may have. */
  readonly maxPayload: number;
}

/** What became of a batch, for each message in it. */
export interface BatchOutcome extends ExchangeOutcome {
  readonly samples: number;
}

interface OpenBatch {
  readonly parts: string[];
  count: number;
  bytes: number;
  readonly outcome: Promise<BatchOutcome>;
  readonly resolve: (outcome: Promise<BatchOutcome>) => void;
  readonly timer: NodeJS.Timeout;
}

export class Batch {
  readonly #limits: BatchLimits;
  readonly #send: (samples: EncodedSamples) => Promise<ExchangeOutcome>;
  #open: OpenBatch | undefined;

  constructor(limits: BatchLimits, send: (samples: EncodedSamples) => Promise<ExchangeOutcome>) {
    this.#limits = limits;
    this.#send = send;
  }

  /** Adds the samples of one message, never split, and waits for the outcome of their batch. */
  add(samples: EncodedSamples): Promise<BatchOutcome> {
    const bytes = Buffer.byteLength(samples.json) + 1;
    if (this.#open !== undefined && this.#open.bytes + bytes > this.#limits.maxPayload) this.flush();
    const open = (this.#open ??= this.#start());
    open.parts.push(samples.json);
    open.count += samples.count;
    open.bytes += bytes;
    if (open.count >= this.#limits.size) this.flush();
    return open.outcome;
  }

  /** Sends what was collected. */
  flush(): void {
    const open = this.#open;
    if (open === undefined) return;
    this.#open = undefined;
    clearTimeout(open.timer);
    const samples = open.count;
    const sent = this.#send({ json: open.parts.join(','), count: samples });
    open.resolve(sent.then((outcome) => ({ ...outcome, samples })));
  }

  #start(): OpenBatch {
    const { promise, resolve } = Promise.withResolvers<BatchOutcome>();
    const timer = setTimeout(() => this.flush(), this.#limits.interval);
    // Two bytes for the brackets; every sample brings its comma.
    return { parts: [], count: 0, bytes: 2, outcome: promise, resolve, timer };
  }
}
