import assert from 'node:assert/strict';
import fc from 'fast-check';
import { nameProblem } from '../../src/protocol/names.ts';
import { buildTopic, parseTopic, readAnswerTopic, type Topic, largestRequestId } from '../../src/protocol/topic.ts';

const anyName = fc.oneof(
  fc.string({ minLength: 1, maxLength: 20 }),
  fc.string({ unit: 'binary', minLength: 1, maxLength: 20 }),
  fc.constantFrom('status', 'error', 'kp1', 'a b', 'Größe', '温度', '$SYS', '__proto__', '-1', '1.5', '0x1f'),
);
const nameOf = (kind: 'token' | 'appVersion' | 'metric') =>
  anyName.filter((name) => nameProblem(kind, name) === undefined);
const path = fc.oneof(
  fc.constantFrom('json', 'get/keys', 'update', 'config/json'),
  nameOf('metric').map((metric) => `plain/${metric}`),
);
const requestId = fc.integer({ min: 1, max: largestRequestId });

function topicWithId(): fc.Arbitrary<Topic> {
  return fc.record(
    {
      kind: fc.constantFrom('request', 'status', 'error'),
      appVersion: nameOf('appVersion'),
      extension: nameOf('appVersion'),
      token: nameOf('token'),
      path,
      requestId,
    },
    { noNullPrototype: true },
  );
}

describe('topic grammar', () => {
  it('reads back every topic with a request ID as it was built', () => {
    fc.assert(
      fc.property(topicWithId(), (topic) => assert.deepEqual(parseTopic(buildTopic(topic)), topic)),
      { numRuns: 5000 },
    );
  });

  it('reads of every answer what kind it is and what it answers', () => {
    fc.assert(
      fc.property(topicWithId(), fc.constantFrom('status', 'error'), fc.boolean(), (request, kind, hasId) => {
        const { requestId: number, ...topic } = { ...request, kind };
        const id = hasId && number !== undefined ? { requestId: number } : {};
        const text = buildTopic({ ...topic, ...id });
        const requestTopic = buildTopic({ ...request, kind: 'request' }).replace(/\/\d+$/, '');
        assert.deepEqual(readAnswerTopic(text), { text, kind, requestTopic, ...id });
      }),
      { numRuns: 5000 },
    );
  });

  it('reads no answer where there is no status or error at the end', () => {
    for (const text of ['', 'kp1/v1/dcx/t/json', 'kp1/v1/dcx/t/json/1', 'kp1/v1/dcx/t/json/status/1', 'a/status/']) {
      assert.equal(readAnswerTopic(text), undefined);
    }
  });

  it('reads the end of any text', () => {
    const whatever = fc.oneof(fc.string({ unit: 'binary', maxLength: 50 }), fc.constantFrom('', '/', '1', '/1', 'a/1'));
    fc.assert(
      fc.property(whatever, fc.constantFrom('', 'status', '/status', 'error', '/error'), (start, end) => {
        const topic = readAnswerTopic(start + end);
        assert.ok(topic === undefined || (start + end).startsWith(topic.requestTopic));
      }),
      { numRuns: 5000 },
    );
  });

  it('reads back every answer without a request ID as it was built', () => {
    const answers = topicWithId()
      .filter(({ kind }) => kind !== 'request')
      .map(({ requestId: _, ...topic }): Topic => topic);
    fc.assert(
      fc.property(answers, (topic) => assert.deepEqual(parseTopic(buildTopic(topic)), topic)),
      { numRuns: 5000 },
    );
  });

  it('reads back every request without a request ID as it was built, and refuses the ambiguous ones', () => {
    const requests = topicWithId().map(({ requestId: _, ...topic }): Topic => ({ ...topic, kind: 'request' }));
    fc.assert(
      fc.property(requests, (topic) => {
        if (/\/(status|error)$/.test(topic.path)) assert.throws(() => buildTopic(topic), RangeError);
        else assert.deepEqual(parseTopic(buildTopic(topic)), topic);
      }),
      { numRuns: 5000 },
    );
  });

  it('builds what the API document shows', () => {
    const address = { appVersion: 'demo_application_v1', extension: 'dcx', token: 'myToken', path: 'json' };
    assert.equal(buildTopic({ kind: 'request', ...address }), 'kp1/demo_application_v1/dcx/myToken/json');
    assert.equal(
      buildTopic({ kind: 'request', ...address, requestId: 42 }),
      'kp1/demo_application_v1/dcx/myToken/json/42',
    );
    assert.equal(
      buildTopic({ kind: 'error', ...address, requestId: 42 }),
      'kp1/demo_application_v1/dcx/myToken/json/42/error',
    );
  });

  it('takes only the last number for the request ID', () => {
    assert.deepEqual(parseTopic('kp1/v/dcx/t/plain/7/12/status'), {
      kind: 'status',
      appVersion: 'v',
      extension: 'dcx',
      token: 't',
      path: 'plain/7',
      requestId: 12,
    });
  });

  for (const text of [
    '',
    'kp1',
    'kp1/v/dcx/t',
    'kp2/v/dcx/t/json',
    'kp1//dcx/t/json',
    'kp1/v/dcx/t/',
    '/kp1/v/dcx/t/json',
  ]) {
    it(`takes ${JSON.stringify(text)} for no topic of Kaa`, () => assert.equal(parseTopic(text), undefined));
  }

  for (const hostile of ['', 'a/b', '+', '#', 'a+', 'x\u0000', 'x\n', '\ud800', 'x'.repeat(3000)]) {
    it(`refuses the name ${JSON.stringify(hostile).slice(0, 20)} at every level`, () => {
      const good = {
        kind: 'request',
        appVersion: 'v',
        extension: 'dcx',
        token: 't',
        path: 'plain/m',
        requestId: 1,
      } as const;
      for (const level of ['appVersion', 'extension', 'token'] as const) {
        assert.throws(() => buildTopic({ ...good, [level]: hostile }), RangeError, level);
      }
    });
  }

  it('refuses a token with a dot and a path that ends in digits', () => {
    const good = { kind: 'request', appVersion: 'v', extension: 'dcx', token: 't', path: 'plain/m' } as const;
    assert.throws(() => buildTopic({ ...good, token: 'a.b' }), RangeError);
    assert.throws(() => buildTopic({ ...good, path: 'plain/42' }), RangeError);
  });

  for (const id of [0, -1, 1.5, Number.NaN, largestRequestId + 1]) {
    it(`refuses the request ID ${id}`, () => {
      assert.throws(
        () =>
          buildTopic({ kind: 'request', appVersion: 'v', extension: 'dcx', token: 't', path: 'json', requestId: id }),
        RangeError,
      );
    });
  }

  it('survives any text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 200 }), (text) => {
        const topic = parseTopic(`kp1/${text}`);
        assert.ok(topic === undefined || topic.path.length > 0);
      }),
      { numRuns: 5000 },
    );
  });
});
