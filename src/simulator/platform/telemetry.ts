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

/** The samples of one endpoint: the newest `capacity` are kept, all are counted. */
export class Telemetry {
  readonly #capacity: number;
  readonly #ring: TelemetrySample[] = [];
  #count = 0;

  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  /** All samples ever received, those no longer kept included. */
  get count(): number {
    return this.#count;
  }

  record(sample: Omit<TelemetrySample, 'seq'>): void {
    this.#ring[this.#count % this.#capacity] = { seq: this.#count + 1, ...sample };
    this.#count += 1;
  }

  /** The first `limit` kept samples behind sequence number `after`; without it the last `limit`. Ascending. */
  page(limit: number, after?: number): TelemetrySample[] {
    const oldest = Math.max(1, this.#count - this.#capacity + 1);
    const first = after === undefined ? Math.max(oldest, this.#count - limit + 1) : Math.max(oldest, after + 1);
    const last = Math.min(this.#count, first + limit - 1);
    const samples: TelemetrySample[] = [];
    for (let seq = first; seq <= last; seq += 1) {
      const sample = this.#ring[(seq - 1) % this.#capacity];
      if (sample !== undefined) samples.push(sample);
    }
    return samples;
  }
}
