/** Takes secrets out of what a server says, before it reaches logs: servers like to repeat what they were sent. */
import type { ClientOptions } from './options.ts';

const hidden = '***';

/** Longest part of a foreign text that is passed on in messages, in characters. */
const longestText = 200;

/** Longest part that is looked at. */
const longestSource = 10_000;

/** Tokens up to which each is searched for; where there are more, a word has to be one. */
const fewTokens = 100;

/** What stands between the words of a text. */
// oxlint-disable-next-line no-control-regex -- control characters separate words
const separators = /([\s\u0000-\u001f\u007f-\u009f/+#.,;:!?"'`<>()[\]{}=&|]+)/;

// oxlint-disable-next-line no-control-regex -- control characters are what is replaced
const controlCharacters = /[\u0000-\u001f\u007f-\u009f\u2028\u2029]+/g;

export class Redaction {
  readonly #login: readonly string[];
  readonly #tokens: ReadonlyMap<string, unknown>;

  /** @param tokens of the endpoints that the client speaks for, as keys */
  constructor({ username = '', password = '' }: ClientOptions, tokens: ReadonlyMap<string, unknown>) {
    this.#login = [username, password].filter((secret) => secret !== '');
    this.#tokens = tokens;
  }

  /** A text of the platform, fit for logs: one line, bounded, and without secrets. */
  clean(text: string): string {
    let clean = text.slice(0, longestSource);
    const searched = this.#tokens.size <= fewTokens ? [...this.#tokens.keys(), ...this.#login] : this.#login;
    // The longest first: one may be a part of another.
    for (const secret of searched.toSorted((a, b) => b.length - a.length)) clean = clean.replaceAll(secret, hidden);
    if (this.#tokens.size > fewTokens) {
      const words = clean.split(separators);
      clean = words.map((word) => (this.#tokens.has(word) ? hidden : word)).join('');
    }
    return clean.replaceAll(controlCharacters, ' ').trim().slice(0, longestText);
  }
}
