/** The figures of pushed commands for people. */
import { median, medianOf } from '../statistics.ts';
import { formatTable } from '../table.ts';
import { endpoints, pushesLabels, pushesNames } from './contenders.ts';
import type { Pushes } from './pushes.ts';

export function formatPushes(results: readonly Pushes[]): string {
  return [
    'A burst of commands, each in a message of its own, from the first publish until the flow has the last one. MQTT.js',
    'alone only parses them; kaa-command writes each to the ledger on disk before it is handed out.',
    `The last of ${endpoints} bursts, each to another endpoint; first/s: the first one after the start, while V8 compiles.`,
    '',
    formatTable(
      ['server', 'contender', 'commands', 'commands/s', 'first/s', 'CPU µs', 'in order', 'lost', 'rate/raw'],
      results.flatMap(rows),
      2,
    ),
  ].join('\n');
}

function rows({ server, commands, bursts, ratios }: Pushes): string[][] {
  return pushesNames.map((name) => [
    server,
    pushesLabels[name],
    String(commands),
    medianOf(bursts[name], ({ perSecond }) => perSecond).toFixed(0),
    medianOf(bursts[name], ({ firstPerSecond }) => firstPerSecond).toFixed(0),
    medianOf(bursts[name], ({ cpuPerCommand }) => cpuPerCommand).toFixed(1),
    bursts[name].every(({ isInOrder }) => isInOrder) ? 'yes' : 'NO',
    String(bursts[name].reduce((sum, { missing }) => sum + missing, 0)),
    ...(name === 'kaa' ? [median(ratios).toFixed(2)] : []),
  ]);
}
