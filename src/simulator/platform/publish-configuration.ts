import { randomBytes } from 'node:crypto';
import { configurationBody } from './configuration-body.ts';
import type { Platform } from './platform.ts';

/**
 * Assigns a configuration to an endpoint (`''` names the default one) and pushes it at once. Returns its fresh
 * `configId`, or undefined where too many names have a configuration or there is no room.
 */
export function publishConfiguration(
  platform: Platform,
  token: string,
  name: string,
  config: unknown,
): string | undefined {
  const endpoint = platform.endpoints.findOrCreate(token);
  const configId = randomBytes(16).toString('hex');
  const published = { configId, config, publishedAt: new Date().toISOString() };
  if (!endpoint.configurations.publish(name, published)) return undefined;
  platform.push(endpoint, 'configuration', name, configurationBody(published));
  platform.changes.note({ what: 'configuration', token, name });
  return configId;
}
