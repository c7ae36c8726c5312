/**
 * Values from a flow that are to be sent as JSON: checked to the last field before anything is sent, because JSON would
 * turn NaN into null and drop what it cannot write without a word.
 */
import { types } from 'node:util';
import { KaaError, KaaInvalidError } from '../protocol/errors.ts';
import { type Wording, wording } from '../protocol/wording.ts';

/** JSON.stringify and the platform's parsers give up at some depth; this is far above what a message needs. */
const deepest = 100;

/** Of a field as an assignment makes it. */
const fieldDescriptor = { enumerable: true, writable: true, configurable: true } as const;

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
  /** Where the value is that is read now. */
  #start = '';
  /** Keys and indices that lead to it from there. */
  readonly #levels: (string | number)[] = [];
  /** Objects that contain it. */
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
    this.#start = path;
    return this.#value(value);
  }

  #value(value: unknown): unknown {
    this.#values += 1;
    if (this.#values > this.#mostValues) throw this.invalid('', wording('reason.manyValues'));
    switch (typeof value) {
      case 'string':
      case 'boolean':
        return value;
      case 'number':
        if (!Number.isFinite(value)) throw this.#invalidHere(wording('reason.noJsonValue', { value }));
        return value;
      case 'bigint':
        return value >= Number.MIN_SAFE_INTEGER && value <= Number.MAX_SAFE_INTEGER ? Number(value) : String(value);
      case 'object':
        return value === null ? null : this.#object(value);
      case 'undefined':
        throw this.#invalidHere(wording('reason.undefined'));
      default:
        throw this.#invalidHere(wording('reason.noJsonType', { type: typeof value }));
    }
  }

  #object(value: object): unknown {
    if (this.#ancestors.includes(value)) throw this.#invalidHere(wording('reason.circular'));
    if (this.#ancestors.length >= deepest) throw this.#invalidHere(wording('reason.nested', { levels: deepest }));
    this.#ancestors.push(value);
    const plain = this.#content(value);
    this.#ancestors.pop();
    return plain;
  }

  #content(value: object): unknown {
    // Most samples are: nothing else has to be asked.
    const isPlain = Object.getPrototypeOf(value) === Object.prototype;
    if (!isPlain && (ArrayBuffer.isView(value) || types.isAnyArrayBuffer(value))) {
      throw this.#invalidHere(wording('reason.binary'));
    }
    if (!isPlain && types.isBoxedPrimitive(value)) return this.#value(value.valueOf());
    if ('toJSON' in value && typeof value.toJSON === 'function') {
      if (types.isDate(value) && Number.isNaN(value.getTime())) {
        throw this.#invalidHere(wording('reason.invalidDate'));
      }
      const written: unknown = value.toJSON();
      return this.#value(written);
    }
    if (Array.isArray(value)) {
      return Array.from(value as readonly unknown[], (item, index) => this.#inner(index, item));
    }
    // JSON would write a Promise, an Error or a Map as {}.
    const kind = isPlain ? 'Object' : Object.prototype.toString.call(value).slice('[object '.length, -1);
    if (kind !== 'Object') throw this.#invalidHere(wording('reason.noJsonKind', { kind }));
    return this.#fields(value);
  }

  #fields(value: object): object {
    const copy: Record<string, unknown> = {};
    for (const [key, field] of Object.entries(value)) {
      const inner = this.#inner(key, field);
      // To assign that one would change the prototype.
      if (key === '__proto__') Object.defineProperty(copy, key, { ...fieldDescriptor, value: inner });
      else copy[key] = inner;
    }
    return copy;
  }

  /** @param level its key or index in what is read now */
  #inner(level: string | number, value: unknown): unknown {
    this.#levels.push(level);
    const read = this.#value(value);
    this.#levels.pop();
    return read;
  }

  /** The pointer is only made where something is wrong. */
  #invalidHere(reason: Wording): KaaInvalidError {
    const pointer = this.#levels.map((level) => `/${pointerLevel(String(level))}`).join('');
    return this.invalid(`${this.#start}${pointer}`, reason);
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
