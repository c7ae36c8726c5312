import type { IncomingHttpHeaders } from 'node:http';
import { isLoopback } from '../../protocol/loopback.ts';
import type { Credentials } from './credentials.ts';

/**
 * Who may use the simulator over HTTP. Web pages of other origins may not, and on a loopback address neither may pages
 * whose host name was made to point here (DNS rebinding). Beyond loopback the credentials are demanded, if there are any.
 */
export class AccessRules {
  readonly #ownHosts: ReadonlySet<string> | undefined;
  readonly #credentials: Credentials | undefined;

  constructor(host: string, credentials: Credentials | undefined) {
    const loopback = isLoopback(host);
    this.#ownHosts = loopback ? new Set(['localhost', '127.0.0.1', '[::1]', host]) : undefined;
    this.#credentials = loopback ? undefined : credentials;
  }

  get demandsCredentials(): boolean {
    return this.#credentials !== undefined;
  }

  /** Why a request must not come from where it comes from, or undefined where it may. */
  refuseOrigin({ host = '', origin }: IncomingHttpHeaders): string | undefined {
    const hostName = URL.parse(`http://${host}`)?.hostname;
    if (hostName === undefined || this.#ownHosts?.has(hostName) === false) {
      return 'the Host header is not an address of the simulator';
    }
    if (origin !== undefined && URL.parse(origin)?.host !== host.toLowerCase()) {
      return 'requests from other origins are not allowed';
    }
    return undefined;
  }

  /** Whether the request carries the credentials that it needs (HTTP Basic). */
  isAuthorized({ authorization = '' }: IncomingHttpHeaders): boolean {
    if (this.#credentials === undefined) return true;
    const [, encoded = ''] = /^Basic +(\S+)$/i.exec(authorization) ?? [];
    const [user = '', ...password] = Buffer.from(encoded, 'base64').toString().split(':');
    return this.#credentials.match(user, password.join(':'));
  }
}
