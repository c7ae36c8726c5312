/** A real Node-RED with the packed package: one kaa-endpoint for all, and the probe in its flow. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Cleanup } from '../bench/cleanup.ts';
import { NodeRed, runtimes } from '../support/node-red.ts';
import { provokedNodes, settingsOf, soakFlow } from './flow.ts';
import type { ProbeReport } from './probe.ts';
import { holdsBefore } from './wait.ts';

/** Milliseconds between two looks. */
const lookInterval = 1000;

/** Milliseconds for an answer: the event loop may be busy. */
const patience = 60_000;

/** What Node-RED needed, at one time. */
export type Look = Pick<ProbeReport, 'at' | 'residentMemory' | 'cpu' | 'longestDelay'>;

export class Gateway {
  readonly looks: Look[] = [];
  /** How often each command came, by token and ID. */
  readonly received = new Map<string, number>();
  /** Numbers of samples that were not stored. */
  readonly refused = new Set<number>();
  /** When the connection was established, in milliseconds since 1970. */
  readonly connectedAt: number[] = [];
  readonly #nodeRed: NodeRed;

  private constructor(nodeRed: NodeRed) {
    this.#nodeRed = nodeRed;
  }

  static async start(tokens: readonly string[], cleanup: Cleanup): Promise<Gateway> {
    const starting = NodeRed.start(runtimes[0], { inside: settingsOf(tokens) });
    cleanup.add(async () => {
      await (await starting).remove();
    });
    return new Gateway(await starting);
  }

  /** Deploys the flow; resolves when it runs. */
  async deploy(broker: string): Promise<void> {
    await this.#nodeRed.deploy(soakFlow(broker));
    // A deploy is answered before the flow runs.
    while (!(await this.#nodeRed.get('report')).ok) await sleep(50);
  }

  /** Ends Node-RED as a service would; gives the seconds that it took. */
  async stop(): Promise<number> {
    return (await this.#nodeRed.stop()) / 1000;
  }

  /** @param rate samples per second from now on */
  async feed(rate: number): Promise<void> {
    await this.#get(`feed/${rate}`);
  }

  /** Gives nodes messages that they refuse, so that they show how things are; a status may be of long ago. */
  async provoke(): Promise<ProbeReport> {
    await this.#get('provoke');
    let report = await this.look();
    const shown = await holdsBefore(Date.now() + patience, async () => {
      report = await this.look();
      return provokedNodes.every((node) => report.statuses[node]?.reason === 'KAA_INVALID');
    });
    if (!shown) throw new Error('nodes do not show that they refused a message');
    return report;
  }

  /** Bytes of the heap that are in use, and not only not collected yet. */
  async liveHeap(): Promise<number> {
    return ((await this.#get('live-heap')) as { bytes: number }).bytes;
  }

  async look(): Promise<ProbeReport> {
    const report = (await this.#get('report')) as ProbeReport;
    const { at, residentMemory, cpu, longestDelay } = report;
    this.looks.push({ at, residentMemory, cpu, longestDelay });
    for (const { token, id } of report.received) {
      const key = commandKey(token, id);
      this.received.set(key, (this.received.get(key) ?? 0) + 1);
    }
    for (const n of report.refused) this.refused.add(n);
    this.connectedAt.push(...report.connectedAt);
    return report;
  }

  /** Looks again and again until aborted. */
  async watch(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      await this.look();
      await sleep(lookInterval);
    }
  }

  async #get(path: string): Promise<unknown> {
    const response = await fetch(`${this.#nodeRed.url}/${path}`, { signal: AbortSignal.timeout(patience) });
    if (!response.ok) throw new Error(`Node-RED answered ${response.status} to ${path}`);
    return response.json();
  }
}

export function commandKey(token: string, id: number): string {
  return `${token}/${id}`;
}
