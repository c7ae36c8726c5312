/** Texts by key and values, so that whoever tells them chooses the language; plain data, which threads can exchange. */
import { errorTexts } from './error-texts.ts';

type Texts = typeof errorTexts;

/** Group and name of a text, such as `reason.undefined`. */
export type TextKey = { [Group in keyof Texts]: `${Group}.${keyof Texts[Group] & string}` }[keyof Texts];

/** What stands for itself in every language, or has words of its own. */
export type Words = string | number | Wording;

export interface Wording {
  readonly key: TextKey;
  readonly values: Readonly<Record<string, Words>>;
}

type Template<Key> = Key extends `${infer Group extends keyof Texts}.${infer Name}`
  ? Name extends keyof Texts[Group]
    ? Texts[Group][Name]
    : never
  : never;

type Names<Text> = Text extends `${string}__${infer Name}__${infer Rest}` ? Name | Names<Rest> : never;

const noValues = {};

/** @param values what its text wants */
export function wording<Key extends TextKey>(
  key: Key,
  ...[values]: [Names<Template<Key>>] extends [never] ? [] : [Readonly<Record<Names<Template<Key>>, Words>>]
): Wording {
  return { key, values: values ?? noValues };
}

/** The texts of a language, cut into what they say and, in between, the names of the values. */
export type Language = ReadonlyMap<string, readonly string[]>;

/** @param textOf says a text in the language, with its `__names__` */
export function readLanguage(textOf: (key: string, english: string) => string): Language {
  const texts = Object.entries(errorTexts).flatMap(([group, ofGroup]) =>
    Object.entries(ofGroup).map(([name, text]) => [`${group}.${name}`, text] as const),
  );
  return new Map(texts.map(([key, text]) => [key, cut(textOf(key, text))]));
}

/** Texts at even places, names of values at odd ones. */
function cut(text: string): readonly string[] {
  return text.split(/__([a-zA-Z]+)__/);
}

const english = readLanguage((_key, text) => text);

/** A value in words. */
export function say(value: Words, language: Language = english): string {
  if (typeof value !== 'object') return String(value);
  const [first = '', ...rest] = language.get(value.key) ?? [];
  let text = first;
  for (const [index, part] of rest.entries()) {
    text += index % 2 === 1 ? part : say(value.values[part] ?? '', language);
  }
  return text;
}
