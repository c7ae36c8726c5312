import { jsonSize } from './json-text.ts';
import type { Storage } from './storage.ts';

/** Bytes of an endpoint's metadata as JSON. */
const mostMetadataBytes = 1_048_576;

/** Why metadata were not taken. */
export const noRoomForMetadata = `the metadata would be larger than ${mostMetadataBytes} bytes, or there is no room for them`;

/** 10/EPMP: the metadata attributes of one endpoint. */
export class Metadata {
  readonly #storage: Storage;
  #attributes: ReadonlyMap<string, unknown> = new Map();
  #bytes = 0;

  constructor(storage: Storage) {
    this.#storage = storage;
  }

  keys(): string[] {
    return [...this.#attributes.keys()];
  }

  all(): Record<string, unknown> {
    return Object.fromEntries(this.#attributes);
  }

  /** Those of the named attributes that exist. */
  select(keys: readonly string[]): Record<string, unknown> {
    const existing = keys.filter((key) => this.#attributes.has(key));
    return Object.fromEntries(existing.map((key) => [key, this.#attributes.get(key)]));
  }

  /** Attributes not named are deleted. False, and nothing changes, where it would be too much. */
  replace(attributes: Readonly<Record<string, unknown>>): boolean {
    return this.#set(new Map(Object.entries(attributes)));
  }

  /** Attributes not named stay. False, and nothing changes, where it would be too much. */
  merge(attributes: Readonly<Record<string, unknown>>): boolean {
    return this.#set(new Map([...this.#attributes, ...Object.entries(attributes)]));
  }

  delete(keys: readonly string[]): void {
    const left = new Map(this.#attributes);
    for (const key of keys) left.delete(key);
    this.#set(left);
  }

  clear(): void {
    this.#set(new Map());
  }

  #set(attributes: ReadonlyMap<string, unknown>): boolean {
    const bytes = attributes.size === 0 ? 0 : jsonSize(Object.fromEntries(attributes));
    if (bytes > mostMetadataBytes || !this.#storage.take(bytes - this.#bytes)) return false;
    this.#attributes = attributes;
    this.#bytes = bytes;
    return true;
  }
}
