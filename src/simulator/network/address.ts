import { isIP } from 'node:net';
import { isLoopback } from '../../protocol/loopback.ts';

/** What to tell somebody who lets others use a simulator; undefined where there is nothing to tell. */
export function opennessWarning(host: string, demandsCredentials: boolean): string | undefined {
  if (isLoopback(host) || demandsCredentials) return undefined;
  return `everyone who can reach ${host} may use this simulator; demand credentials`;
}

/** The address to connect to for a server that listens on `host`, as it is written in a URL. */
export function connectHost(host: string): string {
  if (host === '0.0.0.0') return '127.0.0.1';
  if (host === '::') return '[::1]';
  return isIP(host) === 6 ? `[${host}]` : host;
}
