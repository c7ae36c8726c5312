/** Runs inside Node-RED: makes the samples, and notes what the nodes do and what the process needs. */
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/** Milliseconds between the timers by whose lateness the event loop's delay is measured. */
const resolution = 10;

/** Milliseconds after which nobody looks any more: the soak was killed, and Node-RED would go on for ever. */
const longestUnwatched = 300_000;

/** Seconds of samples that are made at once at most, where the event loop was late. */
const longestBurst = 5;

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as NodeJS.GCFunction;

/** What kaa nodes say of themselves. */
export interface KaaStatus {
  readonly state: string;
  readonly reason?: string;
  readonly backlog: number;
  readonly inFlight: number;
}

export interface ReceivedCommand {
  readonly token: string;
  readonly id: number;
}

/** How things are, and what happened since the report before. */
export interface ProbeReport {
  /** Milliseconds since 1970. */
  readonly at: number;
  /** Bytes. */
  readonly residentMemory: number;
  /** Seconds of CPU since the start of the process. */
  readonly cpu: number;
  /** Milliseconds that the event loop was late: at most, since the report before. */
  readonly longestDelay: number;
  /** The 99th percentile since the feeding began. */
  readonly loopDelayP99: number;
  /** Timers that wait. */
  readonly timers: number;
  /** Samples made; they are numbered from 0. */
  readonly fed: number;
  /** Samples that were stored. */
  readonly stored: number;
  /** Numbers of samples that were not. */
  readonly refused: readonly number[];
  readonly received: readonly ReceivedCommand[];
  /** Results that had their outcome. */
  readonly responded: number;
  /** When the connection was established, in milliseconds since 1970. */
  readonly connectedAt: readonly number[];
  /** How often Catch got an error, by node and code. */
  readonly errors: Readonly<Record<string, number>>;
  /** By node. */
  readonly statuses: Readonly<Record<string, KaaStatus>>;
}

interface Sample {
  readonly token: string;
  readonly payload: { readonly n: number; readonly temperature: number };
}

export class Probe {
  readonly #tokens: readonly string[];
  readonly #wholeDelay = newHistogram();
  readonly #delay = newHistogram();
  readonly #statuses = new Map<string, KaaStatus>();
  readonly #errors = new Map<string, number>();
  readonly #unwatched = setTimeout(() => process.exit(1), longestUnwatched).unref();
  #rate = 0;
  #fedAt = performance.now();
  #fed = 0;
  #stored = 0;
  #responded = 0;
  #refused: number[] = [];
  #received: ReceivedCommand[] = [];
  #connectedAt: number[] = [];

  constructor(tokens: readonly string[]) {
    this.#tokens = tokens;
  }

  /** @param rate samples per second from now on */
  feed(rate: number): void {
    this.#rate = rate;
    this.#fedAt = performance.now();
    if (rate > 0) this.#wholeDelay.reset();
  }

  /** The samples that are due, of all endpoints in turn. */
  due(): readonly Sample[] {
    const now = performance.now();
    const count = Math.floor((Math.min(longestBurst * 1000, now - this.#fedAt) * this.#rate) / 1000);
    if (count === 0) return [];
    this.#fedAt = Math.max(this.#fedAt + (count * 1000) / this.#rate, now - 1000 / this.#rate);
    return Array.from({ length: count }, () => this.#sample());
  }

  stored(): void {
    this.#stored += 1;
  }

  received(token: string, id: number): void {
    this.#received.push({ token, id });
  }

  responded(): void {
    this.#responded += 1;
  }

  /** @param n the number of the sample whose message failed, if it was one */
  caught(node: string, code: string, n: number | undefined): void {
    const key = `${node} ${code}`;
    this.#errors.set(key, (this.#errors.get(key) ?? 0) + 1);
    if (n !== undefined) this.#refused.push(n);
  }

  status(node: string, status: KaaStatus): void {
    const before = this.#statuses.get(node)?.state;
    // All nodes share the connection.
    if (node === 'receive' && status.state === 'connected' && before !== 'connected')
      this.#connectedAt.push(Date.now());
    this.#statuses.set(node, status);
  }

  /** Bytes of the heap that are in use, and not only not collected yet. */
  liveHeap(): number {
    collectGarbage();
    this.#delay.reset();
    return process.memoryUsage().heapUsed;
  }

  report(): ProbeReport {
    this.#unwatched.refresh();
    const residentMemory = process.memoryUsage.rss();
    const { user, system } = process.cpuUsage();
    const report = {
      at: Date.now(),
      residentMemory,
      cpu: (user + system) / 1_000_000,
      longestDelay: delayOf(this.#delay.max),
      loopDelayP99: delayOf(this.#wholeDelay.percentile(99)),
      timers: process.getActiveResourcesInfo().filter((resource) => resource === 'Timeout').length,
      fed: this.#fed,
      stored: this.#stored,
      refused: this.#refused,
      received: this.#received,
      responded: this.#responded,
      connectedAt: this.#connectedAt,
      errors: Object.fromEntries(this.#errors),
      statuses: Object.fromEntries(this.#statuses),
    };
    this.#delay.reset();
    this.#refused = [];
    this.#received = [];
    this.#connectedAt = [];
    return report;
  }

  #sample(): Sample {
    const n = this.#fed;
    this.#fed += 1;
    return { token: this.#tokens[n % this.#tokens.length] ?? '', payload: { n, temperature: 21.5 } };
  }
}

function newHistogram(): ReturnType<typeof monitorEventLoopDelay> {
  const histogram = monitorEventLoopDelay({ resolution });
  histogram.enable();
  return histogram;
}

/** The histogram holds nanoseconds from one timer to the next, of which the interval itself is no delay. */
function delayOf(nanoseconds: number): number {
  return Math.max(0, nanoseconds / 1_000_000 - resolution);
}
