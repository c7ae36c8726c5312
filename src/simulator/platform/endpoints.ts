import { Telemetry } from './telemetry.ts';

/** What the platform knows of one endpoint. */
export interface Endpoint {
  readonly token: string;
  /** The one last used. */
  appVersion: string;
  /** The connection that last published for the token; it may be closed by now. */
  connection: string;
  /** ISO 8601, UTC. */
  readonly firstSeenAt: string;
  lastSeenAt: string;
  readonly telemetry: Telemetry;
}

export interface EndpointBounds {
  readonly maxEndpoints: number;
  /** Samples kept per endpoint. */
  readonly maxSamples: number;
}

/**
 * Every endpoint that has spoken, by token, and the connections that are open. When the bound is reached the least
 * recently active endpoint without a connection is forgotten, and where all are connected the least recently active.
 */
export class Endpoints {
  readonly #bounds: EndpointBounds;
  /** In the order of their last activity. */
  readonly #byToken = new Map<string, Endpoint>();
  readonly #openConnections = new Set<string>();

  constructor(bounds: EndpointBounds) {
    this.#bounds = bounds;
  }

  connectionOpened(connection: string): void {
    this.#openConnections.add(connection);
  }

  connectionClosed(connection: string): void {
    this.#openConnections.delete(connection);
  }

  /** Notes that a connection published for a token: from now on it receives what the endpoint is sent. */
  spoke(token: string, appVersion: string, connection: string): Endpoint {
    const endpoint = this.#byToken.get(token) ?? this.#create(token, appVersion, connection);
    endpoint.appVersion = appVersion;
    endpoint.connection = connection;
    endpoint.lastSeenAt = new Date().toISOString();
    this.#byToken.delete(token);
    this.#byToken.set(token, endpoint);
    return endpoint;
  }

  find(token: string): Endpoint | undefined {
    return this.#byToken.get(token);
  }

  /** The least recently active first. */
  list(): Endpoint[] {
    return [...this.#byToken.values()];
  }

  isConnected(endpoint: Endpoint): boolean {
    return this.#openConnections.has(endpoint.connection);
  }

  clear(): void {
    this.#byToken.clear();
  }

  #create(token: string, appVersion: string, connection: string): Endpoint {
    if (this.#byToken.size >= this.#bounds.maxEndpoints) this.#evict();
    const now = new Date().toISOString();
    const telemetry = new Telemetry(this.#bounds.maxSamples);
    return { token, appVersion, connection, firstSeenAt: now, lastSeenAt: now, telemetry };
  }

  #evict(): void {
    let victim: Endpoint | undefined;
    for (const endpoint of this.#byToken.values()) {
      victim ??= endpoint;
      if (this.isConnected(endpoint)) continue;
      victim = endpoint;
      break;
    }
    if (victim !== undefined) this.#byToken.delete(victim.token);
  }
}
