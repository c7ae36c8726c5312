import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { ago, size, span, value } from '../../src/simulator/console/format.ts';
import { type LogFilter, passes } from '../../src/simulator/console/log-filter.ts';
import { delayOf, numericFields, ownTime, type Sample } from '../../src/simulator/console/numeric-fields.ts';
import { curlOf, endpointPath } from '../../src/simulator/console/request.ts';
import { hashOf, routeOf } from '../../src/simulator/console/route.ts';

function sampleOf(sample: unknown, more: Partial<Sample> = {}): Sample {
  return { seq: 1, receivedAt: '2026-01-01T00:00:10.000Z', sample, ...more };
}

describe('console page: numeric fields', () => {
  const cases: readonly (readonly [string, unknown, Record<string, number>])[] = [
    ['of an object', { a: 1, b: 'x', c: null }, { a: 1 }],
    ['deeper ones, dotted', { a: { b: { c: 2 } }, d: [5, 6] }, { 'a.b.c': 2, 'd.0': 5, 'd.1': 6 }],
    ['yes and no', { on: true, off: false }, { on: 1, off: 0 }],
    ['a bare number', 7, { value: 7 }],
    ['not the time stamp, unless it stands deeper', { timestamp: 1, a: { timestamp: 2 } }, { 'a.timestamp': 2 }],
    ['no more than six levels deep', { a: { b: { c: { d: { e: { f: 1 } } } } } }, {}],
    ['none', 'text', {}],
  ];
  for (const [name, sample, expected] of cases) {
    it(`finds ${name}`, () => {
      const found = [...numericFields(sampleOf(sample))].map(([key, field]) => [key, field.value]);
      assert.deepEqual(Object.fromEntries(found), expected);
    });
  }

  it('finds at most 100 in a sample', () => {
    const sample = Object.fromEntries(Array.from({ length: 500 }, (_, index) => [`f${index}`, index]));
    assert.equal(numericFields(sampleOf(sample)).size, 100);
  });

  it('finds plain values with their unit', () => {
    const found = numericFields(sampleOf('47%', { metric: 'humidity', value: 47, unit: '%' }));
    assert.deepEqual([...found], [['humidity', { value: 47, unit: '%' }]]);
    assert.deepEqual([...numericFields(sampleOf(3, { metric: 'level' }))], [['level', { value: 3 }]]);
  });

  for (const [timestamp, expected] of [
    [1_700_000_000_000, 1_700_000_000_000],
    [1_700_000_000, 1_700_000_000_000],
    [1_800_000_000_000_000, undefined],
    ['2026-01-01T00:00:00Z', Date.parse('2026-01-01T00:00:00Z')],
    [5, undefined],
    ['yesterday', undefined],
    [null, undefined],
  ] as const) {
    it(`reads the time stamp ${JSON.stringify(timestamp)}`, () => {
      assert.equal(ownTime(sampleOf({ timestamp })), expected);
    });
  }

  it('tells how late a sample is, never less than nothing', () => {
    assert.equal(delayOf(sampleOf({ timestamp: '2026-01-01T00:00:00Z' })), 10_000);
    assert.equal(delayOf(sampleOf({ timestamp: '2026-01-01T01:00:00Z' })), 0);
    assert.equal(delayOf(sampleOf({ timestamp: 1e300 })), 0);
    assert.equal(delayOf(sampleOf(1)), 0);
  });
});

describe('console page: curl lines', () => {
  const origin = 'http://127.0.0.1:1884';

  it('are taken by a shell as they are meant', () => {
    const body = { text: `it's "quoted" $HOME \`x\` \\ ä` };
    const line = curlOf({ method: 'PUT', path: endpointPath("a b'c", 'metadata'), body }, origin, false);
    const words = execFileSync('sh', ['-c', line.replace(/^curl/, String.raw`printf '%s\n'`)], { encoding: 'utf8' });
    assert.deepEqual(words.trim().split('\n'), [
      '-X',
      'PUT',
      `${origin}/api/v1/endpoints/a%20b'c/metadata`,
      '-d',
      JSON.stringify(body),
    ]);
  });

  it('leave out what curl does by itself, and ask for the password', () => {
    assert.equal(curlOf({ method: 'GET', path: 'endpoints' }, origin, false), `curl ${origin}/api/v1/endpoints`);
    assert.equal(
      curlOf({ method: 'DELETE', path: 'faults' }, origin, true),
      `curl -X DELETE -u user ${origin}/api/v1/faults`,
    );
  });
});

describe('console page: address', () => {
  it('is read back as it was written', () => {
    for (const route of [
      { view: 'start' },
      { view: 'faults' },
      { view: 'log' },
      { view: 'software', token: 'a/b #%ä' },
    ] as const) {
      assert.deepEqual(routeOf(hashOf(route)), route);
    }
  });

  it('leads to the start, or to telemetry, where it makes no sense', () => {
    for (const hash of ['', '#', '#/nothing', '#/endpoint', '#/endpoint/%E0%A4%A'])
      assert.deepEqual(routeOf(hash), { view: 'start' });
    assert.deepEqual(routeOf('#/endpoint/tank/nothing'), { view: 'telemetry', token: 'tank' });
  });
});

describe('console page: log filter', () => {
  const all: LogFilter = { text: '', direction: '', extension: '', token: '', failuresOnly: false };
  const message = {
    kind: 'message',
    at: '2026-01-01T00:00:00.000Z',
    direction: 'in',
    connection: 'c1',
    topic: 'kp1/v1/dcx/tank/json/1',
    extension: 'dcx',
    token: 'tank',
    qos: 0,
    size: 1,
    payload: 'Seven',
    outcome: 'accepted',
  } as const;
  const cases: readonly (readonly [string, Partial<LogFilter>, object, boolean])[] = [
    ['everything', {}, {}, true],
    ['a text in the payload, in any case', { text: 'seven' }, {}, true],
    ['not another text', { text: 'eight' }, {}, false],
    ['quotes in the payload', { text: '"a":1' }, { payload: '{"a":1}' }, true],
    ['no names of what is not shown', { text: 'direction' }, {}, false],
    ['a direction', { direction: 'out' }, {}, false],
    ['an extension', { extension: 'cex' }, {}, false],
    ['an endpoint, by its whole token', { token: 'tan' }, {}, false],
    ['no success among failures', { failuresOnly: true }, {}, false],
    ['a refusal among failures', { failuresOnly: true }, { outcome: 'rejected' }, true],
    ['a fault among failures', { failuresOnly: true }, { fault: 'drop' }, true],
    ['an answer that is an error', { failuresOnly: true }, { topic: 'kp1/v1/dcx/tank/json/1/error' }, true],
  ];
  for (const [name, filter, more, expected] of cases) {
    it(`shows ${name}`, () => assert.equal(passes({ ...message, ...more }, { ...all, ...filter }), expected));
  }
});

describe('console page: figures', () => {
  it('are written for people', () => {
    const now = Date.parse('2026-01-01T00:10:00Z');
    assert.deepEqual(
      [ago('2026-01-01T00:10:00Z', now), ago('2026-01-01T00:09:00Z', now), ago('2025-12-31T21:10:00Z', now)],
      ['just now', '60 s ago', '3 h ago'],
    );
    assert.deepEqual([120, 1500, 65_000, 600_000, 200_000_000].map(span), ['0.12 s', '1.5 s', '65 s', '10 min', '2 d']);
    assert.deepEqual([0, 1536, 12_582_912].map(size), ['0 B', '1.5 KB', '12 MB']);
    assert.deepEqual([1480, 20.895215, 0.000_012_34, Number.NaN].map(value), ['1,480', '20.895', '0.000012', '–']);
  });
});
