/** Kaa, played by the simulator as a client of the broker, in a process of its own that outlives the broker. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { Cleanup } from '../bench/cleanup.ts';
import { endOf, killChild } from '../bench/processes.ts';
import { commandType } from './flow.ts';

const script = fileURLToPath(new URL('../../dist/src/simulator/command-line.js', import.meta.url));

/** Of one page of samples: as many as the simulator keeps. */
const mostSamples = 1000;

/** A command, as the control API shows it. */
export interface PlatformCommand {
  readonly id: number;
  readonly status: 'pending' | 'completed' | 'expired';
  readonly statusCode?: number;
  readonly deliveries: number;
  readonly results: number;
}

export class Platform {
  /** Rejects when the process has ended. */
  readonly ended: Promise<never>;
  readonly #api: string;
  #messages = 0;
  /** The stream of events was lost, and with it some events. */
  #gaps = 0;
  #observing = new Set<string>();

  private constructor(api: string, ended: Promise<never>) {
    this.#api = api;
    this.ended = ended;
  }

  static async start(broker: string, cleanup: Cleanup): Promise<Platform> {
    const child = spawn(process.execPath, [script, '--json', '--http-port', '0', '--broker', broker], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    cleanup.add(() => killChild(child));
    const ended = endOf(child, 'the simulator');
    const printed = once(createInterface(child.stdout), 'line') as Promise<[string]>;
    const [line] = await Promise.race([printed, ended]);
    const { http } = JSON.parse(line) as { http: string };
    const platform = new Platform(`${http}/api/v1`, ended);
    const watching = new AbortController();
    cleanup.add(() => Promise.resolve(watching.abort()));
    void platform.#watch(watching.signal);
    return platform;
  }

  /** Messages in and out, so far. */
  get messages(): number {
    return this.#messages;
  }

  /** How often events were missed. */
  get gaps(): number {
    return this.#gaps;
  }

  /** Endpoints whose request to observe was answered since `forget`. */
  get observing(): number {
    return this.#observing.size;
  }

  forgetObserving(): void {
    this.#observing = new Set();
  }

  /** Creates a command and gives its id. */
  async command(token: string): Promise<number> {
    const { id } = (await this.#call(`endpoints/${token}/commands/${commandType}`, 'POST')) as { id: number };
    return id;
  }

  async commands(token: string): Promise<readonly PlatformCommand[]> {
    return (await this.#call(`endpoints/${token}/commands`)) as readonly PlatformCommand[];
  }

  /** The numbers of the samples that came from an endpoint, also of those that came twice. */
  async samples(token: string): Promise<readonly number[]> {
    const page = await this.#call(`endpoints/${token}/telemetry?limit=${mostSamples}`);
    return (page as readonly { sample: { n: number } }[]).map(({ sample }) => sample.n);
  }

  /** All samples that ever came from an endpoint. */
  async count(token: string): Promise<number> {
    return ((await this.#call(`endpoints/${token}/telemetry/count`)) as { count: number }).count;
  }

  async #call(path: string, method = 'GET'): Promise<unknown> {
    const response = await fetch(`${this.#api}/${path}`, { method });
    const body = await response.text();
    if (!response.ok) throw new Error(`the simulator answered ${response.status} to ${method} ${path}: ${body}`);
    return JSON.parse(body);
  }

  async #watch(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      try {
        const { body } = await fetch(`${this.#api}/events`, { signal });
        if (body === null) return;
        await this.#read(body.pipeThrough(new TextDecoderStream()));
      } catch {
        // Ended, or to be read again.
      }
      if (!signal.aborted) this.#gaps += 1;
    }
  }

  async #read(text: ReadableStream<string>): Promise<void> {
    let rest = '';
    for await (const part of text) {
      const lines = (rest + part).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) this.#event(line);
    }
  }

  #event(line: string): void {
    if (!line.startsWith('data: {"kind":"message"')) return;
    this.#messages += 1;
    if (!line.includes('"direction":"out"') || line.includes('"undeliverable"')) return;
    const [, token] = observed.exec(line) ?? [];
    if (token !== undefined) this.#observing.add(token);
  }
}

/** The answer to a request: a push carries no request ID. */
const observed = new RegExp(`"topic":"kp1/[^/]+/cex/([^/]+)/command/${commandType}/\\d+/status"`);
