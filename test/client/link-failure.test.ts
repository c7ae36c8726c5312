import assert from 'node:assert/strict';
import { linkFailure } from '../../src/client/link-failure.ts';

function systemError(code: string | number, message = String(code)): Error {
  return Object.assign(new Error(message), { code });
}

describe('reasons of a failed link', () => {
  const cases: [unknown, string][] = [
    [systemError('ENOTFOUND'), 'unknown-host'],
    [systemError('EAI_AGAIN'), 'unknown-host'],
    [systemError('ECONNREFUSED'), 'refused'],
    [new AggregateError([systemError('ECONNREFUSED'), systemError('ECONNREFUSED')]), 'refused'],
    [systemError('EHOSTUNREACH'), 'unreachable'],
    [systemError('ETIMEDOUT'), 'no-answer'],
    [new Error('connack timeout'), 'no-answer'],
    [systemError('DEPTH_ZERO_SELF_SIGNED_CERT'), 'tls-untrusted'],
    [systemError('CERT_HAS_EXPIRED'), 'tls-expired'],
    [systemError('ERR_TLS_CERT_ALTNAME_INVALID'), 'tls-name'],
    [systemError('ERR_SSL_WRONG_VERSION_NUMBER'), 'tls'],
    [systemError('ERR_SSL_SSL/TLS_ALERT_CERTIFICATE_EXPIRED'), 'tls-client'],
    [systemError('ERR_SSL_SSL/TLS_ALERT_UNSUPPORTED_CERTIFICATE'), 'tls-client'],
    [systemError(5), 'login-refused'],
    [systemError(4), 'login-refused'],
    [systemError(2), 'client-id-refused'],
    [systemError(1), 'version-refused'],
    [systemError(3), 'server-unavailable'],
    [new Error('Unexpected server response: 404'), 'no-websocket'],
    [systemError('ECONNRESET'), 'dropped-at-login'],
    [new Error('Invalid header flag bits'), 'not-mqtt'],
    ['no error', 'dropped-at-login'],
  ];
  for (const [error, reason] of cases) {
    it(`${String(error)} before the login: ${reason}`, () => assert.equal(linkFailure(error, false).reason, reason));
  }
  it('what answers instead of a WebSocket is told', () => {
    const failure = linkFailure(new Error('Unexpected server response: 502'), false);
    assert.deepEqual(failure, { reason: 'no-websocket', detail: 'HTTP 502' });
  });
  it('a reset after the login is a loss', () => {
    assert.deepEqual(linkFailure(systemError('ECONNRESET'), true), { reason: 'dropped', detail: 'ECONNRESET' });
  });
  it('a keep-alive without answer is called so', () => {
    assert.equal(linkFailure(new Error('Keepalive timeout'), true).reason, 'keep-alive');
  });
});
