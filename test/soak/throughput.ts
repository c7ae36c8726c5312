/** Whether millions of messages leave anything behind. */
import type { Cleanup } from '../bench/cleanup.ts';
import { startContender } from '../bench/contenders/contenders.ts';
import { startServer } from '../bench/servers.ts';
import type { Options } from './options.ts';

/** Messages outstanding. */
const window = 64;

/** Part of its level after the first block by which resident memory may grow. */
const mostGrowth = 0.1;

export interface Throughput {
  /** Confirmed messages in each block. */
  readonly block: number;
  /** Bytes of resident memory behind each block, after garbage collection. */
  readonly resident: readonly number[];
  readonly lost: number;
}

/** Sends confirmed samples as fast as they are answered. */
export async function measureThroughput(
  { blocks, block }: Pick<Options, 'blocks' | 'block'>,
  cleanup: Cleanup,
  tell: (text: string) => void,
): Promise<Throughput> {
  const server = await startServer('embedded', cleanup);
  if (server === undefined) throw new Error('the simulator could not be started');
  const endpoint = { url: server.url, token: 'throughput', qos: 0, window } as const;
  const contender = await startContender('kaaTelemetry', endpoint, cleanup);
  const resident: number[] = [];
  let lost = 0;
  for (let number = 1; number <= blocks; number += 1) {
    const order = { window, warmUpMilliseconds: 0, warmUpTrips: block, milliseconds: 1, watchLoop: false };
    const measurement = await Promise.race([contender.measure(order), server.ended]);
    lost += measurement.lost;
    const { memory } = await contender.weigh();
    resident.push(memory);
    tell(`${number * block} messages, ${Math.round(memory / 1_048_576)} MB`);
  }
  await contender.stop();
  await server.stop();
  return { block, resident, lost };
}

/** Bytes: what it was after the first block, at the end, and may be then. */
export function residentOf({ resident }: Throughput): { before: number; after: number; bound: number } {
  const before = resident[0] ?? Number.NaN;
  return { before, after: resident.at(-1) ?? Number.NaN, bound: before * (1 + mostGrowth) };
}
