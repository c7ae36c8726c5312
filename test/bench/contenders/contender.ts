/** A contender's process, seen from the benchmark. */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import type { Cleanup } from '../cleanup.ts';
import {
  type ContenderState,
  lostAfter,
  type Measurement,
  type MeasureOrder,
  type Order,
  type Reception,
  type Report,
  type Weight,
} from '../orders.ts';
import { endOf, killChild } from '../processes.ts';

/** Milliseconds for Node-RED to start on a slow machine. */
const startTimeout = 60_000;

/** Milliseconds that an answer may be late. */
const patience = 10_000;

/** Milliseconds for a burst of commands, however slow. */
const longestBurst = 120_000;

/** Milliseconds that a round trip of the warm-up may take. */
const slowestTrip = 10;

export class Contender {
  readonly label: string;
  /** Milliseconds from the start of the process until it was ready. */
  startUp = Number.NaN;
  /** Microseconds of CPU time in it. */
  startUpCpu = Number.NaN;
  readonly #child: ChildProcess;
  readonly #ended: Promise<never>;
  #output = '';

  private constructor(label: string, child: ChildProcess) {
    this.label = label;
    this.#child = child;
    for (const stream of [child.stdout, child.stderr]) {
      stream?.setEncoding('utf8').on('data', (text: string) => {
        this.#output = (this.#output + text).slice(-4000);
      });
    }
    this.#ended = endOf(child, label);
  }

  /** Starts a script that serves orders; resolves when it is ready. */
  static async start(label: string, script: string, args: readonly string[], cleanup: Cleanup): Promise<Contender> {
    const startedAt = performance.now();
    const child = fork(script, [...args], { stdio: ['ignore', 'pipe', 'pipe', 'ipc'] });
    cleanup.add(() => killChild(child));
    const contender = new Contender(label, child);
    const report = await contender.#report(startTimeout);
    if (report.kind === 'ready') contender.startUpCpu = report.cpu;
    contender.startUp = performance.now() - startedAt;
    return contender;
  }

  /** The last lines that it printed. */
  get output(): string {
    return this.#output.trimEnd().split('\n').slice(-10).join('\n');
  }

  async measure(order: Omit<MeasureOrder, 'kind'>): Promise<Measurement> {
    const { warmUpMilliseconds, warmUpTrips = 0, milliseconds } = order;
    const timeout = warmUpMilliseconds + warmUpTrips * slowestTrip + milliseconds + lostAfter + patience;
    const report = await this.#ask({ kind: 'measure', ...order }, timeout);
    if (report.kind === 'measured') return report.measurement;
    throw new Error(`${this.label} answered ${report.kind}`);
  }

  /** Resolves when as many commands have come, or no more come; begins soon after the call. */
  async receive(count: number): Promise<Reception> {
    const report = await this.#ask({ kind: 'receive', count }, longestBurst);
    if (report.kind === 'received') return report.reception;
    throw new Error(`${this.label} answered ${report.kind}`);
  }

  async state(): Promise<ContenderState> {
    const report = await this.#ask({ kind: 'tell' }, patience);
    if (report.kind === 'told') return report.state;
    throw new Error(`${this.label} answered ${report.kind}`);
  }

  /** Sends samples, all at once. */
  async send(count: number): Promise<void> {
    await this.#ask({ kind: 'send', count }, patience);
  }

  async weigh(): Promise<Weight> {
    const report = await this.#ask({ kind: 'weigh' }, patience);
    if (report.kind === 'weighed') return report.weight;
    throw new Error(`${this.label} answered ${report.kind}`);
  }

  async stop(): Promise<void> {
    await killChild(this.#child);
  }

  async #ask(order: Order, timeout: number): Promise<Report> {
    this.#child.send(order);
    return this.#report(timeout);
  }

  async #report(timeout: number): Promise<Report> {
    const signal = AbortSignal.timeout(timeout);
    const report = once(this.#child, 'message', { signal }) as Promise<[Report]>;
    report.catch(() => undefined);
    try {
      return (await Promise.race([report, this.#ended]))[0];
    } catch (error) {
      const problem = signal.aborted ? `${this.label} did not answer within ${timeout} ms` : String(error);
      throw new Error(`${problem}; it printed:\n${this.output}`, { cause: error });
    }
  }
}
