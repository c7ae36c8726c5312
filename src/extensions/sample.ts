/** Samples of the data collection (2/DCP) as they come from a flow. */
import { KaaInvalidError } from '../protocol/errors.ts';
import { type Wording, wording } from '../protocol/wording.ts';
import { JsonReader, pointerLevel } from './json-value.ts';

export interface Samples {
  readonly samples: readonly unknown[];
  /** The JSON as the flow gave it, where it gave text: numbers keep all their digits. */
  readonly text: string | undefined;
  readonly wasArray: boolean;
}

/**
 * The samples of a payload: an object, number or boolean, an array of them, or a string that holds JSON of an object or
 * array. Objects are copied, so that later changes by the flow do no harm.
 * @param mostValues values that the samples may have in all: each takes a byte of the message at least
 * @throws {KaaInvalidError} with the path of what cannot be sent as it is
 */
export function readSamples(payload: unknown, mostValues: number): Samples {
  const text = typeof payload === 'string' ? payload.trim() : undefined;
  const reader = new JsonReader('payload', mostValues);
  return reader.guard(() => {
    const value = text === undefined ? payload : parseText(text);
    if (!Array.isArray(value)) return { samples: [readSample(reader, value, '')], text, wasArray: false };
    if (value.length === 0) throw invalid('', wording('reason.emptyArray'));
    // Array.from visits holes too.
    const samples = Array.from(value as readonly unknown[], (sample, index) => readSample(reader, sample, `/${index}`));
    return { samples, text, wasArray: true };
  });
}

/**
 * Samples that were read from text and are written anew must not lose digits on the way.
 * @throws {KaaInvalidError} with the path of an integer that a number cannot hold exactly
 */
export function requireExactNumbers(value: unknown, path = ''): void {
  if (typeof value === 'number' && Number.isInteger(value) && !Number.isSafeInteger(value)) {
    throw invalid(path, wording('reason.digits'));
  }
  if (typeof value !== 'object' || value === null) return;
  for (const [key, field] of Object.entries(value)) requireExactNumbers(field, `${path}/${pointerLevel(key)}`);
}

function parseText(text: string): unknown {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw invalid('', wording('reason.textNoJson'));
  }
  if (typeof value !== 'object' || value === null) throw invalid('', wording('reason.textNoObject'));
  return value;
}

function readSample(reader: JsonReader, value: unknown, path: string): unknown {
  if (Array.isArray(value)) throw invalid(path, wording('reason.arrayInArray'));
  const sample = reader.read(value, path);
  if (sample === null || typeof sample === 'string' || Array.isArray(sample)) {
    throw invalid(path, wording('reason.noSample'));
  }
  return sample;
}

function invalid(path: string, reason: Wording): KaaInvalidError {
  return new KaaInvalidError('payload', [{ path, reason }]);
}
