/** What the package adds to the start of Node-RED. */
import type { Cleanup } from '../cleanup.ts';
import { idleFlow, kaaTelemetryFlow } from '../contenders/flows.ts';
import { type Found, startNodeRed } from '../contenders/node-red.ts';
import type { Finding, Section } from '../findings.ts';
import type { Options } from '../options.ts';
import { median } from '../statistics.ts';
import { formatTable } from '../table.ts';

export const startNames = ['without', 'installed', 'used'] as const;

export type StartName = (typeof startNames)[number];

const labels: Readonly<Record<StartName, string>> = {
  without: 'without the package',
  installed: 'package installed',
  used: 'with a kaa-endpoint and a kaa-telemetry in the flow',
};

export interface Start {
  /** Milliseconds from the start of the process until its flows start. */
  readonly elapsed: number;
  /** Milliseconds of CPU time. */
  readonly cpu: number;
}

/** Of every repetition. */
export type StartUp = Readonly<Record<StartName, readonly Start[]>>;

export async function measureStartUp({ repetitions }: Options, cleanup: Cleanup): Promise<Section<StartUp>> {
  console.error('measuring: start-up');
  const data: Record<StartName, Start[]> = { without: [], installed: [], used: [] };
  // The first one reads everything from the disk.
  await start('used', cleanup);
  for (let repetition = 0; repetition < repetitions; repetition += 1) {
    for (const name of startNames) data[name].push(await start(name, cleanup));
  }
  return { data, findings: [findingOf('installed', data), findingOf('used', data)], text: format(data) };
}

async function start(name: StartName, cleanup: Cleanup): Promise<Start> {
  // Nobody answers there; it is of no account when the flows start.
  const endpoint = { url: 'mqtt://127.0.0.1:9', token: 'start-up', qos: 0, window: 1 } as const;
  const flow = name === 'used' ? kaaTelemetryFlow(endpoint, { delivery: 'confirmed', trips: false }) : idleFlow();
  const found: Found = name === 'without' ? { isInstalled: false } : {};
  const contender = await startNodeRed(labels[name], flow, cleanup, found);
  const { startUp: elapsed, startUpCpu } = contender;
  await contender.stop();
  return { elapsed, cpu: startUpCpu / 1000 };
}

/** Milliseconds over a start without the package. */
function added(name: StartName, { without, [name]: starts }: StartUp, figure: keyof Start): readonly number[] {
  return starts.map((each, repetition) => each[figure] - (without[repetition]?.[figure] ?? Number.NaN));
}

function findingOf(name: 'installed' | 'used', data: StartUp): Finding {
  return {
    name: `added to the start of Node-RED, ${labels[name]}`,
    bound: 'at most',
    value: 150,
    unit: 'ms',
    measured: added(name, data, 'elapsed'),
  };
}

function format(data: StartUp): string {
  const middle = (values: readonly number[]): string => median(values).toFixed(0);
  return [
    'Start of Node-RED 5, from the start of the process until its flows start.',
    '',
    formatTable(
      ['', 'ms', 'CPU ms', 'added ms', 'added CPU ms'],
      startNames.map((name) => [
        labels[name],
        middle(data[name].map(({ elapsed }) => elapsed)),
        middle(data[name].map(({ cpu }) => cpu)),
        ...(name === 'without' ? [] : [middle(added(name, data, 'elapsed')), middle(added(name, data, 'cpu'))]),
      ]),
      1,
    ),
  ].join('\n');
}
