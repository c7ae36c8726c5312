/** The repetitions of a measurement. */
import type { Measurement } from './orders.ts';
import { medianOf } from './statistics.ts';

/** Milliseconds before every measurement but a contender's first, for which it has its long warm-up. */
export const shortWarmUp = 200;

/** The median of each figure; what was lost is summed up. */
export function summary(measurements: readonly Measurement[]): Measurement {
  const middle = (figure: Exclude<keyof Measurement, 'loopDelayP99'>): number =>
    medianOf(measurements, (measurement) => measurement[figure]);
  return {
    tripsPerSecond: middle('tripsPerSecond'),
    p50: middle('p50'),
    p99: middle('p99'),
    cpuPerTrip: middle('cpuPerTrip'),
    busy: middle('busy'),
    lost: measurements.reduce((sum, { lost }) => sum + lost, 0),
  };
}
