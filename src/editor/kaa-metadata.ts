/** Edit dialog of the kaa-metadata node. */
import { showMetadataKeys } from './name-picker.ts';
import { endpoint } from './validators.ts';

export const metadataValidators = { endpoint };

export function prepareMetadata(): void {
  showMetadataKeys();
}
