import assert from 'node:assert/strict';
import { readLanguage, say, wording } from '../../src/protocol/wording.ts';

describe('wording', () => {
  /** A language that has its own words for one text. */
  const languageWith = (key: string, text: string) => readLanguage((each, english) => (each === key ? text : english));

  it('is English by itself', () => {
    assert.equal(
      say(wording('config.noOwn', { label: 'token', property: 'x' })),
      'The kaa-endpoint has no token; set it there, or give msg.x.',
    );
  });

  it('leaves texts and numbers as they are', () => {
    assert.deepEqual([say('as it is'), say(4.5)], ['as it is', '4.5']);
  });

  it('puts texts into texts', () => {
    const problem = wording('list.problem', { path: '/a', reason: wording('reason.nested', { levels: 3 }) });
    assert.equal(say(problem), '/a is nested deeper than 3 levels');
  });

  it('takes the words, and their order, from the language', () => {
    const language = languageWith('list.problem', '__reason__ bei __path__');
    assert.equal(say(wording('list.problem', { path: '/a', reason: 'leer' }), language), 'leer bei /a');
  });

  it('says the inner texts in the same language', () => {
    const language = languageWith('reason.undefined', 'fehlt');
    const problem = wording('list.problem', { path: '/a', reason: wording('reason.undefined') });
    assert.equal(say(problem, language), '/a fehlt');
  });

  it('does not take what a value says for the name of another value', () => {
    assert.equal(say(wording('list.problem', { path: '__reason__', reason: '__path__' })), '__reason__ __path__');
  });
});
