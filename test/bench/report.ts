/** The results, as a table for people and as an object for programs. */
import { readFileSync } from 'node:fs';
import { availableParallelism, cpus, loadavg } from 'node:os';
import { contenderLabels, contenderNames } from './contenders/contenders.ts';
import type { GatewayResults } from './gateway/gateway.ts';
import { formatGateway } from './gateway/report.ts';
import type { Figures } from './measure.ts';
import type { BenchCase } from './options.ts';
import type { Measurement } from './orders.ts';
import type { OutboxResults } from './outbox/outbox.ts';
import { formatOutbox } from './outbox/report.ts';
import type { ServerName } from './servers.ts';
import { formatTable } from './table.ts';

export interface CaseResult extends BenchCase {
  readonly figures: Figures;
  readonly ratios: Ratios;
}

/** kaa-telemetry's figures divided by the others'. */
export interface Ratios {
  readonly rateToRaw: number;
  readonly p50ToRaw: number;
  readonly p99ToRaw: number;
  readonly rateToHandWired: number;
  readonly cpuToHandWired: number;
}

export interface Machine {
  readonly cpu: string;
  readonly cores: number;
  /** Before the benchmark, averaged over a minute. */
  readonly load: number;
  readonly node: string;
  readonly nodeRed: string;
}

export interface Trips {
  /** Servers that are not installed. */
  readonly skipped: readonly ServerName[];
  readonly cases: readonly CaseResult[];
}

export interface Results {
  readonly machine: Machine;
  readonly repetitions: number;
  readonly seconds: number;
  readonly trips?: Trips;
  readonly outbox?: OutboxResults;
  readonly gateway?: GatewayResults;
}

export function describeMachine(): Machine {
  const manifest = new URL('../../node_modules/node-red/package.json', import.meta.url);
  return {
    cpu: cpus()[0]?.model ?? 'unknown CPU',
    cores: availableParallelism(),
    load: loadavg()[0] ?? Number.NaN,
    node: process.versions.node,
    nodeRed: (JSON.parse(readFileSync(manifest, 'utf8')) as { version: string }).version,
  };
}

export function caseResult(benchCase: BenchCase, figures: Figures): CaseResult {
  const { raw, handWired, kaaTelemetry } = figures;
  return {
    ...benchCase,
    figures,
    ratios: {
      rateToRaw: kaaTelemetry.tripsPerSecond / raw.tripsPerSecond,
      p50ToRaw: kaaTelemetry.p50 / raw.p50,
      p99ToRaw: kaaTelemetry.p99 / raw.p99,
      rateToHandWired: kaaTelemetry.tripsPerSecond / handWired.tripsPerSecond,
      cpuToHandWired: kaaTelemetry.cpuPerTrip / handWired.cpuPerTrip,
    },
  };
}

const headings = [
  'server',
  'QoS',
  'window',
  'contender',
  'trips/s',
  'p50 µs',
  'p99 µs',
  'CPU µs',
  'busy',
  'lost',
  'rate/raw',
  'p50/raw',
  'p99/raw',
  'rate/hand',
  'CPU/hand',
];

const labelColumns = 4;

const noDelayNote = `Core nodes leave Nagle's algorithm on, and at QoS 1 most of their trips wait about 40 ms for it, so that much of
their CPU per trip is that of an idle Node-RED; MQTT.js alone and kaa-telemetry have it switched off.`;

/** The tables with what is needed to understand them. */
export function formatResults({ machine, repetitions, seconds, trips, outbox, gateway }: Results): string {
  const { cpu, cores, load, node, nodeRed } = machine;
  return [
    `Medians of ${repetitions} x ${seconds} s. The answers come from the Kaa simulator in a process of its own. CPU: of the`,
    'contender, per sample; busy: its share of one core.',
    ...(trips === undefined ? [] : ['', formatTrips(trips)]),
    ...(outbox === undefined ? [] : ['', formatOutbox(outbox)]),
    ...(gateway === undefined ? [] : ['', formatGateway(gateway)]),
    '',
    `${cpu}, ${cores} cores, load ${load.toFixed(2)} before; Node ${node}, Node-RED ${nodeRed}`,
  ].join('\n');
}

function formatTrips({ skipped, cases }: Trips): string {
  return [
    "Confirmed round trips of one telemetry sample, on the simulator's embedded broker, or with the simulator as a client",
    'of Mosquitto. Ratios: kaa-telemetry to MQTT.js alone (raw) and to core nodes (hand).',
    '',
    formatTable(headings, cases.flatMap(caseRows), labelColumns),
    ...(cases.some(({ qos }) => qos === 1) ? ['', noDelayNote] : []),
    ...(skipped.length > 0 ? [''] : []),
    ...skipped.map((server) => `SKIPPED: ${server} is not installed.`),
  ].join('\n');
}

function caseRows({ server, qos, window, figures, ratios }: CaseResult): string[][] {
  const { rateToRaw, p50ToRaw, p99ToRaw, rateToHandWired, cpuToHandWired } = ratios;
  const ratioCells = [rateToRaw, p50ToRaw, p99ToRaw, rateToHandWired, cpuToHandWired].map((ratio) => ratio.toFixed(2));
  return contenderNames.map((name) => [
    server,
    String(qos),
    String(window),
    contenderLabels[name],
    ...figureCells(figures[name]),
    ...(name === 'kaaTelemetry' ? ratioCells : []),
  ]);
}

function figureCells({ tripsPerSecond, p50, p99, cpuPerTrip, busy, lost }: Measurement): string[] {
  const whole = [tripsPerSecond, p50, p99].map((value) => value.toFixed(0));
  return [...whole, cpuPerTrip.toFixed(1), `${(busy * 100).toFixed(0)}%`, String(lost)];
}
