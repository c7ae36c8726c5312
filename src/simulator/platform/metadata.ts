import { jsonSize } from './json-text.ts';

/** Bytes of an endpoint's metadata as JSON. */
export const mostMetadataBytes = 1_048_576;

/** 10/EPMP: the metadata attributes of one endpoint. */
export class Metadata {
  #attributes: ReadonlyMap<string, unknown> = new Map();

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
    this.#attributes = left;
  }

  #set(attributes: ReadonlyMap<string, unknown>): boolean {
    if (jsonSize(Object.fromEntries(attributes)) > mostMetadataBytes) return false;
    this.#attributes = attributes;
    return true;
  }
}
