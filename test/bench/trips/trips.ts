/** Confirmed round trips of one sample: MQTT.js alone, core nodes wired by hand, and kaa-telemetry. */
import type { Cleanup } from '../cleanup.ts';
import type { ContenderName } from '../contenders/contenders.ts';
import type { Finding, Section, Target } from '../findings.ts';
import type { Options } from '../options.ts';
import type { Measurement } from '../orders.ts';
import { summary } from '../rounds.ts';
import { type Server, type ServerName, startServer } from '../servers.ts';
import { median, ratiosOf } from '../statistics.ts';
import { measureCase, type Measurements, type TripsCase } from './measure.ts';
import { formatTrips } from './report.ts';

/** kaa-telemetry's figures divided by the others'. */
export interface Ratios {
  readonly rateToRaw: number;
  readonly p50ToRaw: number;
  readonly p99ToRaw: number;
  readonly rateToHandWired: number;
  readonly cpuToHandWired: number;
}

/** Of every repetition. */
type MeasuredRatios = Readonly<Record<keyof Ratios, readonly number[]>>;

/** Medians, and what was lost in all repetitions. */
export interface CaseResult extends TripsCase {
  readonly figures: Readonly<Record<ContenderName, Measurement>>;
  readonly ratios: Ratios;
}

export interface Trips {
  /** Servers that are not installed. */
  readonly skipped: readonly ServerName[];
  readonly cases: readonly CaseResult[];
}

type Goal = readonly [ratio: keyof Ratios, what: string, bound: Target['bound'], value: number];

/** The wire is the limit behind Mosquitto, which does not answer by itself. */
const leastToHandWired: Readonly<Record<ServerName, number>> = { embedded: 2.5, mosquitto: 1.5 };

function goalsOf({ server, window }: TripsCase): readonly Goal[] {
  if (window === 1) {
    return [
      ['p50ToRaw', 'p50 to MQTT.js alone', 'at most', 1.3],
      ['p99ToRaw', 'p99 to MQTT.js alone', 'at most', 1.3],
    ];
  }
  return [
    ['rateToHandWired', 'rate to core nodes', 'at least', leastToHandWired[server]],
    ['rateToRaw', 'rate to MQTT.js alone', 'at least', 0.75],
    ['cpuToHandWired', 'CPU per sample to core nodes', 'at most', 0.6],
  ];
}

export async function measureTrips(options: Options, cleanup: Cleanup): Promise<Section<Trips>> {
  const cases: CaseResult[] = [];
  const findings: Finding[] = [];
  const skipped: ServerName[] = [];
  for (const name of options.servers) {
    const server = await startServer(name, cleanup);
    if (server === undefined) {
      skipped.push(name);
      continue;
    }
    for (const tripsCase of casesOf(name, options)) {
      const measurements = await measured(tripsCase, server, options, cleanup);
      const ratios = ratiosIn(measurements);
      cases.push(caseResult(tripsCase, measurements, ratios));
      findings.push(...findingsOf(tripsCase, ratios));
    }
    await server.stop();
  }
  const data = { skipped, cases };
  return { data, findings, text: formatTrips(data) };
}

function casesOf(server: ServerName, { qualities, windows }: Options): readonly TripsCase[] {
  return qualities.flatMap((qos) => windows.map((window) => ({ server, qos, window })));
}

async function measured(
  tripsCase: TripsCase,
  { url, ended }: Server,
  options: Options,
  cleanup: Cleanup,
): Promise<Measurements> {
  const { server, qos, window } = tripsCase;
  console.error(`measuring: ${server}, QoS ${qos}, window ${window}`);
  return Promise.race([measureCase(tripsCase, url, options, cleanup), ended]);
}

function ratiosIn({ raw, handWired, kaaTelemetry }: Measurements): MeasuredRatios {
  const to = (others: readonly Measurement[], figure: 'tripsPerSecond' | 'p50' | 'p99' | 'cpuPerTrip') =>
    ratiosOf(kaaTelemetry, others, (each) => each[figure]);
  return {
    rateToRaw: to(raw, 'tripsPerSecond'),
    p50ToRaw: to(raw, 'p50'),
    p99ToRaw: to(raw, 'p99'),
    rateToHandWired: to(handWired, 'tripsPerSecond'),
    cpuToHandWired: to(handWired, 'cpuPerTrip'),
  };
}

function caseResult(tripsCase: TripsCase, measurements: Measurements, ratios: MeasuredRatios): CaseResult {
  const middle = (name: keyof Ratios): number => median(ratios[name]);
  const { raw, handWired, kaaTelemetry } = measurements;
  return {
    ...tripsCase,
    figures: { raw: summary(raw), handWired: summary(handWired), kaaTelemetry: summary(kaaTelemetry) },
    ratios: {
      rateToRaw: middle('rateToRaw'),
      p50ToRaw: middle('p50ToRaw'),
      p99ToRaw: middle('p99ToRaw'),
      rateToHandWired: middle('rateToHandWired'),
      cpuToHandWired: middle('cpuToHandWired'),
    },
  };
}

function findingsOf(tripsCase: TripsCase, ratios: MeasuredRatios): readonly Finding[] {
  const { server, qos, window } = tripsCase;
  return goalsOf(tripsCase).map(([ratio, what, bound, value]) => ({
    name: `round trips, ${server}, QoS ${qos}, ${window} outstanding: ${what}`,
    bound,
    value,
    unit: 'ratio',
    measured: ratios[ratio],
  }));
}
