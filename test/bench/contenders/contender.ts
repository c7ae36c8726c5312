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
  type Report,
} from '../orders.ts';
import { endOf, killChild } from '../processes.ts';

/** Milliseconds for Node-RED to start on a slow machine. */
const startTimeout = 60_000;

/** Milliseconds that an answer may be late. */
const patience = 10_000;

export class Contender {
  readonly label: string;
  /** Milliseconds from the start of the process to its first round trip. */
  startUp = Number.NaN;
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

  /** Starts a script that serves orders; resolves when its first round trip worked. */
  static async start(label: string, script: string, args: readonly string[], cleanup: Cleanup): Promise<Contender> {
    const startedAt = performance.now();
    const child = fork(script, [...args], { stdio: ['ignore', 'pipe', 'pipe', 'ipc'] });
    cleanup.add(() => killChild(child));
    const contender = new Contender(label, child);
    await contender.#report(startTimeout);
    contender.startUp = performance.now() - startedAt;
    return contender;
  }

  /** The last lines that it printed. */
  get output(): string {
    return this.#output.trimEnd().split('\n').slice(-10).join('\n');
  }

  async measure(order: Omit<MeasureOrder, 'kind'>): Promise<Measurement> {
    const timeout = order.warmUpMilliseconds + order.milliseconds + lostAfter + patience;
    const report = await this.#ask({ kind: 'measure', ...order }, timeout);
    if (report.kind === 'measured') return report.measurement;
    throw new Error(`${this.label} answered ${report.kind}`);
  }

  async state(): Promise<ContenderState> {
    const report = await this.#ask({ kind: 'tell' }, patience);
    if (report.kind === 'told') return report.state;
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
