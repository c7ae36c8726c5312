/** Texts that all node types share: they stand in the catalogue of kaa-endpoint. */
import type { NodeAPI } from 'node-red';

const catalogue = '@kaa-community/node-red-kaa/kaa-endpoint';

/** A shared text in the user's language; `key` is relative to the catalogue's root, e.g. `status.connected`. */
export type Texts = (key: string, values?: Readonly<Record<string, string | number>>) => string;

export function sharedTexts(RED: NodeAPI): Texts {
  return (key, values = {}) => RED._(`${catalogue}:kaa-endpoint.${key}`, { ...values });
}
