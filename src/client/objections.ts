/**
 * Messages that had their receipt and whose answer comes only where the platform objects (11/CEP results): each waits a
 * moment for it, outside the window.
 */
import type { Exchange } from './exchange.ts';

/** Milliseconds for which an objection is waited for. */
const patience = 2000;

export class Objections {
  readonly #expired: (exchange: Exchange) => void;
  /** In the order of their receipts, so that the first is the next to expire. */
  readonly #waiting = new Set<Exchange>();
  #timer: NodeJS.Timeout | undefined;

  /** @param expired told of each message that nothing was heard of */
  constructor(expired: (exchange: Exchange) => void) {
    this.#expired = expired;
  }

  get size(): number {
    return this.#waiting.size;
  }

  wait(exchange: Exchange): void {
    this.#waiting.add(exchange);
    this.#timer ??= setTimeout(() => this.#expire(), patience);
  }

  /** False where the message does not wait here. */
  end(exchange: Exchange): boolean {
    return this.#waiting.delete(exchange);
  }

  /** Takes every message for which `matches` holds. */
  endAll(matches: (exchange: Exchange) => boolean): readonly Exchange[] {
    const ended = [...this.#waiting].filter(matches);
    for (const exchange of ended) this.#waiting.delete(exchange);
    if (this.#waiting.size === 0) {
      clearTimeout(this.#timer);
      this.#timer = undefined;
    }
    return ended;
  }

  #expire(): void {
    this.#timer = undefined;
    const now = performance.now();
    for (const exchange of this.#waiting) {
      const due = (exchange.receivedAt ?? now) + patience - now;
      if (due > 0) {
        this.#timer = setTimeout(() => this.#expire(), Math.ceil(due));
        return;
      }
      this.#waiting.delete(exchange);
      this.#expired(exchange);
    }
  }
}
