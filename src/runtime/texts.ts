/** Texts that all node types share: they stand in the catalogue of kaa-endpoint. */
import type { NodeAPI } from 'node-red';

const catalogue = '@kaa-community/node-red-kaa/kaa-endpoint';

/** A shared text in the user's language; `key` is relative to the catalogue's root, e.g. `status.connected`. */
export type Texts = (key: string, values?: Readonly<Record<string, string | number>>) => string;

const known = new WeakMap<NodeAPI, Texts>();

/** The same ones for the same Node-RED. */
export function sharedTexts(RED: NodeAPI): Texts {
  let texts = known.get(RED);
  if (texts === undefined) {
    texts = (key, values = {}) => RED._(`${catalogue}:kaa-endpoint.${key}`, { ...values });
    known.set(RED, texts);
  }
  return texts;
}
