/** Which resource each operation on metadata asks for; the browser uses it too. */
import type { ResourceKey } from './resources.ts';

export const metadataOperations = {
  updateKeys: 'metadataUpdateKeys',
  update: 'metadataUpdate',
  get: 'metadata',
  getKeys: 'metadataKeys',
  deleteKeys: 'metadataDeleteKeys',
} as const satisfies Record<string, ResourceKey>;

export type MetadataOperation = keyof typeof metadataOperations;

export function isMetadataOperation(value: unknown): value is MetadataOperation {
  return typeof value === 'string' && Object.hasOwn(metadataOperations, value);
}
