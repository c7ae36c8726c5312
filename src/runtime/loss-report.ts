/** Samples that were dropped from the store: counted, and told of once a minute at most. */
import { KaaStoreFullError } from '../protocol/errors.ts';
import { wording } from '../protocol/wording.ts';

/** Milliseconds between two reports. */
const interval = 60_000;

export class LossReport {
  readonly #report: (error: KaaStoreFullError) => void;
  #dropped = 0;
  #expired = 0;
  #timer: NodeJS.Timeout | undefined;
  #closed = false;

  constructor(report: (error: KaaStoreFullError) => void) {
    this.#report = report;
  }

  /**
   * @param dropped had to go for newer ones
   * @param expired had waited too long
   */
  add(dropped: number, expired: number): void {
    this.#dropped += dropped;
    this.#expired += expired;
    if (this.#timer === undefined) this.#tell();
  }

  /** Tells what is left to be told, and from now on everything at once. */
  close(): void {
    this.#closed = true;
    clearTimeout(this.#timer);
    this.#tell();
  }

  #tell(): void {
    this.#timer = undefined;
    const dropped = this.#dropped === 0 ? undefined : wording('store.dropped', { number: this.#dropped });
    const expired = this.#expired === 0 ? undefined : wording('store.expired', { number: this.#expired });
    const what = dropped && expired ? wording('list.also', { first: dropped, second: expired }) : (dropped ?? expired);
    if (what === undefined) return;
    this.#dropped = 0;
    this.#expired = 0;
    if (!this.#closed) this.#timer = setTimeout(() => this.#tell(), interval);
    this.#report(new KaaStoreFullError(what));
  }
}
