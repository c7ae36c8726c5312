/**
 * Samples of the data collection (2/DCP) as they come from a flow: checked to the last field before anything is sent,
 * because JSON would turn NaN into null and drop what it cannot write without a word.
 */
import { types } from 'node:util';
import { KaaInvalidError } from '../protocol/errors.ts';

/** JSON.stringify and the platform's parsers give up at some depth; this is far above what a sample needs. */
const deepest = 100;

export interface Samples {
  readonly samples: readonly unknown[];
  /** The JSON as the flow gave it, where it gave text: numbers keep all their digits. */
  readonly text: string | undefined;
  readonly wasArray: boolean;
}

/**
 * The samples of a payload: an object, number or boolean, an array of them, or a string that holds JSON of an object or
 * array.
 * @throws {KaaInvalidError} with the path of what cannot be sent as it is
 */
export function readSamples(payload: unknown): Samples {
  const text = typeof payload === 'string' ? payload.trim() : undefined;
  const value = text === undefined ? payload : parseText(text);
  if (!Array.isArray(value)) return { samples: [readSample(value, '')], text, wasArray: false };
  if (value.length === 0) throw invalid('', 'is an empty array, which holds no sample');
  // Array.from visits holes too.
  const samples = Array.from(value as readonly unknown[], (sample, index) => readSample(sample, `/${index}`));
  return { samples, text, wasArray: true };
}

function parseText(text: string): unknown {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw invalid('', 'is a string that is not JSON');
  }
  if (typeof value !== 'object' || value === null) throw invalid('', 'is a string that holds no JSON object or array');
  return value;
}

function readSample(value: unknown, path: string): unknown {
  if (Array.isArray(value)) throw invalid(path, 'is an array inside an array of samples');
  const sample = plainValue(value, path, []);
  if (sample === null || typeof sample === 'string' || Array.isArray(sample)) {
    throw invalid(path, 'must be an object, a number or a boolean');
  }
  return sample;
}

/** The value as JSON writes it, without loss; objects are copied, so that later changes by the flow do no harm. */
function plainValue(value: unknown, path: string, ancestors: readonly object[]): unknown {
  switch (typeof value) {
    case 'string':
    case 'boolean':
      return value;
    case 'number':
      if (!Number.isFinite(value)) throw invalid(path, `is ${value}, which JSON cannot hold`);
      return value;
    case 'bigint':
      return value >= Number.MIN_SAFE_INTEGER && value <= Number.MAX_SAFE_INTEGER ? Number(value) : String(value);
    case 'object':
      return value === null ? null : plainObject(value, path, ancestors);
    case 'undefined':
      throw invalid(path, 'is undefined');
    default:
      throw invalid(path, `is a ${typeof value}, which JSON cannot hold`);
  }
}

function plainObject(value: object, path: string, ancestors: readonly object[]): unknown {
  if (ancestors.includes(value)) throw invalid(path, 'refers back to an object that contains it');
  if (ancestors.length >= deepest) throw invalid(path, `is nested deeper than ${deepest} levels`);
  if (ArrayBuffer.isView(value) || types.isAnyArrayBuffer(value)) {
    throw invalid(path, 'is binary data; send text or numbers, or upload it as a blob');
  }
  if (types.isMap(value) || types.isSet(value)) throw invalid(path, 'is a Map or Set, which JSON cannot hold');
  const lineage = [...ancestors, value];
  if ('toJSON' in value && typeof value.toJSON === 'function') {
    if (types.isDate(value) && Number.isNaN(value.getTime())) throw invalid(path, 'is an invalid date');
    const written: unknown = value.toJSON();
    return plainValue(written, path, lineage);
  }
  if (Array.isArray(value)) {
    return Array.from(value as readonly unknown[], (item, index) => plainValue(item, `${path}/${index}`, lineage));
  }
  const entries = Object.entries(value).map(([key, field]): [string, unknown] => [
    key,
    plainValue(field, `${path}/${pointerLevel(key)}`, lineage),
  ]);
  return Object.fromEntries(entries);
}

/** RFC 6901: a key as level of a JSON pointer. */
function pointerLevel(key: string): string {
  return key.replaceAll('~', '~0').replaceAll('/', '~1');
}

function invalid(path: string, reason: string): KaaInvalidError {
  return new KaaInvalidError('payload', [{ path, reason }]);
}
