import { sampleOverhead, type SampleKeeper, type SampleMemory } from './sample-memory.ts';

/** One recorded sample. */
export interface TelemetrySample {
  /** Counts the samples of an endpoint from 1, without gaps. */
  readonly seq: number;
  /** ISO 8601, UTC. */
  readonly receivedAt: string;
  /** Absent where the message carried none. */
  readonly requestId?: number;
  /** Of plain samples only. */
  readonly metric?: string;
  /** JSON as it was sent; of plain samples the number, or the text where it has a unit. */
  readonly sample: unknown;
  /** The number before the unit of a plain sample. */
  readonly value?: number;
  readonly unit?: string;
}

/** The sample stands in it as JSON text: what it is parsed to can be many times as large. */
interface KeptSample extends Omit<TelemetrySample, 'sample'> {
  readonly json: string;
  readonly bytes: number;
}

/**
 * The samples of one endpoint: the newest `capacity` are kept, fewer where the samples of all endpoints are too large;
 * all are counted.
 */
export class Telemetry implements SampleKeeper {
  readonly #capacity: number;
  readonly #memory: SampleMemory;
  readonly #ring: (KeptSample | undefined)[] = [];
  #count = 0;
  /** Sequence number of the oldest that is kept; `#count + 1` where none is. */
  #oldest = 1;

  constructor(capacity: number, memory: SampleMemory) {
    this.#capacity = capacity;
    this.#memory = memory;
  }

  /** All samples ever received, those no longer kept included. */
  get count(): number {
    return this.#count;
  }

  record({ sample, ...about }: Omit<TelemetrySample, 'seq'>): void {
    if (this.#count - this.#oldest + 1 === this.#capacity) this.#memory.gaveUp(this, 1, this.dropOldest());
    const json = JSON.stringify(sample);
    const bytes = Buffer.byteLength(json) + sampleOverhead;
    this.#ring[this.#count % this.#capacity] = { seq: this.#count + 1, ...about, json, bytes };
    this.#count += 1;
    this.#memory.keep(this, bytes);
  }

  /** The first `limit` kept samples behind sequence number `after`; without it the last `limit`. Ascending. */
  page(limit: number, after?: number): TelemetrySample[] {
    const wanted = after === undefined ? this.#count - limit + 1 : after + 1;
    const first = Math.max(this.#oldest, wanted);
    const last = Math.min(this.#count, first + limit - 1);
    const samples: TelemetrySample[] = [];
    for (let seq = first; seq <= last; seq += 1) {
      const kept = this.#ring[(seq - 1) % this.#capacity];
      if (kept === undefined) continue;
      const { json, bytes: _, ...about } = kept;
      samples.push({ ...about, sample: JSON.parse(json) as unknown });
    }
    return samples;
  }

  dropOldest(): number {
    const index = (this.#oldest - 1) % this.#capacity;
    const bytes = this.#ring[index]?.bytes ?? 0;
    this.#ring[index] = undefined;
    this.#oldest += 1;
    return bytes;
  }

  /** Gives up all; what was counted stays counted. */
  clear(): void {
    const count = this.#count - this.#oldest + 1;
    let bytes = 0;
    while (this.#oldest <= this.#count) bytes += this.dropOldest();
    this.#memory.gaveUp(this, count, bytes);
  }
}
