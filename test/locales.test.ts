/** Catalogues and help pages of all languages say the same: no key is missing, none is left over. */
import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const folder = fileURLToPath(new URL('../nodes/locales', import.meta.url));

const source = 'en-US';

const filesOf = (language: string): string[] => globSync('*', { cwd: `${folder}/${language}` }).toSorted();

const read = (language: string, file: string): string => readFileSync(`${folder}/${language}/${file}`, 'utf8');

/** Texts by key, e.g. `kaa-telemetry.label.name`. */
function textsIn(value: unknown, path: readonly string[] = []): [key: string, text: string][] {
  if (typeof value === 'object' && value !== null) {
    return Object.entries(value).flatMap(([key, inner]) => textsIn(inner, [...path, key]));
  }
  return [[path.join('.'), String(value)]];
}

const catalogue = (language: string, file: string): Map<string, string> =>
  new Map(textsIn(JSON.parse(read(language, file)) as unknown));

const matches = (text: string, pattern: RegExp): string[] => Array.from(text.matchAll(pattern), ([match]) => match);

const placeholders = (text = ''): string[] => matches(text, /__\w+__/g).toSorted();

for (const language of globSync('*', { cwd: folder }).filter((name) => name !== source)) {
  describe(`texts in ${language}`, () => {
    it('are there for every node', () => {
      assert.deepEqual(filesOf(language), filesOf(source));
    });

    for (const file of filesOf(source).filter((name) => name.endsWith('.json'))) {
      it(`${file}: has the same keys`, () => {
        assert.deepEqual(
          [...catalogue(language, file).keys()].toSorted(),
          [...catalogue(source, file).keys()].toSorted(),
        );
      });

      it(`${file}: fills in the same values, and leaves no text empty`, () => {
        const translated = catalogue(language, file);
        for (const [key, text] of catalogue(source, file)) {
          assert.deepEqual(placeholders(translated.get(key)), placeholders(text), key);
          assert.notEqual(translated.get(key)?.trim(), '', key);
        }
      });
    }

    for (const file of filesOf(source).filter((name) => name.endsWith('.html'))) {
      it(`${file}: has the same structure, the same names and the same examples`, () => {
        const [translated, original] = [read(language, file), read(source, file)];
        const tags = /<\/?(?:script|p|h3|dl|dt|dd|pre|span|ul|li|table)\b/g;
        assert.deepEqual(matches(translated, tags), matches(original, tags));
        // Sentences may name them in another order.
        const names = /<code>[^<]*<\/code>|KAA_[A-Z_]+/g;
        assert.deepEqual(matches(translated, names).toSorted(), matches(original, names).toSorted());
      });
    }
  });
}

describe('languages', () => {
  it('are English, German and Japanese', () => {
    assert.deepEqual(globSync('*', { cwd: folder }).toSorted(), ['de', source, 'ja']);
  });
});
