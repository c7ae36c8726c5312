import assert from 'node:assert/strict';
import {
  KaaBusyError,
  KaaClosedError,
  KaaConfigError,
  KaaError,
  KaaInvalidError,
  KaaOfflineError,
  KaaProtocolError,
  KaaRejectedError,
  KaaTimeoutError,
} from '../../src/protocol/errors.ts';

describe('errors', () => {
  const details = [{ path: '/a', reason: 'is NaN' }];
  const errors = [
    [new KaaInvalidError('payload', details), 'KAA_INVALID', { details }],
    [
      new KaaRejectedError('dcx/json', 403, 'Forbidden'),
      'KAA_REJECTED',
      { statusCode: 403, reasonPhrase: 'Forbidden' },
    ],
    [new KaaRejectedError('dcx/json', undefined, undefined), 'KAA_REJECTED', {}],
    [new KaaTimeoutError('dcx/json', 10, 'sent'), 'KAA_TIMEOUT', { sent: true }],
    [new KaaOfflineError('refused', false), 'KAA_OFFLINE', { sent: false }],
    [new KaaBusyError(100_000), 'KAA_BUSY', {}],
    [new KaaProtocolError('epmx/get', details), 'KAA_PROTOCOL', { details }],
    [new KaaClosedError(true), 'KAA_CLOSED', { sent: true }],
    [new KaaConfigError('The kaa-endpoint has no token.'), 'KAA_CONFIG', {}],
  ] as const;
  for (const [error, code, cause] of errors) {
    it(`${code} carries its code and cause as own properties, as Catch wants them`, () => {
      assert.ok(error instanceof KaaError);
      assert.ok(Object.hasOwn(error, 'code') && Object.hasOwn(error, 'cause'));
      assert.equal(error.code, code);
      assert.deepEqual(error.cause, cause);
      assert.match(String(error), /^KaaError: ./);
    });
  }
  it('KAA_REJECTED tells status and reason', () => {
    assert.match(
      new KaaRejectedError('dcx/json', 403, 'Forbidden').message,
      /dcx\/json: 403 Forbidden\. Check the endpoint token/,
    );
  });
  it('KAA_INVALID tells where', () => {
    assert.match(new KaaInvalidError('payload', details).message, /\/a is NaN/);
  });
});
