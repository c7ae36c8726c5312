/** What keeps samples, as far as the memory that all share is concerned. */
export interface SampleKeeper {
  /** Gives up its oldest sample; returns the bytes that this frees. */
  dropOldest(): number;
}

/** Bytes of all samples together, as they were sent, with what it costs to keep each. */
export const mostSampleBytes = 256 * 1_048_576;

/** What keeping a sample costs beside its text, in bytes, as it was measured. */
export const sampleOverhead = 300;

/** The memory that the samples of all endpoints share: where it is full, the oldest of all are given up. */
export class SampleMemory {
  readonly #most: number;
  /** Who kept the samples, in their order; the entries before `#first` are used up. */
  #order: SampleKeeper[] = [];
  #first = 0;
  /** Samples that were given up otherwise: that many of a keeper's first entries mean nothing any more. */
  readonly #stale = new Map<SampleKeeper, number>();
  #kept = 0;
  #bytes = 0;

  constructor(most = mostSampleBytes) {
    this.#most = most;
  }

  /** Notes a sample that is kept, and makes room for it. */
  keep(keeper: SampleKeeper, bytes: number): void {
    this.#order.push(keeper);
    this.#kept += 1;
    this.#bytes += bytes;
    while (this.#bytes > this.#most) this.#dropOldest();
    if (this.#order.length > 2 * this.#kept + 1024) this.#compact();
  }

  /** Notes that a keeper gave up its oldest samples by itself. */
  gaveUp(keeper: SampleKeeper, count: number, bytes: number): void {
    if (count === 0) return;
    this.#stale.set(keeper, (this.#stale.get(keeper) ?? 0) + count);
    this.#kept -= count;
    this.#bytes -= bytes;
  }

  #dropOldest(): void {
    const keeper = this.#order[this.#first];
    this.#first += 1;
    if (keeper === undefined || this.#isStale(keeper)) return;
    this.#kept -= 1;
    this.#bytes -= keeper.dropOldest();
  }

  /** Whether the entry at hand means nothing any more; it is used up then. */
  #isStale(keeper: SampleKeeper): boolean {
    const stale = this.#stale.get(keeper) ?? 0;
    if (stale === 0) return false;
    if (stale === 1) this.#stale.delete(keeper);
    else this.#stale.set(keeper, stale - 1);
    return true;
  }

  #compact(): void {
    this.#order = this.#order.slice(this.#first).filter((keeper) => !this.#isStale(keeper));
    this.#first = 0;
  }
}
