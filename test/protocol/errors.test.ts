import assert from 'node:assert/strict';
import {
  englishOf,
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
import { wording } from '../../src/protocol/wording.ts';

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
    [new KaaBusyError(100_000, 'requests'), 'KAA_BUSY', {}],
    [new KaaProtocolError('epmx/get', details), 'KAA_PROTOCOL', { details }],
    [new KaaClosedError(true), 'KAA_CLOSED', { sent: true }],
    [new KaaConfigError(wording('config.noEndpoint')), 'KAA_CONFIG', {}],
  ] as const;
  for (const [error, code, cause] of errors) {
    it(`${code} carries its code and cause as own properties, as Catch wants them`, () => {
      assert.ok(error instanceof KaaError);
      assert.ok(Object.hasOwn(error, 'code') && Object.hasOwn(error, 'cause'));
      assert.equal(error.code, code);
      assert.deepEqual(error.cause, cause);
      assert.match(String(error), /^KaaError: ./);
      assert.deepEqual(Object.keys(error).toSorted(), ['cause', 'code', 'name']);
    });
  }
  it('KAA_REJECTED tells status and reason', () => {
    assert.match(
      new KaaRejectedError('dcx/json', 403, 'Forbidden').message,
      /dcx\/json: 403 Forbidden\. Check the endpoint token/,
    );
  });
  it('KAA_REJECTED says so where Kaa gives no reason', () => {
    assert.equal(
      new KaaRejectedError('dcx/json', undefined, undefined).message,
      'Kaa rejected dcx/json: no reason given. Check the payload.',
    );
  });
  it('KAA_INVALID tells where', () => {
    assert.match(new KaaInvalidError('payload', details).message, /\/a is NaN/);
  });
  it('KAA_INVALID tells three problems and the number of the others', () => {
    const reasons = ['first', 'second', 'third', 'fourth', 'fifth'];
    const problems = reasons.map((reason, index) => ({ path: index === 1 ? '/b' : '', reason }));
    assert.equal(
      new KaaInvalidError('payload', problems).message,
      'Invalid payload, nothing was sent: first; /b second; third; and 2 more',
    );
  });
  it('KAA_OFFLINE tells why there is no connection', () => {
    assert.equal(
      new KaaOfflineError('unknown-host', false).message,
      'Not connected to Kaa (the host name is unknown); the message was not sent. The connection is tried again by itself.',
    );
  });
  it('details are plain English texts', () => {
    const error = new KaaInvalidError('payload', [{ path: '/a', reason: wording('reason.nested', { levels: 100 }) }]);
    assert.deepEqual(error.cause.details, [{ path: '/a', reason: 'is nested deeper than 100 levels' }]);
  });
  it('an error can be recognised in whatever language it was told', () => {
    const error = new KaaClosedError(false);
    const { message } = error;
    error.message = 'anders';
    assert.equal(englishOf(error), message);
  });
});
