/** Texts on their way from the runtime to an editor, which says them in its own language: loaded by the browser, too. */
import type { Words } from './wording.ts';

/** A text that is the same in every language, or one of the catalogue of kaa-endpoint. */
export type ReportedText = string | number | CatalogueText;

export interface CatalogueText {
  /** Relative to the root of the catalogue, such as `status.connected`. */
  readonly key: string;
  readonly values?: Readonly<Record<string, ReportedText>>;
}

/** Where the catalogue has the texts of errors. */
export const errorKey = 'error';

/** @param words of an error */
export function reportedText(words: Words): ReportedText {
  if (typeof words !== 'object') return words;
  const values = Object.entries(words.values).map(([name, value]) => [name, reportedText(value)] as const);
  return { key: `${errorKey}.${words.key}`, values: Object.fromEntries(values) };
}

/**
 * Says a text. Values are put in only here, so that what somebody else has written is not read as a part of a template.
 * @param textOf a text of the catalogue, with the given values
 */
export function sayReported(
  text: ReportedText,
  textOf: (key: string, values: Readonly<Record<string, string>>) => string,
): string {
  if (typeof text !== 'object') return String(text);
  const { key, values = {} } = text;
  const places = Object.keys(values).map((name) => [name, `__${name}__`] as const);
  return textOf(key, Object.fromEntries(places)).replaceAll(/__([a-zA-Z]+)__/g, (place, name: string) => {
    const value = values[name];
    return value === undefined ? place : sayReported(value, textOf);
  });
}
