/**
 * Samples of the data collection (2/DCP) as they come from a flow: checked to the last field before anything is sent,
 * because JSON would turn NaN into null and drop what it cannot write without a word.
 */
import { types } from 'node:util';
import { KaaError, KaaInvalidError } from '../protocol/errors.ts';

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
 * array. Objects are copied, so that later changes by the flow do no harm.
 * @param mostValues values that the samples may have in all: each takes a byte of the message at least
 * @throws {KaaInvalidError} with the path of what cannot be sent as it is
 */
export function readSamples(payload: unknown, mostValues: number): Samples {
  const text = typeof payload === 'string' ? payload.trim() : undefined;
  const reader = new SampleReader(mostValues);
  try {
    const value = text === undefined ? payload : parseText(text);
    if (!Array.isArray(value)) return { samples: [reader.sample(value, '')], text, wasArray: false };
    if (value.length === 0) throw invalid('', 'is an empty array, which holds no sample');
    // Array.from visits holes too.
    const samples = Array.from(value as readonly unknown[], (sample, index) => reader.sample(sample, `/${index}`));
    return { samples, text, wasArray: true };
  } catch (error) {
    if (error instanceof KaaError) throw error;
    // Getters, proxies and toJSON are the flow's code.
    throw invalid('', `cannot be read: ${error instanceof Error ? error.message : 'its code throws'}`);
  }
}

/**
 * Samples that were read from text and are written anew must not lose digits on the way.
 * @throws {KaaInvalidError} with the path of an integer that a number cannot hold exactly
 */
export function requireExactNumbers(value: unknown, path = ''): void {
  if (typeof value === 'number' && Number.isInteger(value) && !Number.isSafeInteger(value)) {
    throw invalid(path, 'has more digits than a number can hold; write it as a text, or set the timestamp to none');
  }
  if (typeof value !== 'object' || value === null) return;
  for (const [key, field] of Object.entries(value)) requireExactNumbers(field, `${path}/${pointerLevel(key)}`);
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

class SampleReader {
  readonly #mostValues: number;
  #values = 0;
  /** Objects that contain the one that is being read. */
  readonly #ancestors: object[] = [];

  constructor(mostValues: number) {
    this.#mostValues = mostValues;
  }

  sample(value: unknown, path: string): unknown {
    if (Array.isArray(value)) throw invalid(path, 'is an array inside an array of samples');
    const sample = this.#plainValue(value, path);
    if (sample === null || typeof sample === 'string' || Array.isArray(sample)) {
      throw invalid(path, 'must be an object, a number or a boolean');
    }
    return sample;
  }

  /** The value as JSON writes it, without loss. */
  #plainValue(value: unknown, path: string): unknown {
    this.#values += 1;
    if (this.#values > this.#mostValues) throw invalid('', 'holds more values than the payload may have bytes');
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
        return value === null ? null : this.#plainObject(value, path);
      case 'undefined':
        throw invalid(path, 'is undefined');
      default:
        throw invalid(path, `is a ${typeof value}, which JSON cannot hold`);
    }
  }

  #plainObject(value: object, path: string): unknown {
    if (this.#ancestors.includes(value)) throw invalid(path, 'refers back to an object that contains it');
    if (this.#ancestors.length >= deepest) throw invalid(path, `is nested deeper than ${deepest} levels`);
    this.#ancestors.push(value);
    const plain = this.#fieldsOf(value, path);
    this.#ancestors.pop();
    return plain;
  }

  #fieldsOf(value: object, path: string): unknown {
    if (ArrayBuffer.isView(value) || types.isAnyArrayBuffer(value)) {
      throw invalid(path, 'is binary data; send text or numbers, or upload it as a blob');
    }
    if (types.isBoxedPrimitive(value)) return this.#plainValue(value.valueOf(), path);
    if ('toJSON' in value && typeof value.toJSON === 'function') {
      if (types.isDate(value) && Number.isNaN(value.getTime())) throw invalid(path, 'is an invalid date');
      const written: unknown = value.toJSON();
      return this.#plainValue(written, path);
    }
    if (Array.isArray(value)) {
      return Array.from(value as readonly unknown[], (item, index) => this.#plainValue(item, `${path}/${index}`));
    }
    // JSON would write a Promise, an Error or a Map as {}.
    const kind = Object.prototype.toString.call(value).slice('[object '.length, -1);
    if (kind !== 'Object') throw invalid(path, `is of the kind ${kind}, which JSON cannot hold`);
    const entries = Object.entries(value).map(([key, field]): [string, unknown] => [
      key,
      this.#plainValue(field, `${path}/${pointerLevel(key)}`),
    ]);
    return Object.fromEntries(entries);
  }
}

/** RFC 6901: a key as level of a JSON pointer. */
function pointerLevel(key: string): string {
  return key.replaceAll('~', '~0').replaceAll('/', '~1');
}

function invalid(path: string, reason: string): KaaInvalidError {
  return new KaaInvalidError('payload', [{ path, reason }]);
}
