import { requireExactNumbers, type Samples } from './sample.ts';
import { stamp, type Stamping } from './timestamp.ts';

/**
 * Each sample as JSON, stamped.
 * @throws {KaaInvalidError} a sample cannot be stamped, or would lose digits
 */
export function encodeEach({ samples, text, wasArray }: Samples, stamping: Stamping): readonly string[] {
  const { timestamp, timestampField } = stamping;
  if (text !== undefined) requireExactNumbers(wasArray ? samples : samples[0]);
  return stamp(samples, timestamp, timestampField).map((sample) => JSON.stringify(sample));
}
