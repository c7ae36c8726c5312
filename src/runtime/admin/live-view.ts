/**
 * Tells the editor that there is news of the endpoints, over Node-RED's own channel: at most twice a second, and only as
 * long as somebody says now and then that he is looking.
 */

/** Milliseconds between two looks. */
const pace = 500;

/** Milliseconds for which somebody is taken to look on. */
export const watchTime = 15_000;

export class LiveView<Report> {
  readonly #report: () => Report;
  readonly #tell: () => void;
  #timer: NodeJS.Timeout | undefined;
  /** On the clock of `performance.now()`. */
  #until = 0;
  #told = '';

  constructor(report: () => Report, tell: () => void) {
    this.#report = report;
    this.#tell = tell;
  }

  /** Somebody looks from now on, for `watchTime`; the present report is for him. */
  watch(): Report {
    this.#until = performance.now() + watchTime;
    this.#timer ??= setInterval(() => this.#look(), pace).unref();
    return this.#report();
  }

  #look(): void {
    if (performance.now() >= this.#until) {
      clearInterval(this.#timer);
      this.#timer = undefined;
      return;
    }
    const text = JSON.stringify(this.#report());
    if (text === this.#told) return;
    this.#told = text;
    this.#tell();
  }
}
