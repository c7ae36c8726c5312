/** Seconds to wait between rounds of connection attempts: doubling with jitter, reset after a stable connection. */
const shortest = 1;
const longest = 60;

/** A connection that held for this many milliseconds counts as stable. */
export const stableAfter = 60_000;

/** Milliseconds to wait after `failures` (1, 2, …) failed rounds: half of the step is fixed, half is random. */
export function backOff(failures: number): number {
  const step = Math.min(longest, shortest * 2 ** (failures - 1));
  return Math.round(1000 * Math.max(shortest, step * (0.5 + Math.random() / 2)));
}
