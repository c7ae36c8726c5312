import { monitorEventLoopDelay } from 'node:perf_hooks';

/** Milliseconds between two timers, whose lateness is what is measured. */
const resolution = 1;

/** Measures from its construction on how late the event loop gets round to a timer. */
export class LoopWatch {
  readonly #histogram = monitorEventLoopDelay({ resolution });

  constructor() {
    this.#histogram.enable();
  }

  /** Ends the measurement; returns milliseconds, of which the 99th percentile. */
  end(): number {
    this.#histogram.disable();
    // The histogram holds the times from one timer to the next, of which the interval itself is no delay.
    return Math.max(0, this.#histogram.percentile(99) / 1_000_000 - resolution);
  }
}
