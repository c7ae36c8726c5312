/** Names that the dialogs offer: what is known of an endpoint from its connection. */
import { ownAddress } from '../messages.ts';
import type { EndpointSession } from '../endpoint-session.ts';
import { resources } from '../../protocol/resources.ts';
import { performMetadata } from '../../extensions/metadata.ts';

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
  metadataKeys: (session: EndpointSession) => knownMetadataKeys(session),
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

/** What was asked a moment ago is not asked again: dialogs are opened one after the other. */
function knownMetadataKeys(session: EndpointSession): Promise<readonly string[]> {
  const known = askedKeys.get(session);
  if (known !== undefined && performance.now() - known.askedAt < goodFor) return known.keys;
  const keys = inTime(metadataKeysOf(session));
  askedKeys.set(session, { askedAt: performance.now(), keys });
  return keys;
}

/** No names where the answer takes longer: the dialog is open. */
async function inTime(asked: Promise<readonly string[]>): Promise<readonly string[]> {
  const { promise: late, resolve } = Promise.withResolvers<readonly string[]>();
  const timer = setTimeout(() => resolve([]), patience);
  const keys = await Promise.race([asked, late]);
  clearTimeout(timer);
  return keys;
}

async function metadataKeysOf({ client, endpoint }: EndpointSession): Promise<readonly string[]> {
  const { token, appVersion } = endpoint;
  if (client.status.state !== 'connected' || token === undefined || appVersion === undefined) return [];
  // Who speaks for a token gets what Kaa has for it: to look at names is no reason to begin with that.
  if (!client.speaksFor(token)) return [];
  try {
    const sender = { unexpectedError: () => undefined };
    const options = { isTentative: true };
    const { body } = await performMetadata(client, 'getKeys', ownAddress(endpoint), undefined, sender, options);
    return Array.isArray(body) ? body.map(String) : [];
  } catch {
    // Whoever types goes on without them.
    return [];
  }
}

function listed(names: Iterable<string>): readonly string[] {
  return [...new Set(names)].toSorted((a, b) => a.localeCompare(b)).slice(0, most);
}
