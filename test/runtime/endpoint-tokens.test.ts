import assert from 'node:assert/strict';
import { readEndpointTokens } from '../../src/runtime/endpoint-tokens.ts';

const a = { token: 'a', appVersion: 'v1' };
const b = { token: 'b', appVersion: 'v1' };
const other = { token: 'b', appVersion: 'v2' };

describe('lists of endpoints', () => {
  for (const [value, addresses] of [
    [undefined, []],
    [null, []],
    ['', []],
    [' , ', []],
    [[], []],
    ['a', [a]],
    [' a , b ', [a, b]],
    ['["a", "b"]', [a, b]],
    ['["a", { "token": "b", "appVersion": "v2" }]', [a, other]],
    [
      ['a', 'b'],
      [a, b],
    ],
    [
      ['a', { token: 'b', appVersion: 'v2' }],
      [a, other],
    ],
    [[{ token: 'b' }], [b]],
    [{ token: 'b', appVersion: 'v2' }, [other]],
  ] as const) {
    it(`${JSON.stringify(value)} names ${addresses.length}`, () => {
      assert.deepEqual(readEndpointTokens(value, 'v1'), { addresses, problems: [] });
    });
  }

  it('what cannot be used is told without the token, and takes nothing from the others', () => {
    const { addresses, problems } = readEndpointTokens(
      ['a', 'b/secret', 5, null, { token: 'c', appVersion: '' }],
      'v1',
    );
    assert.deepEqual(addresses, [a]);
    assert.deepEqual(
      problems.map(({ path }) => path),
      ['/1/token', '/2/token', '/3/token', '/4/appVersion'],
    );
    assert.doesNotMatch(JSON.stringify(problems), /secret/);
  });

  it('an application version is needed, from the item or the endpoint', () => {
    const { addresses, problems } = readEndpointTokens(['a', { token: 'b', appVersion: 'v2' }], undefined);
    assert.deepEqual([addresses, problems.map(({ path }) => path)], [[other], ['/0/appVersion']]);
  });

  for (const value of [5, true, {}, '[oops']) {
    it(`${JSON.stringify(value)} is KAA_INVALID`, () => {
      assert.throws(() => readEndpointTokens(value, 'v1'), { code: 'KAA_INVALID' });
    });
  }
});
