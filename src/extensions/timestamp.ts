/** Timestamps of samples. The protocol knows none: field and form are set in the application's time series. */
import { KaaInvalidError } from '../protocol/errors.ts';
import { wording } from '../protocol/wording.ts';

/** `epoch`: milliseconds since 1970 as a number; `iso`: ISO 8601 in UTC. */
export type TimestampFormat = 'none' | 'epoch' | 'iso';

export interface Stamping {
  readonly timestamp: TimestampFormat;
  readonly timestampField: string;
}

/**
 * The samples with the time of now in `field`; a field that is there already wins.
 * @throws {KaaInvalidError} a sample that is no object cannot carry a timestamp
 */
export function stamp(samples: readonly unknown[], format: TimestampFormat, field: string): readonly unknown[] {
  if (format === 'none') return samples;
  const now = new Date();
  const timestamp = format === 'epoch' ? now.getTime() : now.toISOString();
  return samples.map((sample, index) => {
    if (typeof sample !== 'object' || sample === null || Array.isArray(sample)) {
      const reason = wording('reason.noTimestamp');
      throw new KaaInvalidError('payload', [{ path: samples.length === 1 ? '' : `/${index}`, reason }]);
    }
    if (Object.hasOwn(sample, field)) return sample;
    // Defined, not assigned: a field may have any name.
    return Object.defineProperty({ ...sample }, field, {
      value: timestamp,
      enumerable: true,
      writable: true,
      configurable: true,
    });
  });
}
