import { configurationBody } from './configuration-body.ts';
import type { Platform } from './platform.ts';

/**
 * Assigns a software version to an endpoint and offers it at once, unless it is what the endpoint runs. False, and
 * nothing changes, where there is no room.
 */
export function assignSoftware(platform: Platform, token: string, version: string, config: unknown): boolean {
  const endpoint = platform.endpoints.findOrCreate(token);
  const published = { configId: version, config, publishedAt: new Date().toISOString() };
  if (!endpoint.software.publish(published)) return false;
  platform.changes.note({ what: 'software', token });
  if (endpoint.software.appliedId !== version) {
    platform.push(endpoint, 'software', '', configurationBody(published));
  }
  return true;
}
