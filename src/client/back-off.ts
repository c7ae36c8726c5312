/** Waiting between tries: doubling with jitter. */

/** Seconds. */
export interface BackOffLimits {
  readonly shortest: number;
  readonly longest: number;
}

/** Milliseconds to wait after `failures` (1, 2, …) failures: half of the step is fixed, half is random. */
export function backOff(failures: number, { shortest, longest }: BackOffLimits): number {
  const step = Math.min(longest, shortest * 2 ** (failures - 1));
  return Math.round(1000 * Math.max(shortest, step * (0.5 + Math.random() / 2)));
}
