/** The command line, and the cases that follow from it. */
import { parseArgs } from 'node:util';
import { type ServerName, serverNames } from './servers.ts';

export const usage = `Usage: npm run bench -- [options]

trips: confirmed round trips of one telemetry sample: MQTT.js alone, core nodes wired by hand, and kaa-telemetry.
batches: a hundred samples in each request, beside core nodes that send one by one.
pushes: bursts of 10,000 pushed commands: MQTT.js alone, and kaa-command with its ledger.
waiting: 100,000 confirmed messages that wait: what memory they take, and what is left of it.
store: samples that are stored before they are forwarded: how many are accepted, and what a large backlog costs.
gateway: 10,000 endpoints behind one connection: how long a connect takes, and what each of them costs, idle too.
start-up: what the package adds to the start of Node-RED.

  --only <name>       one of these (default all)
  --repetitions <n>   measurements of each case, of which the median is shown (default 5)
  --seconds <s>       length of one measurement (default 2); each contender is warmed up before its first one
  --quick             one repetition of half a second, on the simulator's own broker only, trips at QoS 0, fewer
                      commands, waiting messages and endpoints, a short backlog
  --report            write the results to test/bench/REPORT.md, too
  --json              print the results as JSON
  --help              print this
`;

/** The command line cannot be understood. */
export class UsageError extends Error {}

export const benchmarkNames = ['trips', 'batches', 'pushes', 'waiting', 'store', 'gateway', 'start-up'] as const;

export type BenchmarkName = (typeof benchmarkNames)[number];

export interface Options {
  readonly help: boolean;
  readonly json: boolean;
  readonly report: boolean;
  readonly benchmarks: readonly BenchmarkName[];
  readonly repetitions: number;
  readonly seconds: number;
  /** Before the first measurement of a contender: V8 needs about two to compile all of Node-RED's ways. */
  readonly warmUpSeconds: number;
  readonly servers: readonly ServerName[];
  readonly qualities: readonly (0 | 1)[];
  readonly windows: readonly number[];
  readonly outboxWindows: readonly number[];
  /** Samples that wait when the forwarding of many is measured. */
  readonly backlog: number;
  /** Commands in a burst. */
  readonly pushes: number;
  /** Confirmed messages that wait. */
  readonly waitingMessages: number;
  /** For which the platform lets those wait, to weigh the process meanwhile. */
  readonly waitingSeconds: number;
  /** Until V8 has collected what a busy process left behind: it begins some six seconds after the last work. */
  readonly tidyingSeconds: number;
  /** For which an idle process is watched. */
  readonly idleSeconds: number;
  /** Endpoints behind one connection. */
  readonly gatewayEndpoints: number;
}

/**
 * Reads the arguments of the command line.
 * @throws {UsageError}
 */
export function readOptions(args: readonly string[]): Options {
  const { help, json, report, quick, only, repetitions, seconds } = parse(args);
  return {
    help,
    json,
    report,
    benchmarks: readBenchmarks(only),
    repetitions: readNumber('--repetitions', repetitions, { fallback: quick ? 1 : 5, min: 1, max: 20, integer: true }),
    seconds: readNumber('--seconds', seconds, { fallback: quick ? 0.5 : 2, min: 0.1, max: 20, integer: false }),
    warmUpSeconds: quick ? 1 : 2,
    servers: quick ? ['embedded'] : serverNames,
    qualities: quick ? [0] : [0, 1],
    windows: [1, 64],
    outboxWindows: [64, 1000],
    backlog: quick ? 20_000 : 1_000_000,
    pushes: quick ? 2000 : 10_000,
    waitingMessages: quick ? 10_000 : 100_000,
    waitingSeconds: quick ? 3 : 8,
    tidyingSeconds: quick ? 0 : 12,
    idleSeconds: quick ? 1 : 10,
    gatewayEndpoints: quick ? 500 : 10_000,
  };
}

function parse(args: readonly string[]) {
  const flag = { type: 'boolean', default: false } as const;
  const text = { type: 'string' } as const;
  try {
    const options = { help: flag, json: flag, report: flag, quick: flag, only: text, repetitions: text, seconds: text };
    return parseArgs({ args: [...args], options }).values;
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error), { cause: error });
  }
}

function readBenchmarks(only: string | undefined): readonly BenchmarkName[] {
  if (only === undefined) return benchmarkNames;
  const name = benchmarkNames.find((known) => known === only);
  if (name === undefined) throw new UsageError(`--only must be ${benchmarkNames.join(' or ')}`);
  return [name];
}

interface Bounds {
  readonly fallback: number;
  readonly min: number;
  readonly max: number;
  readonly integer: boolean;
}

function readNumber(name: string, text: string | undefined, { fallback, min, max, integer }: Bounds): number {
  if (text === undefined) return fallback;
  const value = text.trim() === '' ? Number.NaN : Number(text);
  if (value >= min && value <= max && (!integer || Number.isInteger(value))) return value;
  throw new UsageError(`${name} must be ${integer ? 'a whole number' : 'a number'} from ${min} to ${max}`);
}
