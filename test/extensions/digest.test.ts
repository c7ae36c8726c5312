import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import { digest } from '../../src/extensions/digest.ts';

/** The same value with the keys of every object turned round. */
function turned(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(turned);
  return Object.fromEntries(
    Object.entries(value)
      .toReversed()
      .map(([key, field]) => [key, turned(field)]),
  );
}

describe('digest', () => {
  it('is the same whatever the order of the keys', () => {
    fc.assert(
      fc.property(fc.json(), (json) => {
        const value: unknown = JSON.parse(json);
        assert.equal(digest(value), digest(turned(value)));
      }),
      { numRuns: 2000 },
    );
  });

  it('is another one for another value', () => {
    fc.assert(
      fc.property(fc.json(), fc.json(), (one, other) => {
        const values: unknown[] = [JSON.parse(one), JSON.parse(other)];
        // Negative zero is zero for JSON.
        const [first, second] = values.map((value): unknown => JSON.parse(JSON.stringify(value)));
        const equal = isDeepStrictEqual(first, second);
        assert.equal(digest(values[0]) === digest(values[1]), equal);
      }),
      { numRuns: 2000 },
    );
  });

  it('is that of the JSON text with sorted keys, by which earlier versions have written it to the ledger', () => {
    const expected = createHash('sha256').update('{"a":[{"x":1,"y":2}],"b":null}').digest('base64url');
    assert.equal(digest({ a: [{ x: 1, y: 2 }], b: null }), expected);
    assert.equal(digest({ b: null, a: [{ y: 2, x: 1 }] }), expected);
    assert.equal(digest(undefined), createHash('sha256').update('').digest('base64url'));
  });
});
