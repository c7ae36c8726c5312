/** Reads the errors of sockets, TLS and MQTT.js, and says why a link failed. */
import type { ConnectionReason } from '../protocol/connection-reasons.ts';
import type { LinkFailure } from './transport.ts';

/** Return codes of CONNACK (MQTT 3.1.1, 3.2.2.3). */
const connackReasons = new Map<number, ConnectionReason>([
  [1, 'version-refused'],
  [2, 'client-id-refused'],
  [3, 'server-unavailable'],
  [4, 'login-refused'],
  [5, 'login-refused'],
]);

const systemReasons = new Map<string, ConnectionReason>([
  ['ENOTFOUND', 'unknown-host'],
  ['EAI_AGAIN', 'unknown-host'],
  ['EAI_NODATA', 'unknown-host'],
  ['EAI_NONAME', 'unknown-host'],
  ['ECONNREFUSED', 'refused'],
  ['EHOSTUNREACH', 'unreachable'],
  ['ENETUNREACH', 'unreachable'],
  ['ENETDOWN', 'unreachable'],
  ['EADDRNOTAVAIL', 'unreachable'],
  ['ETIMEDOUT', 'no-answer'],
  ['CERT_HAS_EXPIRED', 'tls-expired'],
  ['CERT_NOT_YET_VALID', 'tls-expired'],
  ['ERR_TLS_CERT_ALTNAME_INVALID', 'tls-name'],
  ['DEPTH_ZERO_SELF_SIGNED_CERT', 'tls-untrusted'],
  ['SELF_SIGNED_CERT_IN_CHAIN', 'tls-untrusted'],
  ['UNABLE_TO_GET_ISSUER_CERT', 'tls-untrusted'],
  ['UNABLE_TO_GET_ISSUER_CERT_LOCALLY', 'tls-untrusted'],
  ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', 'tls-untrusted'],
  ['CERT_REVOKED', 'tls-untrusted'],
  ['CERT_UNTRUSTED', 'tls-untrusted'],
  ['CERT_SIGNATURE_FAILURE', 'tls-untrusted'],
  ['EPROTO', 'tls'],
]);

/** The server wants a certificate of ours, refuses it, or it cannot be read with its key. */
const clientCertificate =
  /^ERR_OSSL_|ALERT_(ACCESS_DENIED|BAD_CERTIFICATE|CERTIFICATE_\w+|UNKNOWN_CA|UNSUPPORTED_CERTIFICATE)|KEY_VALUES_MISMATCH/;

/** What answers instead of a WebSocket. */
const unexpectedResponse = /^Unexpected server response: (\d+)/;

const messageReasons: readonly (readonly [RegExp, ConnectionReason])[] = [
  [/^connack timeout$/i, 'no-answer'],
  [/^keepalive timeout$/i, 'keep-alive'],
  [/^TLS not authorized$/i, 'tls-untrusted'],
  [/socket hang up|WebSocket/i, 'dropped-at-login'],
  [/secure TLS connection was established/i, 'tls'],
];

/**
 * The failure behind an error of a link.
 * @param accepted whether the server had accepted the login before
 */
export function linkFailure(error: unknown, accepted: boolean): LinkFailure {
  if (!(error instanceof Error)) return { reason: accepted ? 'dropped' : 'dropped-at-login' };
  const [, httpStatus] = unexpectedResponse.exec(error.message) ?? [];
  if (httpStatus !== undefined) return { reason: 'no-websocket', detail: `HTTP ${httpStatus}` };
  const code: unknown = 'code' in error ? error.code : undefined;
  if (accepted && typeof code === 'string') return { reason: 'dropped', detail: code };
  if (typeof code === 'number') {
    const reason = accepted ? undefined : connackReasons.get(code);
    return { reason: reason ?? 'not-mqtt', detail: `return code ${code}` };
  }
  // A name that resolves to several addresses fails with all their errors at once.
  const text = typeof code === 'string' ? code : error instanceof AggregateError ? firstCode(error) : undefined;
  const reason = reasonOf(text, error.message);
  if (reason === 'dropped-at-login' && accepted) return { reason: 'dropped' };
  if (reason !== undefined) return text === undefined ? { reason } : { reason, detail: text };
  if (text !== undefined) return { reason: accepted ? 'dropped' : 'dropped-at-login', detail: text };
  return { reason: 'not-mqtt' };
}

function reasonOf(code: string | undefined, message: string): ConnectionReason | undefined {
  if (code !== undefined) {
    const known = systemReasons.get(code);
    if (known !== undefined) return known;
    if (clientCertificate.test(code)) return 'tls-client';
    if (code.startsWith('ERR_SSL') || code.startsWith('ERR_TLS')) return 'tls';
  }
  return messageReasons.find(([pattern]) => pattern.test(message))?.[1];
}

function firstCode(error: AggregateError): string | undefined {
  for (const inner of error.errors as readonly unknown[]) {
    if (inner instanceof Error && 'code' in inner && typeof inner.code === 'string') return inner.code;
  }
  return undefined;
}
