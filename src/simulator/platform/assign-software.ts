import { configurationBody } from './configuration-body.ts';
import type { Platform } from './platform.ts';

/** Assigns a software version to an endpoint and offers it at once, unless it is what the endpoint runs. */
export function assignSoftware(platform: Platform, token: string, version: string, config: unknown): void {
  const endpoint = platform.endpoints.findOrCreate(token);
  const published = { configId: version, config, publishedAt: new Date().toISOString() };
  endpoint.software.publish(published);
  if (endpoint.software.appliedId === version) return;
  platform.push(endpoint, 'software', '', configurationBody(published));
}
