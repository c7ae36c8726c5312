import assert from 'node:assert/strict';
import { KaaConfigError, KaaInvalidError, KaaOfflineError } from '../../src/protocol/errors.ts';
import { wording } from '../../src/protocol/wording.ts';
import { inUserLanguage, wordsOf } from '../../src/runtime/error-language.ts';
import type { Texts } from '../../src/runtime/texts.ts';

/** Texts as Node-RED gives them: values filled in, and the key where the catalogue has no text. */
function catalogue(texts: Readonly<Record<string, string>>): { readonly texts: Texts; readonly asked: string[] } {
  const asked: string[] = [];
  return {
    asked,
    texts: (key, values = {}) => {
      asked.push(key);
      const text = texts[key] ?? `kaa-endpoint.${key}`;
      return text.replaceAll(/__(\w+?)__/g, (_place, name: string) => String(values[name] ?? ''));
    },
  };
}

describe('the language of errors', () => {
  const german = catalogue({
    'error.message.offline': 'Keine Verbindung (__why__), nichts gesendet.',
    'error.connection.unknown-host': 'Rechnername unbekannt',
    'error.message.invalid': '__problems__: __subject__ ist ungültig.',
    'error.reason.circular': 'enthält sich selbst',
    'error.message.notCopied': 'Nicht kopierbar.',
  });

  it('is the one of the catalogue, the inner texts included', () => {
    const error = inUserLanguage(new KaaOfflineError('unknown-host', false), german.texts);
    assert.equal(error.message, 'Keine Verbindung (Rechnername unbekannt), nichts gesendet.');
  });

  it('does not change which error it is, nor its code and cause', () => {
    const error = new KaaInvalidError('payload', [{ path: '/a', reason: wording('reason.circular') }]);
    assert.equal(inUserLanguage(error, german.texts), error);
    assert.equal(error.message, '/a enthält sich selbst: payload ist ungültig.');
    assert.equal(error.code, 'KAA_INVALID');
    assert.deepEqual(error.cause, {
      details: [{ path: '/a', reason: 'refers back to an object that contains it' }],
    });
    assert.deepEqual(Object.keys(error).toSorted(), ['cause', 'code', 'name']);
  });

  it('is English where the catalogue lacks a text', () => {
    const error = new KaaOfflineError('refused', false);
    assert.equal(
      inUserLanguage(error, german.texts).message,
      'Keine Verbindung (the server refuses connections on this port), nichts gesendet.',
    );
  });

  it('is chosen once for each error', () => {
    const error = inUserLanguage(new KaaOfflineError('refused', false), german.texts);
    error.message = 'told';
    assert.equal(inUserLanguage(error, german.texts).message, 'told');
  });

  it('is asked for once, however many errors there are', () => {
    inUserLanguage(new KaaOfflineError('refused', false), german.texts);
    const { length } = german.asked;
    inUserLanguage(new KaaConfigError(wording('config.noUrl')), german.texts);
    assert.equal(german.asked.length, length);
  });

  it('leaves errors untouched where it is English', () => {
    const english = catalogue({});
    const error = new KaaOfflineError('refused', false);
    error.message = 'untouched';
    assert.equal(inUserLanguage(error, english.texts).message, 'untouched');
  });

  it('leaves errors of others alone', () => {
    assert.equal(inUserLanguage(new Error('theirs'), german.texts).message, 'theirs');
  });

  it('is also that of texts without an error', () => {
    assert.equal(wordsOf(wording('message.notCopied'), german.texts), 'Nicht kopierbar.');
  });
});
