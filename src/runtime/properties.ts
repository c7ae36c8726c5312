/**
 * Reads the saved properties of nodes: the border where a flow file, edited by anybody, becomes typed options. No value
 * is in a message: it may come from a variable of the environment, and be a secret.
 */
import { type BoundedProperty, type Bounds, bounds } from '../protocol/bounds.ts';
import { KaaConfigError } from '../protocol/errors.ts';
import { type NameKind, nameProblem } from '../protocol/names.ts';
import { wording } from '../protocol/wording.ts';
import type { TypedProperty } from './typed-value.ts';

/** A node's definition as it stands in the flow file: nothing about its values is certain. */
export type Properties = Readonly<Record<string, unknown>>;

/** A text, with blanks around it removed; absent or empty means `fallback`. */
export function textProperty(properties: Properties, name: string, fallback: string): string {
  const text = verbatimProperty(properties, name).trim();
  return text === '' ? fallback : text;
}

/** A text as it stands; a number counts as one, because variables of the environment may be numbers. */
export function verbatimProperty(properties: Properties, name: string): string {
  const value = properties[name];
  if (value === undefined || value === null) return '';
  if (typeof value === 'string') return value;
  if (typeof value === 'number') return String(value);
  throw new KaaConfigError(wording('config.text', { name, type: typeof value }));
}

/** A name that becomes a topic level, or empty. */
export function nameProperty(properties: Properties, name: string, kind: NameKind): string {
  const value = textProperty(properties, name, '');
  const problem = value === '' ? undefined : nameProblem(kind, value);
  if (problem !== undefined)
    throw new KaaConfigError(wording('config.name', { name, problem: wording(`name.${problem}`) }));
  return value;
}

/** A value edited with TypedInput, stored as `x` and `xType`; blanks around it count only in a fixed text. */
export function typedProperty(properties: Properties, name: string, fallbackType: string): TypedProperty {
  const type = textProperty(properties, `${name}Type`, fallbackType);
  const value = type === 'str' ? verbatimProperty(properties, name) : textProperty(properties, name, '');
  return { value, type };
}

/** Yes or no, stored as boolean; absent means `fallback`. */
export function booleanProperty(properties: Properties, name: string, fallback: boolean): boolean {
  const value = properties[name];
  if (value === undefined || value === null || value === '') return fallback;
  if (value === true || value === 'true') return true;
  if (value === false || value === 'false') return false;
  throw new KaaConfigError(wording('config.boolean', { name }));
}

/** A number, stored as number or string; absent or empty means its default. */
export function numberProperty(properties: Properties, name: BoundedProperty): number {
  const { fallback, min, max, integer }: Bounds = bounds[name];
  const value = properties[name];
  if (value === undefined || value === null || (typeof value === 'string' && value.trim() === '')) return fallback;
  const number = typeof value === 'number' || typeof value === 'string' ? Number(value) : Number.NaN;
  if (number >= min && number <= max && (!integer || Number.isInteger(number))) return number;
  const key = integer ? 'config.integer' : 'config.number';
  throw new KaaConfigError(wording(key, { name, min, max }));
}

/** One of several words; absent or empty means the first. */
export function choiceProperty<Choice extends string>(
  properties: Properties,
  name: string,
  choices: readonly [Choice, ...Choice[]],
): Choice {
  const value = properties[name];
  if (value === undefined || value === null || value === '') return choices[0];
  const choice = choices.find((word) => word === value);
  if (choice !== undefined) return choice;
  throw new KaaConfigError(wording('config.choice', { name, choices: choices.join(', ') }));
}
