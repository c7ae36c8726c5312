/** Whether memory stays flat. */
import { median } from '../bench/statistics.ts';

const megabyte = 1_048_576;

/** What memory may grow by, whichever is more: a part of what it was, or bytes. */
const mostGrowth = { part: 0.15, bytes: 30 * megabyte } as const;

/** Bytes after the warm-up and at the end. */
export interface Memory {
  readonly before: number;
  readonly after: number;
  /** What `after` may be at most. */
  readonly bound: number;
}

/** @param sizes in bytes, over time, from the end of the warm-up on: the first fifth is compared with the last */
export function memoryOver(sizes: readonly number[]): Memory {
  const fifth = Math.max(1, Math.ceil(sizes.length / 5));
  return memoryOf(median(sizes.slice(0, fifth)), median(sizes.slice(-fifth)));
}

export function memoryOf(before: number, after: number): Memory {
  return { before, after, bound: before + Math.max(before * mostGrowth.part, mostGrowth.bytes) };
}

export function megabytes(bytes: number): number {
  return bytes / megabyte;
}
