/** Errors that no message of the flow has caused: so many per second at most, whatever a server sends. */

/** Errors that are told within one interval. */
const most = 100;

/** Milliseconds. */
const interval = 1000;

export class ErrorLimit {
  readonly #leftOut: (count: number) => void;
  #told = 0;
  #timer: NodeJS.Timeout | undefined;

  /** @param leftOut told how many errors were left out in an interval */
  constructor(leftOut: (count: number) => void) {
    this.#leftOut = leftOut;
  }

  /** Whether one more is told. */
  admit(): boolean {
    this.#timer ??= setTimeout(() => this.close(), interval);
    this.#told += 1;
    return this.#told <= most;
  }

  close(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const leftOut = this.#told - most;
    this.#told = 0;
    if (leftOut > 0) this.#leftOut(leftOut);
  }
}
