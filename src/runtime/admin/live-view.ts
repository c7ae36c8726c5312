/**
 * Tells the editor how the endpoints are, over Node-RED's own channel: at most twice a second, only what is news, and only
 * as long as somebody says now and then that he is looking.
 */

/** Milliseconds between two looks. */
const pace = 500;

/** Milliseconds for which somebody is taken to look on. */
export const watchTime = 15_000;

export class LiveView<Report> {
  readonly #report: () => Report;
  readonly #publish: (report: Report) => void;
  #timer: NodeJS.Timeout | undefined;
  /** On the clock of `performance.now()`. */
  #until = 0;
  #published = '';

  constructor(report: () => Report, publish: (report: Report) => void) {
    this.#report = report;
    this.#publish = publish;
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
    const report = this.#report();
    const text = JSON.stringify(report);
    if (text === this.#published) return;
    this.#published = text;
    this.#publish(report);
  }
}
