import type { ResourceKey } from '../../protocol/resources.ts';
import type { ChangedThing } from '../platform/changes.ts';

/** What a request that is accepted may have changed, beside telemetry. A request for commands counts as their delivery. */
export const changedThings: Readonly<Partial<Record<ResourceKey, ChangedThing>>> = {
  metadataUpdate: 'metadata',
  metadataUpdateKeys: 'metadata',
  metadataDeleteKeys: 'metadata',
  commands: 'commands',
  commandResults: 'commands',
  configurationApplied: 'configuration',
  softwareApplied: 'software',
};
