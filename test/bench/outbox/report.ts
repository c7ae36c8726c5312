/** The figures of store and forward for people. */
import { formatTable } from '../table.ts';
import type { Drain } from './drain.ts';
import type { OutboxResults } from './outbox.ts';
import { type Acceptance, deliveries } from './rates.ts';

const acceptanceHeadings = [
  'window',
  'delivery',
  'samples/s',
  'p50 µs',
  'p99 µs',
  'CPU µs',
  'busy',
  'loop p99 ms',
  'lost',
  'stored/sent',
];

const megabyte = 1_048_576;

export function formatOutbox({ acceptance, backlog, drain }: OutboxResults): string {
  return [
    'Stored samples: `stored` until they are on disk, while what is there is forwarded; `sent` until the acknowledgement',
    'of the server, at QoS 1. Loop: how late the event loop gets round to a timer of a millisecond.',
    '',
    formatTable(acceptanceHeadings, acceptance.flatMap(acceptanceRows), 2),
    '',
    `${backlog} waiting samples, forwarded to one endpoint, and the start of Node-RED with them. Memory: of the process,`,
    'over what it has with an empty store. Start-up: until the outbox has accepted a first sample.',
    '',
    formatTable(['figure', 'measured'], drainRows(drain), 1),
  ].join('\n');
}

function acceptanceRows({ window, figures, ratio }: Acceptance): string[][] {
  return deliveries.map((delivery) => {
    const { tripsPerSecond, p50, p99, cpuPerTrip, busy, loopDelayP99, lost, missing } = figures[delivery];
    return [
      String(window),
      delivery,
      ...[tripsPerSecond, p50, p99].map((value) => value.toFixed(0)),
      cpuPerTrip.toFixed(1),
      `${(busy * 100).toFixed(0)}%`,
      loopDelayP99.toFixed(1),
      String(lost + missing),
      ...(delivery === 'stored' ? [ratio.toFixed(2)] : []),
    ];
  });
}

function drainRows(drain: Drain): string[][] {
  const { samplesPerSecond, seconds, memoryGrowth, startUp, emptyStartUp, missing } = drain;
  return [
    ['samples/s', samplesPerSecond.toFixed(0)],
    ['seconds', seconds.toFixed(2)],
    ['memory growth, MB', (memoryGrowth / megabyte).toFixed(0)],
    ['start-up, s', (startUp / 1000).toFixed(2)],
    ['start-up without samples, s', (emptyStartUp / 1000).toFixed(2)],
    ['longer start-up, s', ((startUp - emptyStartUp) / 1000).toFixed(2)],
    ['lost', String(missing)],
  ];
}
