import { resources } from '../../protocol/resources.ts';
import type { Endpoint, Endpoints } from '../platform/endpoints.ts';

/** An endpoint, as the control API shows it. */
export interface EndpointView {
  readonly token: string;
  readonly appVersion: string;
  /** Whether the connection that last spoke for it is still open. */
  readonly connected: boolean;
  /** ISO 8601, UTC. */
  readonly firstSeenAt: string;
  readonly lastSeenAt: string;
  /** The connection that last spoke for it, as the events name it; undefined while it has not spoken. */
  readonly connection: string | undefined;
  /** All samples ever received. */
  readonly samples: number;
}

/** What one can ask about further. */
export interface EndpointDetails extends EndpointView {
  /** Of the configurations that are published or were reported, `''` for the default one. */
  readonly configNames: readonly string[];
  /** Of the commands that it was sent or has asked for. */
  readonly commandTypes: readonly string[];
}

export function describeEndpoint(endpoints: Endpoints, endpoint: Endpoint): EndpointView {
  const { token, appVersion, firstSeenAt, lastSeenAt, connection } = endpoint;
  const connected = endpoints.isConnected(endpoint);
  const samples = endpoint.telemetry.count;
  return { token, appVersion, connected, firstSeenAt, lastSeenAt, connection, samples };
}

export function describeEndpointFully(endpoints: Endpoints, endpoint: Endpoint): EndpointDetails {
  const { configurations, commands, observation } = endpoint;
  const { extension, path } = resources.commands;
  const types = [...commands.list().map(({ type }) => type), ...observation.namesBelow(extension, path)];
  return {
    ...describeEndpoint(endpoints, endpoint),
    configNames: configurations.names().toSorted(),
    commandTypes: [...new Set(types)].toSorted(),
  };
}
