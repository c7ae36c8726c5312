/** The command line of the soak. */
import { parseArgs } from 'node:util';
import { UsageError } from '../bench/options.ts';

export const usage = `Usage: npm run soak -- [options]

Endpoints behind one connection observe commands and send telemetry, while the broker is killed and started again and
again. Fails where memory grows, an endpoint observes no more, anything is lost or done twice, or something stays pending.
Needs Mosquitto. Behind that millions of confirmed messages are sent as fast as they are answered: fails where resident
memory is more than a tenth above its level after the first million.

  --endpoints <n>        endpoints behind the gateway (default 10000)
  --minutes <m>          how long it takes, beside start and settling (default 10)
  --restart-seconds <s>  from one restart of the broker to the next (default 60)
  --outage-seconds <s>   for which the broker is away (default 2.5)
  --rate <n>             samples per second, of all endpoints together (default 500)
  --command-rate <n>     commands per second, of all endpoints together (default 20)
  --millions <n>         of messages that are sent then (default 10)
  --quick                1000 endpoints, two restarts, 200,000 messages, altogether half a minute
  --json                 print the results as JSON
  --help                 print this
`;

export interface Options {
  readonly help: boolean;
  readonly json: boolean;
  readonly endpoints: number;
  readonly restarts: number;
  /** Restarts during which memory may still grow: V8 compiles, and caches and buffers get their sizes. */
  readonly warmUpRestarts: number;
  readonly restartSeconds: number;
  readonly outageSeconds: number;
  /** Samples per second. */
  readonly rate: number;
  /** Commands per second. */
  readonly commandRate: number;
  /** Messages that are sent behind that, and blocks of as many. */
  readonly block: number;
  readonly blocks: number;
}

/**
 * Seconds. The simulator tries the broker every second and the nodes at first 1 to 1.5 s and then another 2 to 3 s after
 * the loss: with these the simulator is there before them. Else they wait in vain for the answers to their first requests.
 */
const outages = { usual: 2.5, quick: 1.7 } as const;

/** The simulator keeps 1,000 samples of an endpoint; some come twice. */
const mostSamplesPerEndpoint = 900;

/**
 * Reads the arguments of the command line.
 * @throws {UsageError}
 */
export function readOptions(args: readonly string[]): Options {
  const values = parse(args);
  const { help, json, quick } = values;
  const number = (name: NumberName, fallback: number, bounds: Bounds): number =>
    readNumber(`--${name}`, values[name], fallback, bounds);
  const endpoints = number('endpoints', quick ? 1000 : 10_000, { min: 1, max: 10_000, integer: true });
  const minutes = number('minutes', quick ? 0.25 : 10, { min: 0.1, max: 120 });
  const restartSeconds = number('restart-seconds', quick ? 7 : 60, { min: 4, max: 600 });
  const outageSeconds = number('outage-seconds', quick ? outages.quick : outages.usual, {
    min: 0,
    max: restartSeconds / 2,
  });
  const rate = number('rate', quick ? 300 : 500, { min: 1, max: 20_000 });
  const commandRate = number('command-rate', quick ? 50 : 20, { min: 0.1, max: 500 });
  const blocks = number('millions', quick ? 4 : 10, { min: 2, max: 1000, integer: true });
  if ((rate * minutes * 60) / endpoints > mostSamplesPerEndpoint) {
    throw new UsageError(
      `each endpoint would send more than the ${mostSamplesPerEndpoint} samples that can be checked`,
    );
  }
  const restarts = Math.max(1, Math.floor((minutes * 60) / restartSeconds));
  const warmUpRestarts = Math.min(2, restarts - 1);
  return {
    help,
    json,
    endpoints,
    restarts,
    warmUpRestarts,
    restartSeconds,
    outageSeconds,
    rate,
    commandRate,
    block: quick ? 50_000 : 1_000_000,
    blocks,
  };
}

type NumberName = 'endpoints' | 'minutes' | 'restart-seconds' | 'outage-seconds' | 'rate' | 'command-rate' | 'millions';

function parse(args: readonly string[]) {
  const flag = { type: 'boolean', default: false } as const;
  const text = { type: 'string' } as const;
  try {
    return parseArgs({
      args: [...args],
      options: {
        endpoints: text,
        minutes: text,
        'restart-seconds': text,
        'outage-seconds': text,
        rate: text,
        'command-rate': text,
        millions: text,
        quick: flag,
        json: flag,
        help: flag,
      },
    }).values;
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error), { cause: error });
  }
}

interface Bounds {
  readonly min: number;
  readonly max: number;
  readonly integer?: true;
}

function readNumber(name: string, text: string | undefined, fallback: number, { min, max, integer }: Bounds): number {
  if (text === undefined) return fallback;
  const value = text.trim() === '' ? Number.NaN : Number(text);
  if (value >= min && value <= max && (integer !== true || Number.isInteger(value))) return value;
  throw new UsageError(`${name} must be ${integer ? 'a whole number' : 'a number'} from ${min} to ${max}`);
}
