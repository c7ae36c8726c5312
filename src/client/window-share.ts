/**
 * How many slots of the window an endpoint may hold. Alone it may have all. Beside others it has at most half, no further
 * ones while it keeps us waiting, and only one when a request of its has timed out; all such endpoints together have a
 * quarter. So those that do not answer never stop the others, however many they are.
 */
import type { EndpointTraffic } from './channel.ts';
import type { Exchange } from './exchange.ts';

type Traffic = EndpointTraffic<Exchange>;

/** Part of the request time-out after which an endpoint that owes an answer keeps us waiting. */
const patience = 0.1;

export class WindowShare {
  readonly #half: number;
  readonly #quarter: number;
  readonly #timeout: number;
  /** Slots that endpoints have whose requests timed out. */
  #probes = 0;
  /** Endpoints that wait for one of these. */
  readonly #waiting = new Set<Traffic>();
  #last: Traffic | undefined;
  /** When a slot was last taken by another endpoint than the one before, on the clock of `performance.now()`. */
  #changedAt = -Infinity;

  /**
   * @param slots of the window
   * @param timeout of requests, in milliseconds
   */
  constructor(slots: number, timeout: number) {
    this.#half = Math.ceil(slots / 2);
    this.#quarter = Math.ceil(slots / 4);
    this.#timeout = timeout;
  }

  mayTake(traffic: Traffic): boolean {
    const { silent, outstanding, heardAt } = traffic;
    if (silent) {
      if (outstanding === 0 && this.#probes < this.#quarter) return true;
      if (outstanding === 0) this.#waiting.add(traffic);
      return false;
    }
    const now = performance.now();
    if (outstanding === 0 || !this.#isShared(traffic, now)) return true;
    return outstanding < this.#half && now - heardAt <= patience * this.#timeout;
  }

  take(traffic: Traffic, isProbe: boolean): void {
    const now = performance.now();
    if (this.#last !== undefined && this.#last !== traffic) this.#changedAt = now;
    this.#last = traffic;
    if (traffic.outstanding === 0) traffic.heardAt = now;
    traffic.outstanding += 1;
    if (isProbe) this.#probes += 1;
  }

  giveBack(traffic: Traffic, isProbe: boolean): void {
    traffic.outstanding -= 1;
    if (isProbe) this.#probes -= 1;
  }

  /** An endpoint that waited for a slot of those that are silent, where there is one; it waits no more. */
  nextProbe(): Traffic | undefined {
    if (this.#probes >= this.#quarter) return undefined;
    const [next] = this.#waiting;
    if (next !== undefined) this.#waiting.delete(next);
    return next;
  }

  /** An endpoint has answered. */
  heard(traffic: Traffic): void {
    traffic.silent = false;
    traffic.heardAt = performance.now();
    this.#waiting.delete(traffic);
  }

  #isShared(traffic: Traffic, now: number): boolean {
    return this.#last !== traffic || now - this.#changedAt < this.#timeout;
  }
}
