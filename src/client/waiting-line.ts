/** The line of messages waiting for a slot of the window: in order per endpoint, in turn between endpoints. */
import type { EndpointTraffic } from './channel.ts';
import type { Exchange } from './exchange.ts';
import { Fifo } from './fifo.ts';

/** At most this many messages wait; one more is refused as KAA_BUSY. */
export const longestLine = 100_000;

/** An endpoint that does not answer may hold no more of the line than this, so that it leaves room for the others. */
export const longestSilentLine = longestLine / 10;

export class WaitingLine {
  readonly #ring = new Fifo<EndpointTraffic<Exchange>>();
  #size = 0;

  get size(): number {
    return this.#size;
  }

  push(exchange: Exchange): void {
    const { traffic } = exchange.channel;
    traffic.waiting.push(exchange);
    this.#size += 1;
    this.wake(traffic);
  }

  /** Puts an endpoint back into the ring: it may send again, if it has anything to send. */
  wake(traffic: EndpointTraffic<Exchange>): void {
    if (traffic.queued || traffic.waiting.size === 0) return;
    traffic.queued = true;
    this.#ring.push(traffic);
  }

  /**
   * Takes the next message that may go. An endpoint whose first message may not go yet leaves the ring until woken.
   */
  next(mayGo: (exchange: Exchange) => boolean): Exchange | undefined {
    for (let traffic = this.#ring.shift(); traffic !== undefined; traffic = this.#ring.shift()) {
      traffic.queued = false;
      const exchange = traffic.waiting.peek();
      if (exchange === undefined || !mayGo(exchange)) continue;
      traffic.waiting.shift();
      this.#size -= 1;
      this.wake(traffic);
      return exchange;
    }
    return undefined;
  }

  /** Takes all messages of an endpoint for which `matches` holds; the others keep their order. */
  remove(traffic: EndpointTraffic<Exchange>, matches: (exchange: Exchange) => boolean): Exchange[] {
    const removed: Exchange[] = [];
    for (let count = traffic.waiting.size; count > 0; count -= 1) {
      const exchange = traffic.waiting.shift();
      if (exchange === undefined) break;
      if (matches(exchange)) removed.push(exchange);
      else traffic.waiting.push(exchange);
    }
    this.#size -= removed.length;
    return removed;
  }
}
