/** Edit dialog of the kaa-metadata node. */
import { endpoint } from './validators.ts';

export const metadataValidators = { endpoint };
