/** How long the last answers and receipts took, for people who look at a connection. */

/** So many are looked at. */
const size = 128;

/** Milliseconds. */
export interface RoundTripSummary {
  readonly last: number;
  readonly median: number;
  readonly slowest: number;
  /** How many there were since the connection was made. */
  readonly count: number;
}

export class RoundTrips {
  readonly #times = new Float64Array(size);
  #count = 0;

  add(milliseconds: number): void {
    this.#times[this.#count % size] = milliseconds;
    this.#count += 1;
  }

  /** Another connection: what came before says nothing about it. */
  clear(): void {
    this.#count = 0;
  }

  /** Undefined where there is none yet. */
  get summary(): RoundTripSummary | undefined {
    if (this.#count === 0) return undefined;
    const times = this.#times.slice(0, Math.min(size, this.#count)).toSorted();
    return {
      last: this.#times[(this.#count - 1) % size] ?? 0,
      median: times[Math.floor(times.length / 2)] ?? 0,
      slowest: times.at(-1) ?? 0,
      count: this.#count,
    };
  }
}
