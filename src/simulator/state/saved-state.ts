/** What of a platform is kept across restarts: endpoints, metadata, commands, configurations and software. */
import type { AssignmentState } from '../platform/assignment.ts';
import type { Command } from '../platform/commands.ts';
import type { Endpoint } from '../platform/endpoints.ts';
import type { Platform } from '../platform/platform.ts';

export interface SavedEndpoint {
  readonly token: string;
  readonly appVersion: string;
  /** ISO 8601, UTC. */
  readonly firstSeenAt: string;
  readonly lastSeenAt: string;
  readonly metadata: Readonly<Record<string, unknown>>;
  readonly commands: readonly Command[];
  /** By name, `''` for the default one. */
  readonly configurations: readonly (readonly [name: string, state: AssignmentState])[];
  readonly software: AssignmentState;
}

export interface SavedState {
  /** Counts up when the form of the file changes. */
  readonly format: 1;
  /** `closed` by the simulator that wrote it; where it is `running`, something may have happened since. */
  readonly process: 'running' | 'closed';
  /** No command had a greater ID when this was saved. */
  readonly lastCommandId: number;
  /** The least recently active first. */
  readonly endpoints: readonly SavedEndpoint[];
}

/** IDs that may have been given after the last save, where the process was killed. */
const unsavedCommandIds = 10_000;

export function saveState({ commandIds, endpoints }: Platform, process: SavedState['process']): SavedState {
  return { format: 1, process, lastCommandId: commandIds.last, endpoints: endpoints.list().map(saveEndpoint) };
}

/** Puts what was saved into a platform that is empty. */
export function restoreState({ commandIds, endpoints }: Platform, saved: SavedState): void {
  commandIds.continueAfter(saved.lastCommandId + (saved.process === 'closed' ? 0 : unsavedCommandIds));
  for (const { token, appVersion, firstSeenAt, lastSeenAt, ...had } of saved.endpoints) {
    const endpoint = endpoints.restore(token, appVersion, firstSeenAt, lastSeenAt);
    endpoint?.metadata.replace(had.metadata);
    for (const command of had.commands) endpoint?.commands.add({ ...command });
    for (const [name, state] of had.configurations) endpoint?.configurations.restore(name, state);
    endpoint?.software.restore(had.software);
  }
}

function saveEndpoint(endpoint: Endpoint): SavedEndpoint {
  const { token, appVersion, firstSeenAt, lastSeenAt, metadata, commands, configurations, software } = endpoint;
  return {
    token,
    appVersion,
    firstSeenAt,
    lastSeenAt,
    metadata: metadata.all(),
    commands: commands.list(),
    configurations: configurations.names().map((name) => [name, configurations.find(name)?.state ?? {}]),
    software: software.state,
  };
}
