/** Waiting between tries: doubling with jitter. */

/** Seconds. */
export interface BackOffLimits {
  readonly shortest: number;
  readonly longest: number;
}

/** The random part, as a share of the fixed one: whoever was cut off together does not come back together. */
const jitter = 0.5;

/** Milliseconds to wait after `failures` (1, 2, …) failures. */
export function backOff(failures: number, { shortest, longest }: BackOffLimits): number {
  const step = Math.min(longest / (1 + jitter), shortest * 2 ** (failures - 1));
  return Math.round(1000 * step * (1 + jitter * Math.random()));
}
