import assert from 'node:assert/strict';
import { Redaction } from '../../src/client/redaction.ts';
import { clientOptions } from '../support/client-options.ts';

describe('redaction of what a server says', () => {
  const login = clientOptions({ username: 'me@tenant', password: 'pass word' });
  const tokensOf = (...tokens: string[]): Map<string, unknown> => new Map(tokens.map((token) => [token, 1]));

  it('hides the tokens of all endpoints, the user name and the password', () => {
    const redaction = new Redaction(login, tokensOf('one', 'two three'));
    assert.equal(
      redaction.clean('kp1/v1/dcx/one/json: two three, me@tenant:pass word'),
      'kp1/v1/dcx/***/json: ***, ***:***',
    );
  });

  it('hides a token that begins with another one', () => {
    assert.equal(new Redaction(login, tokensOf('abc', 'abcdef')).clean('not abcdef here'), 'not *** here');
  });

  it('hides any of ten thousand tokens where it stands as a word', () => {
    const tokens = Array.from({ length: 10_000 }, (_value, index) => `token-${index}`);
    const redaction = new Redaction(login, tokensOf(...tokens));
    assert.equal(redaction.clean('kp1/v1/dcx/token-9999/json "token-17" token-x'), 'kp1/v1/dcx/***/json "***" token-x');
  });

  it('gives one line of 200 characters at most', () => {
    const text = new Redaction(login, new Map()).clean(`a\nb\u0000${'x'.repeat(20_000)}`);
    assert.equal(text.length, 200);
    assert.match(text, /^a b x+$/);
  });
});
