import { createHash } from 'node:crypto';
import type { EndpointAddress } from '../client/channel.ts';
import type { KaaClient } from '../client/client.ts';
import type { StoredEndpoint } from '../store/store.ts';

/** Under what something is remembered for an endpoint: the token itself stays out of the store. */
export function storedEndpoint({ options }: KaaClient, { appVersion, token }: EndpointAddress): StoredEndpoint {
  return {
    server: new URL(options.urls[0]).host,
    appVersion,
    tokenHash: createHash('sha256').update(token).digest('hex'),
  };
}
