/** Names that the dialogs offer: what is known of an endpoint from its connection. */
import type { EndpointAddress } from '../../client/channel.ts';
import type { KaaClient } from '../../client/client.ts';
import { performMetadata } from '../../extensions/metadata.ts';
import { resources } from '../../protocol/resources.ts';
import type { EndpointSession } from '../endpoint-session.ts';

/** Names of a kind that are offered. */
const most = 200;

/** Milliseconds for Kaa to answer, and for which its answer is taken to be true. */
const patience = 2000;
const goodFor = 10_000;

const askedKeys = new WeakMap<
  EndpointSession,
  { readonly askedAt: number; readonly keys: Promise<readonly string[]> }
>();

const sources = {
  commandTypes: ({ commands, client }: EndpointSession) => [
    ...commands.types,
    ...observedBelow(client.observed, 'commands'),
  ],
  configNames: ({ client }: EndpointSession) => observedBelow(client.observed, 'configuration'),
  /** Asked from Kaa; none where there is no connection, or Kaa does not tell. */
  metadataKeys: (session: EndpointSession) => metadataKeysOf(session),
} as const;

export type NameKind = keyof typeof sources;

export function isNameKind(value: unknown): value is NameKind {
  return typeof value === 'string' && Object.hasOwn(sources, value);
}

export async function namesOf(session: EndpointSession, kind: NameKind): Promise<readonly string[]> {
  return listed(await sources[kind](session));
}

/** The names at the end of observed resource paths. */
function observedBelow(observed: ReadonlyMap<string, number>, key: 'commands' | 'configuration'): readonly string[] {
  const { extension, path } = resources[key];
  const prefix = `${extension}/${path}/`;
  const names = Array.from(observed.keys(), (label) => (label.startsWith(prefix) ? label.slice(prefix.length) : ''));
  return names.filter((name) => name !== '' && name !== '+');
}

async function metadataKeysOf(session: EndpointSession): Promise<readonly string[]> {
  const { client, endpoint } = session;
  const { token, appVersion } = endpoint;
  if (client.status.state !== 'connected' || token === undefined || appVersion === undefined) return [];
  // Who speaks for a token gets what Kaa has for it: to look at names is no reason to begin with that.
  if (!client.speaksFor(token)) return [];
  // Dialogs are opened one after the other.
  const known = askedKeys.get(session);
  if (known !== undefined && performance.now() - known.askedAt < goodFor) return known.keys;
  const keys = askForMetadataKeys(client, { token, appVersion });
  askedKeys.set(session, { askedAt: performance.now(), keys });
  return keys;
}

/** None where Kaa does not tell, or takes longer: the dialog is open, and whoever types goes on without them. */
async function askForMetadataKeys(client: KaaClient, address: EndpointAddress): Promise<readonly string[]> {
  const sender = { unexpectedError: () => undefined };
  const timer = setTimeout(() => client.forget(sender, address), patience);
  try {
    const { body } = await performMetadata(client, 'getKeys', address, undefined, sender, { isTentative: true });
    return Array.isArray(body) ? body.map(String) : [];
  } catch {
    return [];
  } finally {
    clearTimeout(timer);
  }
}

function listed(names: Iterable<string>): readonly string[] {
  return [...new Set(names)].toSorted((a, b) => a.localeCompare(b)).slice(0, most);
}
