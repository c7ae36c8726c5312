/** The figures of store and forward, with the simulator's own broker as the server. */
import type { Cleanup } from '../cleanup.ts';
import type { Finding, Section } from '../findings.ts';
import type { Options } from '../options.ts';
import { startServer } from '../servers.ts';
import { type Drain, measureDrain, medianDrain } from './drain.ts';
import { type Acceptance, measureAcceptance, storedToSent } from './rates.ts';
import { formatOutbox } from './report.ts';

export interface OutboxResults {
  readonly acceptance: readonly Acceptance[];
  /** Samples that waited. */
  readonly backlog: number;
  readonly drain: Drain;
}

const megabyte = 1_048_576;

export async function measureOutbox(options: Options, cleanup: Cleanup): Promise<Section<OutboxResults>> {
  const server = await startServer('embedded', cleanup);
  if (server === undefined) throw new Error('the simulator could not be started');
  const acceptance: Acceptance[] = [];
  for (const window of options.outboxWindows) {
    console.error(`measuring: stored and sent, window ${window}`);
    acceptance.push(await Promise.race([measureAcceptance(window, server, options, cleanup), server.ended]));
  }
  const { backlog } = options;
  console.error(`measuring: ${backlog} waiting samples`);
  const drains = await Promise.race([measureDrain(server, options, cleanup), server.ended]);
  await server.stop();
  const data = { acceptance, backlog, drain: medianDrain(drains) };
  const findings = [...acceptance.flatMap(acceptanceFindings), ...drainFindings(backlog, drains)];
  return { data, findings, text: formatOutbox(data) };
}

function acceptanceFindings({ window, measured }: Acceptance): readonly Finding[] {
  const name = (what: string): string => `stored samples, ${window} outstanding: ${what}`;
  const { stored } = measured;
  return [
    { name: name('rate to sent ones'), bound: 'at least', value: 0.5, unit: 'ratio', measured: storedToSent(measured) },
    {
      name: name('rate'),
      bound: 'at least',
      value: 20_000,
      unit: '1/s',
      measured: stored.map(({ tripsPerSecond }) => tripsPerSecond),
    },
    {
      name: name('lateness of the event loop, p99'),
      bound: 'at most',
      value: 20,
      unit: 'ms',
      measured: stored.map(({ loopDelayP99 = Number.NaN }) => loopDelayP99),
    },
  ];
}

function drainFindings(backlog: number, drains: readonly Drain[]): readonly Finding[] {
  const name = (what: string): string => `${backlog.toLocaleString('en')} waiting samples: ${what}`;
  return [
    {
      name: name('forwarded'),
      bound: 'at least',
      value: 100_000,
      unit: '1/s',
      measured: drains.map(({ samplesPerSecond }) => samplesPerSecond),
    },
    {
      name: name('memory at most, over an empty store'),
      bound: 'at most',
      value: 64,
      unit: 'MB',
      measured: drains.map(({ memoryGrowth }) => memoryGrowth / megabyte),
    },
    {
      name: name('longer start-up'),
      bound: 'at most',
      value: 2,
      unit: 's',
      measured: drains.map(({ startUp, emptyStartUp }) => (startUp - emptyStartUp) / 1000),
    },
  ];
}
