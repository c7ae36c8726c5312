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
}

export function describeEndpoint(endpoints: Endpoints, endpoint: Endpoint): EndpointView {
  const { token, appVersion, firstSeenAt, lastSeenAt } = endpoint;
  return { token, appVersion, connected: endpoints.isConnected(endpoint), firstSeenAt, lastSeenAt };
}
