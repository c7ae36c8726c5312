/** The border at which errors, English until then, are told in the user's language. */
import { KaaError } from '../protocol/errors.ts';
import { type Language, readLanguage, say, type Wording } from '../protocol/wording.ts';
import type { Texts } from './texts.ts';

/** By where their texts come from; undefined where nothing differs from English. */
const languages = new WeakMap<Texts, { readonly language: Language | undefined }>();

/** Errors that speak their user's language already. */
const told = new WeakSet<KaaError>();

/** The error itself, with its message in the user's language. Others than ours stay as they are. */
export function inUserLanguage<Told extends Error>(error: Told, texts: Texts): Told {
  if (!(error instanceof KaaError)) return error;
  const language = languageOf(texts);
  if (language === undefined || told.has(error)) return error;
  told.add(error);
  error.message = say(error.wording, language);
  return error;
}

/** In the user's language. */
export function wordsOf(wording: Wording, texts: Texts): string {
  return say(wording, languageOf(texts));
}

function languageOf(texts: Texts): Language | undefined {
  let known = languages.get(texts);
  if (known === undefined) {
    known = { language: readTexts(texts) };
    languages.set(texts, known);
  }
  return known.language;
}

function readTexts(texts: Texts): Language | undefined {
  let differs = false;
  const language = readLanguage((key, english) => {
    const text = texts(`error.${key}`, themselves(english));
    // A text that a catalogue lacks comes back as its key.
    if (text === english || text.includes(`error.${key}`)) return english;
    differs = true;
    return text;
  });
  return differs ? language : undefined;
}

/** Values that leave their places in a text as they are. */
function themselves(text: string): Readonly<Record<string, string>> {
  return Object.fromEntries([...text.matchAll(/__([a-zA-Z]+)__/g)].map(([place, name]) => [name, place]));
}
