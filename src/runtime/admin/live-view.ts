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
  /** As JSON, the report of when news was last told of, or of when somebody began to look. */
  #told = '';

  /** @param tell called where the report has become another one */
  constructor(report: () => Report, tell: () => void) {
    this.#report = report;
    this.#tell = tell;
  }

  /** Somebody looks from now on, for `watchTime`; the present report is for him. */
  watch(): Report {
    this.#until = performance.now() + watchTime;
    const report = this.#report();
    if (this.#timer === undefined) {
      this.#told = JSON.stringify(report);
      this.#timer = setInterval(() => this.#look(), pace).unref();
    }
    return report;
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
