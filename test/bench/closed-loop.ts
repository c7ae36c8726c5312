/**
 * The load: keeps a number of samples outstanding and records how long each takes. It runs in the process of the
 * contender, the same for all of them.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { LoopWatch } from './loop-watch.ts';
import { lostAfter, type Measurement, type MeasureOrder } from './orders.ts';
import { percentile } from './statistics.ts';

/** A measurement ends early after this many round trips. */
const mostTrips = 1_048_576;

/** Milliseconds between two attempts to get a first answer, and between two looks for lost samples. */
const lookInterval = 20;

/** Of samples whose time is not measured. */
const noTicket = 0;

export class ClosedLoop {
  readonly #emit: (ticket: number) => void;
  /** By ticket, the oldest first. */
  readonly #startedAt = new Map<number, number>();
  readonly #latencies = new Float64Array(mostTrips);
  #window = 0;
  #lastTicket = 0;
  #trips = 0;
  #lost = 0;
  #settled = 0;
  #outstanding = 0;
  #full: (() => void) | undefined;

  /** @param emit sends a sample, whose outcome is to be told to `settled` with the same ticket */
  constructor(emit: (ticket: number) => void) {
    this.#emit = emit;
  }

  /** Samples that had their outcome in time, since the start of the process. */
  get settledCount(): number {
    return this.#settled;
  }

  /** A sample has its outcome. */
  settled(ticket: number): void {
    if (ticket === noTicket) this.#outstanding -= 1;
    const startedAt = this.#startedAt.get(ticket);
    if (startedAt === undefined) return;
    this.#startedAt.delete(ticket);
    this.#latencies[this.#trips] = performance.now() - startedAt;
    this.#trips += 1;
    this.#settled += 1;
    if (this.#trips === mostTrips) this.#full?.();
    this.#fill();
  }

  /** Resolves when a round trip works: connecting takes time, and some contenders lose what is sent before. */
  async firstTrip(): Promise<void> {
    this.#trips = 0;
    while (this.#trips === 0) {
      this.#send();
      await sleep(lookInterval);
    }
    await this.#drained();
  }

  /** Samples of `send` without outcome. */
  get outstanding(): number {
    return this.#outstanding;
  }

  /** Sends samples all at once. */
  send(count: number): void {
    this.#outstanding += count;
    for (let sent = 0; sent < count; sent += 1) this.#emit(noTicket);
  }

  async measure(order: MeasureOrder): Promise<Measurement> {
    const { window, warmUpMilliseconds, warmUpTrips = 0, milliseconds, watchLoop } = order;
    const lookForLost = setInterval(() => this.#giveUpLost(), lookInterval);
    this.#trips = 0;
    this.#window = window;
    this.#fill();
    await sleep(warmUpMilliseconds);
    while (this.#trips < warmUpTrips) await sleep(lookInterval);

    this.#trips = 0;
    this.#lost = 0;
    const loopWatch = watchLoop ? new LoopWatch() : undefined;
    const cpuBefore = process.cpuUsage();
    const startedAt = performance.now();
    await this.#recorded(milliseconds);
    // A virtual machine may stand still for longer than that.
    while (this.#trips === 0 && this.#lost < window) await sleep(lookInterval);
    const elapsed = performance.now() - startedAt;
    const { user, system } = process.cpuUsage(cpuBefore);
    const trips = this.#trips;
    const loopDelayP99 = loopWatch?.end();

    this.#window = 0;
    clearInterval(lookForLost);
    await this.#drained();
    const latencies = this.#latencies.subarray(0, trips).toSorted();
    return {
      tripsPerSecond: (trips / elapsed) * 1000,
      p50: percentile(latencies, 0.5) * 1000,
      p99: percentile(latencies, 0.99) * 1000,
      cpuPerTrip: (user + system) / trips,
      busy: (user + system) / 1000 / elapsed,
      lost: this.#lost,
      ...(loopDelayP99 === undefined ? {} : { loopDelayP99 }),
    };
  }

  async #recorded(milliseconds: number): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const timer = setTimeout(resolve, milliseconds);
    this.#full = resolve;
    await promise;
    this.#full = undefined;
    clearTimeout(timer);
  }

  /** Nothing is outstanding any more; takes no longer than a sample needs to be lost. */
  async #drained(): Promise<void> {
    for (this.#giveUpLost(); this.#startedAt.size > 0; this.#giveUpLost()) await sleep(lookInterval);
  }

  #fill(): void {
    while (this.#startedAt.size < this.#window) this.#send();
  }

  #send(): void {
    this.#lastTicket += 1;
    this.#startedAt.set(this.#lastTicket, performance.now());
    this.#emit(this.#lastTicket);
  }

  #giveUpLost(): void {
    const latest = performance.now() - lostAfter;
    for (const [ticket, startedAt] of this.#startedAt) {
      if (startedAt > latest) break;
      this.#startedAt.delete(ticket);
      this.#lost += 1;
    }
    this.#fill();
  }
}
