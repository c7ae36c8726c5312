/** Names that the dialogs offer: what is known of an endpoint from its connection. */
import { ownAddress } from '../messages.ts';
import type { EndpointSession } from '../endpoint-session.ts';
import { resources } from '../../protocol/resources.ts';
import { performMetadata } from '../../extensions/metadata.ts';

/** Names of a kind that are offered. */
const most = 200;

export interface EndpointNames {
  readonly commandTypes: readonly string[];
  readonly configNames: readonly string[];
  /** Asked from Kaa; empty where there is no connection, or Kaa does not tell. */
  readonly metadataKeys: readonly string[];
}

export async function namesOf(session: EndpointSession): Promise<EndpointNames> {
  const { commands, client } = session;
  return {
    commandTypes: listed([...commands.types, ...observedBelow(client.observed, 'commands')]),
    configNames: listed(observedBelow(client.observed, 'configuration')),
    metadataKeys: listed(await metadataKeysOf(session)),
  };
}

/** The names at the end of observed resource paths. */
function observedBelow(observed: ReadonlyMap<string, number>, key: 'commands' | 'configuration'): readonly string[] {
  const { extension, path } = resources[key];
  const prefix = `${extension}/${path}/`;
  const names = Array.from(observed.keys(), (label) => (label.startsWith(prefix) ? label.slice(prefix.length) : ''));
  return names.filter((name) => name !== '' && name !== '+');
}

async function metadataKeysOf({ client, endpoint }: EndpointSession): Promise<readonly string[]> {
  if (client.status.state !== 'connected' || endpoint.token === undefined || endpoint.appVersion === undefined)
    return [];
  try {
    const sender = { unexpectedError: () => undefined };
    const { body } = await performMetadata(client, 'getKeys', ownAddress(endpoint), undefined, sender);
    return Array.isArray(body) ? body.map(String) : [];
  } catch {
    // Whoever types goes on without them.
    return [];
  }
}

function listed(names: Iterable<string>): readonly string[] {
  return [...new Set(names)].toSorted((a, b) => a.localeCompare(b)).slice(0, most);
}
