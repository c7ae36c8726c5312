import { KaaConfigError } from '../protocol/errors.ts';
import { migrate } from '../protocol/saved-nodes.ts';
import { wording } from '../protocol/wording.ts';
import type { Properties } from './properties.ts';

/**
 * A node's definition as this version of the package would have saved it.
 * @throws {KaaConfigError} a newer version saved it
 */
export function presentProperties(type: string, definition: Properties): Properties {
  const present = migrate(type, definition);
  if (present !== undefined) return present;
  throw new KaaConfigError(wording('config.newerVersion'));
}
