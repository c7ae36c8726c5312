/** What it takes to start with a large backlog and to forward it. */
import type { Cleanup } from '../cleanup.ts';
import { kaaTelemetryFlow } from '../contenders/flows.ts';
import { startNodeRed } from '../contenders/node-red.ts';
import type { Options } from '../options.ts';
import type { Server } from '../servers.ts';
import { medianOf } from '../statistics.ts';
import { type Arrivals, awaitArrivals } from './arrivals.ts';
import { makeBacklog } from './backlog.ts';

/** The figures of a run, or their medians. */
export interface Drain {
  readonly samplesPerSecond: number;
  readonly seconds: number;
  /** Bytes of memory of Node-RED, at most, over what it needs with nothing in the store. */
  readonly memoryGrowth: number;
  /** Milliseconds from the start of the process until its outbox has accepted a sample. */
  readonly startUp: number;
  /** The same with nothing in the store. */
  readonly emptyStartUp: number;
  /** Samples that never arrived at the server. */
  readonly missing: number;
}

/** Forwards a backlog as often as ordered; gives every run. */
export async function measureDrain(
  server: Server,
  { repetitions, backlog }: Pick<Options, 'repetitions' | 'backlog'>,
  cleanup: Cleanup,
): Promise<readonly Drain[]> {
  const store = await makeBacklog(backlog, cleanup);
  const runs: Drain[] = [];
  for (let repetition = 0; repetition < repetitions; repetition += 1) {
    const empty = await run(server, { token: `empty-${repetition}`, backlog: 0 }, cleanup);
    const full = await run(server, { token: `backlog-${repetition}`, backlog, store }, cleanup);
    runs.push({
      samplesPerSecond: backlog / full.seconds,
      seconds: full.seconds,
      memoryGrowth: full.mostMemory - empty.mostMemory,
      startUp: full.startUp,
      emptyStartUp: empty.startUp,
      missing: empty.missing + full.missing,
    });
  }
  return runs;
}

export function medianDrain(runs: readonly Drain[]): Drain {
  const middle = (figure: keyof Drain): number => medianOf(runs, (each) => each[figure]);
  return {
    samplesPerSecond: middle('samplesPerSecond'),
    seconds: middle('seconds'),
    memoryGrowth: middle('memoryGrowth'),
    startUp: middle('startUp'),
    emptyStartUp: middle('emptyStartUp'),
    missing: runs.reduce((sum, { missing }) => sum + missing, 0),
  };
}

interface Start {
  readonly token: string;
  readonly backlog: number;
  /** Where the backlog lies. */
  readonly store?: string;
}

interface Run extends Arrivals {
  readonly startUp: number;
  readonly mostMemory: number;
}

/** Starts Node-RED and waits until all has arrived: the backlog, and behind it what shows that the outbox works. */
async function run(server: Server, { token, backlog, store }: Start, cleanup: Cleanup): Promise<Run> {
  const flow = kaaTelemetryFlow({ url: server.url, token, qos: 0, window: 100 }, { delivery: 'stored' });
  const [contender, { seconds }] = await Promise.all([
    startNodeRed('kaa-telemetry', flow, cleanup, store === undefined ? {} : { store }),
    awaitArrivals(server, token, backlog),
  ]);
  const { settled } = await contender.state();
  const { missing } = await awaitArrivals(server, token, backlog + settled);
  const { mostMemory } = await contender.state();
  await contender.stop();
  return { seconds, missing, mostMemory, startUp: contender.startUp };
}
