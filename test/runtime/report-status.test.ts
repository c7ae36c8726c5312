import assert from 'node:assert/strict';
import { reportStatus } from '../../src/runtime/report-status.ts';

const message = { _msgid: '' };

describe('the status of a report', () => {
  for (const [what, given, property, status] of [
    ['nothing said', {}, {}, { statusCode: 200 }],
    ['msg.statusCode', { statusCode: 404 }, {}, { statusCode: 404 }],
    ['msg.error', { error: { message: 'broken' } }, {}, { statusCode: 500, reasonPhrase: 'broken' }],
    ['msg.error as text', { error: 'broken' }, {}, { statusCode: 500, reasonPhrase: 'broken' }],
    ['msg.error without message', { error: {} }, {}, { statusCode: 500, reasonPhrase: 'failed' }],
    [
      'an integer msg.statusCode beside msg.error',
      { statusCode: 409, error: { message: 'x' } },
      {},
      { statusCode: 409, reasonPhrase: 'x' },
    ],
    [
      'another msg.statusCode beside msg.error',
      { statusCode: 'ECONNREFUSED', error: { message: 'x' } },
      {},
      { statusCode: 500, reasonPhrase: 'x' },
    ],
    ['the property', { statusCode: 404, error: 'x' }, { statusCode: 202 }, { statusCode: 202, reasonPhrase: 'x' }],
    ['the property as text', {}, { statusCode: '202' }, { statusCode: 202 }],
    ['an empty property', { statusCode: 404 }, { statusCode: '', reasonPhrase: '' }, { statusCode: 404 }],
    ['an absent error', { error: null }, {}, { statusCode: 200 }],
    [
      'reasons: the property, the message, the error',
      { reasonPhrase: 'message', error: 'error' },
      { reasonPhrase: 'property' },
      { statusCode: 500, reasonPhrase: 'property' },
    ],
    [
      'the reason of the message before that of the error',
      { reasonPhrase: 'message', error: 'error' },
      {},
      { statusCode: 500, reasonPhrase: 'message' },
    ],
    ['a reason that is no text', { reasonPhrase: { a: 1 } }, {}, { statusCode: 200 }],
  ] as const) {
    it(`${what}: ${JSON.stringify(status)}`, () => {
      assert.deepEqual(reportStatus({ ...message, ...given }, property), status);
    });
  }

  for (const statusCode of ['ECONNREFUSED', '200', 99, 600, 200.5, null, Number.NaN, {}]) {
    it(`msg.statusCode ${JSON.stringify(statusCode)} is KAA_INVALID`, () => {
      assert.throws(() => reportStatus({ ...message, statusCode }), { code: 'KAA_INVALID' });
    });
  }

  for (const statusCode of ['x', 99, 600, '200.5', {}]) {
    it(`the property ${JSON.stringify(statusCode)} is KAA_INVALID, also beside an error`, () => {
      assert.throws(() => reportStatus({ ...message, error: 'x' }, { statusCode }), { code: 'KAA_INVALID' });
    });
  }

  it('a long reason is cut', () => {
    const { reasonPhrase = '' } = reportStatus({ ...message, error: 'x'.repeat(5000) });
    assert.equal(reasonPhrase.length, 1000);
  });
});
