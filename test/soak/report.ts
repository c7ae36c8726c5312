/** The findings for people. */
import { formatTable } from '../bench/table.ts';
import { type Memory, megabytes } from './memory.ts';
import type { Restart, Results } from './results.ts';
import { residentOf } from './throughput.ts';

export function formatResults(results: Results): string {
  const { options, restarts, failures } = results;
  const { endpoints, rate, restartSeconds, outageSeconds } = options;
  return [
    `${endpoints} endpoints behind one connection, ${rate} samples/s; Mosquitto was killed ${restarts.length} times, every`,
    `${restartSeconds} s, for ${outageSeconds} s. Back: from when the broker was there again until Node-RED was connected, and until`,
    'all endpoints observed commands.',
    '',
    formatTable(['restart', 'connected s', 'all observe s', 'endpoints'], restarts.map(restartRow), 1),
    '',
    formatTable(['figure', 'measured', 'must be'], figureRows(results), 1),
    '',
    ...(failures.length === 0 ? ['All holds.'] : failures.map((failure) => `FAILED: ${failure}`)),
  ].join('\n');
}

function restartRow({ connected, observing, endpoints }: Restart, index: number): string[] {
  return [String(index + 1), seconds(connected), seconds(observing), String(endpoints)];
}

function figureRows(results: Results): string[][] {
  const { commands, samples, pending, resident, heap, errors, throughput } = results;
  return [
    ['start: all observe, s', seconds(results.firstObserving)],
    ['samples made', String(samples.fed)],
    ['  refused by the node', String(samples.refused), '0'],
    ['  stored and never arrived', String(samples.missing), '0'],
    ['  arrived again', String(samples.repeated)],
    ['  drained after the last, s', seconds(samples.drainSeconds)],
    ['commands', String(commands.ordered)],
    ['  never came', String(commands.missing), '0'],
    ['  came more than once', String(commands.twice), '0'],
    ['  with an outcome in the flow', String(commands.answered), String(commands.ordered)],
    ['  not completed', String(commands.incomplete), '0'],
    ['  results sent again', String(commands.repeatedResults)],
    ['endpoints without the last command', String(commands.deafEndpoints), '0'],
    ['the last command everywhere, s', seconds(commands.lastSeconds)],
    ['messages/s, in and out', results.messages.toFixed(0)],
    ['CPU of Node-RED, of one core', `${(results.cpu * 100).toFixed(0)}%`],
    ['event loop late at the start, at most, ms', results.startDelay.toFixed(0)],
    ['event loop late, p99 ms', results.loopDelayP99.toFixed(1)],
    ['  at most, ms', results.longestDelay.toFixed(0)],
    ['resident memory after the warm-up, MB', ...memoryCells(resident)],
    ['live heap after the warm-up, MB', ...memoryCells(heap)],
    [`${throughput.resident.length} x ${throughput.block} messages without pause, lost`, String(throughput.lost), '0'],
    ['  resident memory after the first of these, MB', ...memoryCells(residentOf(throughput))],
    ['in flight at the end', String(pending.inFlight), '0'],
    ['waiting at the end', String(pending.backlog), '0'],
    ['timers at the end', `${pending.timersBefore} -> ${pending.timers}`],
    ['end of Node-RED, s', seconds(results.stopSeconds)],
    ...Object.entries(errors).map(([error, count]) => [`Catch: ${error}`, String(count)]),
    ...(results.eventGaps === 0 ? [] : [['events of the simulator missed, times', String(results.eventGaps)]]),
  ];
}

function memoryCells({ before, after, bound }: Memory): string[] {
  return [`${megabytes(before).toFixed(0)} -> ${megabytes(after).toFixed(0)}`, `<= ${megabytes(bound).toFixed(0)}`];
}

function seconds(value: number): string {
  return Number.isNaN(value) ? 'never' : value.toFixed(1);
}
