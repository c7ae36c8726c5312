/** Samples that are sent a hundred at a time, beside samples that core nodes send one by one. */
import type { Cleanup } from '../cleanup.ts';
import type { Contender } from '../contenders/contender.ts';
import { startContender } from '../contenders/contenders.ts';
import { kaaTelemetryFlow, type TelemetryUse } from '../contenders/flows.ts';
import { startNodeRed } from '../contenders/node-red.ts';
import type { BenchEndpoint } from '../endpoint.ts';
import type { Finding, Section } from '../findings.ts';
import type { Options } from '../options.ts';
import { shortWarmUp } from '../rounds.ts';
import { startServer } from '../servers.ts';
import { median, medianOf, ratiosOf } from '../statistics.ts';
import { formatTable } from '../table.ts';

const batchSize = 100;

/** Requests outstanding. */
const window = 64;

export const batchNames = ['handWired', 'arrays', 'collected'] as const;

export type BatchName = (typeof batchNames)[number];

const labels: Readonly<Record<BatchName, string>> = {
  handWired: 'core nodes, one by one',
  arrays: `kaa-telemetry, arrays of ${batchSize} in messages`,
  collected: `kaa-telemetry, single messages, batches of ${batchSize}`,
};

/** Messages outstanding, and samples in each. */
const loads: Readonly<Record<BatchName, { readonly messages: number; readonly samples: number }>> = {
  handWired: { messages: window, samples: 1 },
  arrays: { messages: window, samples: batchSize },
  collected: { messages: window * batchSize, samples: 1 },
};

export interface BatchFigures {
  readonly samplesPerSecond: number;
  /** Microseconds of user and system time of the whole process, per sample. */
  readonly cpuPerSample: number;
  /** Messages without outcome. */
  readonly lost: number;
}

export interface Batches {
  /** Of every repetition. */
  readonly figures: Readonly<Record<BatchName, readonly BatchFigures[]>>;
}

export async function measureBatches(options: Options, cleanup: Cleanup): Promise<Section<Batches>> {
  const { repetitions, seconds, warmUpSeconds } = options;
  const server = await startServer('embedded', cleanup);
  if (server === undefined) throw new Error('the simulator could not be started');
  console.error(`measuring: batches of ${batchSize}`);
  const endpoint = (name: BatchName): BenchEndpoint => ({ url: server.url, token: name, qos: 0, window });
  const kaa = (name: BatchName, use: Partial<TelemetryUse>): Promise<Contender> =>
    startNodeRed(labels[name], kaaTelemetryFlow(endpoint(name), { delivery: 'confirmed', ...use }), cleanup);
  const contenders: Record<BatchName, Contender> = {
    handWired: await startContender('handWired', endpoint('handWired'), cleanup),
    arrays: await kaa('arrays', { samples: batchSize }),
    collected: await kaa('collected', { batchSize }),
  };
  const figures: Record<BatchName, BatchFigures[]> = { handWired: [], arrays: [], collected: [] };
  for (let repetition = 0; repetition < repetitions; repetition += 1) {
    const warmUpMilliseconds = repetition === 0 ? warmUpSeconds * 1000 : shortWarmUp;
    for (const name of batchNames) {
      const { messages, samples } = loads[name];
      const order = { window: messages, warmUpMilliseconds, milliseconds: seconds * 1000, watchLoop: false };
      const measuring = contenders[name].measure(order);
      const { tripsPerSecond, cpuPerTrip, lost } = await Promise.race([measuring, server.ended]);
      figures[name].push({ samplesPerSecond: tripsPerSecond * samples, cpuPerSample: cpuPerTrip / samples, lost });
    }
  }
  for (const contender of Object.values(contenders)) await contender.stop();
  await server.stop();
  const data = { figures };
  return { data, findings: [finding(data)], text: format(data) };
}

function ratios({ figures }: Batches, name: BatchName): readonly number[] {
  return ratiosOf(figures[name], figures.handWired, ({ samplesPerSecond }) => samplesPerSecond);
}

function finding(batches: Batches): Finding {
  return {
    name: `batches of ${batchSize}: samples to those of core nodes, which send one by one`,
    bound: 'at least',
    value: 20,
    unit: 'ratio',
    measured: ratios(batches, 'arrays'),
  };
}

function format(batches: Batches): string {
  const { figures } = batches;
  return [
    `Confirmed samples, ${window} requests outstanding, QoS 0, on the simulator's embedded broker.`,
    '',
    formatTable(
      ['contender', 'samples/s', 'CPU µs', 'lost', 'rate/hand'],
      batchNames.map((name) => [
        labels[name],
        medianOf(figures[name], ({ samplesPerSecond }) => samplesPerSecond).toFixed(0),
        medianOf(figures[name], ({ cpuPerSample }) => cpuPerSample).toFixed(2),
        String(figures[name].reduce((sum, { lost }) => sum + lost, 0)),
        ...(name === 'handWired' ? [] : [median(ratios(batches, name)).toFixed(1)]),
      ]),
      1,
    ),
  ].join('\n');
}
