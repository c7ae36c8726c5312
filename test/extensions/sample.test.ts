import assert from 'node:assert/strict';
import vm from 'node:vm';
import { readSamples } from '../../src/extensions/sample.ts';
import { KaaInvalidError } from '../../src/protocol/errors.ts';

/** Objects as function nodes make them: with the prototypes of another realm. */
const foreign = (code: string): unknown => vm.runInNewContext(`(${code})`);

const circular: Record<string, unknown> = { a: {} };
circular['a'] = { b: circular };

function deep(levels: number): unknown {
  let value: unknown = 1;
  for (let level = 0; level < levels; level += 1) value = { a: value };
  return value;
}

describe('samples', () => {
  const valid: [unknown, readonly unknown[]][] = [
    [{ a: 1 }, [{ a: 1 }]],
    [21.5, [21.5]],
    [false, [false]],
    [{}, [{}]],
    [
      [{ a: 1 }, 2, true],
      [{ a: 1 }, 2, true],
    ],
    [{ list: [], nothing: null, text: 'x' }, [{ list: [], nothing: null, text: 'x' }]],
    ['{"a":1}', [{ a: 1 }]],
    [' [1,{"a":2}]\n', [1, { a: 2 }]],
    [{ at: new Date(0) }, [{ at: '1970-01-01T00:00:00.000Z' }]],
    [{ safe: 5n, long: 12345678901234567890n }, [{ safe: 5, long: '12345678901234567890' }]],
    [7n, [7]],
    [foreign('{ a: [1, { b: new Date(0) }] }'), [{ a: [1, { b: '1970-01-01T00:00:00.000Z' }] }]],
    [foreign('[{ a: 1 }]'), [{ a: 1 }]],
    [JSON.parse('{"__proto__":{"x":1},"a":1}'), [JSON.parse('{"__proto__":{"x":1},"a":1}')]],
    [deep(99), [deep(99)]],
    [{ n: Object(5), s: Object('abc'), b: Object(false) }, [{ n: 5, s: 'abc', b: false }]],
    [{ url: new URL('http://x/') }, [{ url: 'http://x/' }]],
  ];
  for (const [payload, samples] of valid) {
    it(`takes ${describePayload(payload)}`, () => assert.deepEqual(readSamples(payload, 10_000).samples, samples));
  }

  const invalid: [unknown, string, RegExp][] = [
    [undefined, '', /undefined/],
    [null, '', /object, a number or a boolean/],
    [[], '', /empty array/],
    ['[]', '', /empty array/],
    ['just text', '', /not JSON/],
    ['21', '', /no JSON object or array/],
    ['"text"', '', /no JSON object or array/],
    ['{"a":1e999}', '/a', /Infinity/],
    [Number.NaN, '', /NaN/],
    [{ a: Number.NaN }, '/a', /NaN/],
    [{ a: { b: [1, Number.POSITIVE_INFINITY] } }, '/a/b/1', /Infinity/],
    [[{ a: 1 }, { b: undefined }], '/1/b', /undefined/],
    [{ 'a/b~c': undefined }, '/a~1b~0c', /undefined/],
    [[1, , 2], '/1', /undefined/], // oxlint-disable-line no-sparse-arrays -- a hole is what is tested
    [[['nested']], '/0', /array inside an array/],
    [['text'], '/0', /object, a number or a boolean/],
    [[null], '/0', /object, a number or a boolean/],
    [12345678901234567890n, '', /object, a number or a boolean/],
    [Buffer.from('x'), '', /binary/],
    [{ raw: new Uint8Array(2) }, '/raw', /binary/],
    [foreign('{ raw: new Uint8Array(2).buffer }'), '/raw', /binary/],
    [{ m: new Map() }, '/m', /kind Map/],
    [{ f: () => 1 }, '/f', /function/],
    [{ s: Symbol('x') }, '/s', /symbol/],
    [{ at: new Date('x') }, '/at', /invalid date/],
    [{ p: Promise.resolve() }, '/p', /kind Promise/],
    [{ e: new Error('x') }, '/e', /kind Error/],
    [{ r: /x/ }, '/r', /kind RegExp/],
    [
      {
        get a(): never {
          throw new Error('broken sensor');
        },
      },
      '',
      /cannot be read: broken sensor/,
    ],
    [
      {
        toJSON: () => {
          throw Object.create(null);
        },
      },
      '',
      /its code throws/,
    ], // oxlint-disable-line typescript/only-throw-error
    [circular, '/a/b', /refers back/],
    [deep(100_000), '', /deeper than 100/],
  ];
  for (const [payload, path, reason] of invalid) {
    it(`refuses ${describePayload(payload)}`, () => {
      assert.throws(
        () => readSamples(payload, 10_000),
        (error: unknown) => {
          assert.ok(error instanceof KaaInvalidError);
          assert.match(error.message, reason);
          if (path !== '') assert.equal(error.cause.details?.[0]?.path, path);
          return true;
        },
      );
    });
  }

  it('are copies: the flow may change its objects meanwhile', () => {
    const payload = { a: { b: 1 } };
    const { samples } = readSamples(payload, 10_000);
    payload.a.b = 2;
    assert.deepEqual(samples, [{ a: { b: 1 } }]);
  });

  it('that refer to one object again and again are refused before they fill the memory', () => {
    let value: unknown = 1;
    for (let level = 0; level < 60; level += 1) value = [value, value];
    assert.throws(() => readSamples({ value }, 10_000), /more values than the payload may have bytes/);
  });

  it('may hold the same object twice', () => {
    const shared = { b: 1 };
    assert.deepEqual(readSamples({ x: shared, y: shared }, 100).samples, [{ x: { b: 1 }, y: { b: 1 } }]);
  });
});

function describePayload(payload: unknown): string {
  if (typeof payload === 'bigint') return `${payload}n`;
  if (typeof payload === 'string') return JSON.stringify(payload);
  if (typeof payload !== 'object' || payload === null) return String(payload);
  try {
    const json = JSON.stringify(payload, (_key, value: unknown) => (typeof value === 'bigint' ? `${value}n` : value));
    return `${Array.isArray(payload) ? 'the array' : 'the object'} ${json.slice(0, 60)}`;
  } catch {
    return 'an object that JSON.stringify refuses';
  }
}
