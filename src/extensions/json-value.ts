/**
 * Values from a flow that are to be sent as JSON: checked to the last field before anything is sent, because JSON would
 * turn NaN into null and drop what it cannot write without a word.
 */
import { types } from 'node:util';
import { KaaError, KaaInvalidError } from '../protocol/errors.ts';
import { type Wording, wording } from '../protocol/wording.ts';

/** JSON.stringify and the platform's parsers give up at some depth; this is far above what a message needs. */
const deepest = 100;

/**
 * A value from a flow, copied, so that later changes by the flow do no harm.
 * @param subject what is read, for messages
 * @param mostValues values that it may hold in all
 * @throws {KaaInvalidError} with the path of what cannot be sent as it is
 */
export function readJson(subject: string, value: unknown, mostValues: number): unknown {
  const reader = new JsonReader(subject, mostValues);
  return reader.guard(() => reader.read(value, ''));
}

/** Reads values from a flow, each field of which is checked. */
export class JsonReader {
  readonly #subject: string;
  readonly #mostValues: number;
  #values = 0;
  /** Objects that contain the one that is being read. */
  readonly #ancestors: object[] = [];

  /**
   * @param subject what is read, for messages
   * @param mostValues values that may be read in all: each takes a byte of the message at least
   */
  constructor(subject: string, mostValues: number) {
    this.#subject = subject;
    this.#mostValues = mostValues;
  }

  /**
   * The value as JSON writes it, without loss.
   * @param path JSON pointer to it
   * @throws {KaaInvalidError} with the path of what JSON cannot hold
   */
  read(value: unknown, path: string): unknown {
    this.#values += 1;
    if (this.#values > this.#mostValues) throw this.invalid('', wording('reason.manyValues'));
    switch (typeof value) {
      case 'string':
      case 'boolean':
        return value;
      case 'number':
        if (!Number.isFinite(value)) throw this.invalid(path, wording('reason.noJsonValue', { value }));
        return value;
      case 'bigint':
        return value >= Number.MIN_SAFE_INTEGER && value <= Number.MAX_SAFE_INTEGER ? Number(value) : String(value);
      case 'object':
        return value === null ? null : this.#object(value, path);
      case 'undefined':
        throw this.invalid(path, wording('reason.undefined'));
      default:
        throw this.invalid(path, wording('reason.noJsonType', { type: typeof value }));
    }
  }

  #object(value: object, path: string): unknown {
    if (this.#ancestors.includes(value)) throw this.invalid(path, wording('reason.circular'));
    if (this.#ancestors.length >= deepest) throw this.invalid(path, wording('reason.nested', { levels: deepest }));
    this.#ancestors.push(value);
    const plain = this.#fieldsOf(value, path);
    this.#ancestors.pop();
    return plain;
  }

  #fieldsOf(value: object, path: string): unknown {
    if (ArrayBuffer.isView(value) || types.isAnyArrayBuffer(value)) {
      throw this.invalid(path, wording('reason.binary'));
    }
    if (types.isBoxedPrimitive(value)) return this.read(value.valueOf(), path);
    if ('toJSON' in value && typeof value.toJSON === 'function') {
      if (types.isDate(value) && Number.isNaN(value.getTime())) throw this.invalid(path, wording('reason.invalidDate'));
      const written: unknown = value.toJSON();
      return this.read(written, path);
    }
    if (Array.isArray(value)) {
      return Array.from(value as readonly unknown[], (item, index) => this.read(item, `${path}/${index}`));
    }
    // JSON would write a Promise, an Error or a Map as {}.
    const kind = Object.prototype.toString.call(value).slice('[object '.length, -1);
    if (kind !== 'Object') throw this.invalid(path, wording('reason.noJsonKind', { kind }));
    const entries = Object.entries(value).map(([key, field]): [string, unknown] => [
      key,
      this.read(field, `${path}/${pointerLevel(key)}`),
    ]);
    return Object.fromEntries(entries);
  }

  /** The error of one thing that is wrong. */
  invalid(path: string, reason: Wording): KaaInvalidError {
    return new KaaInvalidError(this.#subject, [{ path, reason }]);
  }

  /** Runs `read`: getters, proxies and toJSON are the flow's code and may throw anything. */
  guard<Value>(read: () => Value): Value {
    try {
      return read();
    } catch (error) {
      if (error instanceof KaaError) throw error;
      const reason = error instanceof Error ? error.message : wording('reason.throws');
      throw this.invalid('', wording('reason.unreadable', { reason }));
    }
  }
}

/** RFC 6901: a key as level of a JSON pointer. */
export function pointerLevel(key: string): string {
  return key.replaceAll('~', '~0').replaceAll('/', '~1');
}
