/** What the soak found, and what of it must not be. */
import type { Options } from './options.ts';
import { type Memory, megabytes } from './memory.ts';
import { residentOf, type Throughput } from './throughput.ts';

/** One restart of the broker; seconds count from when it was back, NaN where it did not come to that. */
export interface Restart {
  readonly connected: number;
  readonly observing: number;
  /** Endpoints that observed again before the next restart. */
  readonly endpoints: number;
}

export interface CommandFindings {
  readonly ordered: number;
  /** Never handed to the flow. */
  readonly missing: number;
  /** Handed to the flow more than once. */
  readonly twice: number;
  /** Results that had their outcome in the flow. */
  readonly answered: number;
  /** Without a good result at the platform. */
  readonly incomplete: number;
  /** Further results that the platform got. */
  readonly repeatedResults: number;
  /** Endpoints that did not get the last command, which each was sent. */
  readonly deafEndpoints: number;
  /** Until that command was done everywhere. */
  readonly lastSeconds: number;
}

export interface SampleFindings {
  readonly fed: number;
  readonly stored: number;
  readonly refused: number;
  /** Stored ones that never arrived. */
  readonly missing: number;
  /** Arrivals of samples that were there already. */
  readonly repeated: number;
  /** From the end of the feeding until nothing waited. */
  readonly drainSeconds: number;
}

/** What is left at the end. */
export interface Pending {
  readonly inFlight: number;
  readonly backlog: number;
  readonly timers: number;
  /** Before anything was fed. */
  readonly timersBefore: number;
}

export interface Findings {
  /** Seconds from the deploy until all endpoints observed. */
  readonly firstObserving: number;
  readonly restarts: readonly Restart[];
  readonly commands: CommandFindings;
  readonly samples: SampleFindings;
  readonly pending: Pending;
  readonly resident: Memory;
  /** Of the heap what is in use, and not only not collected yet. */
  readonly heap: Memory;
  /** Share of one core. */
  readonly cpu: number;
  /** Per second, in and out. */
  readonly messages: number;
  /** Milliseconds: until all endpoints observed for the first time, at most. */
  readonly startDelay: number;
  /** Later. */
  readonly loopDelayP99: number;
  readonly longestDelay: number;
  /** Node-RED's end. */
  readonly stopSeconds: number;
  /** How often Catch got an error, by node and code. */
  readonly errors: Readonly<Record<string, number>>;
  readonly throughput: Throughput;
  /** How often events of the platform were missed: then observing may be seen too late. */
  readonly eventGaps: number;
}

export interface Results extends Findings {
  readonly options: Options;
  readonly failures: readonly string[];
}

/** Timers that the end may have more than the beginning: those of HTTP and of the status come and go. */
const mostNewTimers = 20;

/** A sentence for everything that does not hold. */
export function failuresOf(findings: Findings): readonly string[] {
  const { restarts, commands, samples, pending, resident, heap, throughput } = findings;
  const busy = residentOf(throughput);
  const checks: readonly [boolean, string][] = [
    ...restarts.map(({ observing, endpoints }, index): [boolean, string] => [
      !Number.isNaN(observing),
      `After restart ${index + 1} of the broker only ${endpoints} endpoints observed again in time.`,
    ]),
    [commands.deafEndpoints === 0, `${commands.deafEndpoints} endpoints do not receive commands any more.`],
    [commands.missing === 0, `${commands.missing} commands never came.`],
    [commands.twice === 0, `${commands.twice} commands came more than once.`],
    [commands.incomplete === 0, `${commands.incomplete} commands are not completed.`],
    [commands.answered === commands.ordered, `${commands.answered} of ${commands.ordered} results had an outcome.`],
    [samples.refused === 0, `${samples.refused} samples were refused by the node.`],
    [samples.stored + samples.refused === samples.fed, `Some of ${samples.fed} samples had no outcome.`],
    [samples.missing === 0, `${samples.missing} stored samples never arrived.`],
    [pending.backlog === 0, `${pending.backlog} samples still wait.`],
    [pending.inFlight === 0, `${pending.inFlight} messages are still in flight.`],
    [
      pending.timers <= pending.timersBefore + mostNewTimers,
      `There were ${pending.timersBefore} timers, and are ${pending.timers}.`,
    ],
    [resident.after <= resident.bound, `Resident memory grew ${growth(resident)}.`],
    [throughput.lost === 0, `${throughput.lost} of the messages without pause had no outcome.`],
    [busy.after <= busy.bound, `With messages without pause, resident memory grew ${growth(busy)}.`],
    [heap.after <= heap.bound, `The heap grew ${growth(heap)}.`],
  ];
  return checks.filter(([holds]) => !holds).map(([, sentence]) => sentence);
}

function growth({ before, after }: Pick<Memory, 'before' | 'after'>): string {
  return `from ${megabytes(before).toFixed(0)} to ${megabytes(after).toFixed(0)} MB`;
}
