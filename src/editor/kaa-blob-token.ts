/** Edit dialog of the kaa-blob-token node. */
import { endpoint } from './validators.ts';

export const blobTokenValidators = { endpoint };
