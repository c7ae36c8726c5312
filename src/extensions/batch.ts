/** Collects samples of one endpoint and sends them as one message, once. */
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

export class Batch {
  readonly #limits: BatchLimits;
  readonly #send: (body: string) => Promise<ExchangeOutcome>;
  readonly #parts: string[] = [];
  readonly #timer: NodeJS.Timeout;
  readonly #outcome = Promise.withResolvers<BatchOutcome>();
  #count = 0;
  /** Two bytes for the brackets; every part brings its comma. */
  #bytes = 2;

  /** @param send sends the body; called once */
  constructor(limits: BatchLimits, send: (body: string) => Promise<ExchangeOutcome>) {
    this.#limits = limits;
    this.#send = send;
    this.#timer = setTimeout(() => this.flush(), limits.interval);
  }

  /** Whether there is room for the samples of one more message, which are never split. */
  fits({ json }: EncodedSamples): boolean {
    return this.#count === 0 || this.#bytes + Buffer.byteLength(json) + 1 <= this.#limits.maxPayload;
  }

  /** Adds the samples of one message and waits for the outcome of the batch. */
  add({ json, count }: EncodedSamples): Promise<BatchOutcome> {
    this.#parts.push(json);
    this.#bytes += Buffer.byteLength(json) + 1;
    this.#count += count;
    if (this.#count >= this.#limits.size) this.flush();
    return this.#outcome.promise;
  }

  /** Sends what was collected; the batch takes no more. */
  flush(): void {
    clearTimeout(this.#timer);
    const samples = this.#count;
    const sent = this.#send(`[${this.#parts.join(',')}]`);
    this.#outcome.resolve(sent.then((outcome) => ({ ...outcome, samples })));
  }
}
