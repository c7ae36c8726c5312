/** The figures of round trips for people. */
import { contenderLabels, contenderNames } from '../contenders/contenders.ts';
import type { Measurement } from '../orders.ts';
import { formatTable } from '../table.ts';
import type { CaseResult, Trips } from './trips.ts';

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

export function formatTrips({ skipped, cases }: Trips): string {
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
