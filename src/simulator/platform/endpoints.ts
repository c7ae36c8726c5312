import { Assignment } from './assignment.ts';
import { Blobs } from './blobs.ts';
import { Commands } from './commands.ts';
import { Configurations } from './configurations.ts';
import { Metadata } from './metadata.ts';
import { Observation } from './observation.ts';
import { Telemetry } from './telemetry.ts';
import { UploadTokens } from './upload-tokens.ts';

/** What the platform knows of one endpoint. */
export interface Endpoint {
  readonly token: string;
  /** The one last used, `''` while the endpoint has not spoken. */
  appVersion: string;
  /** The connection that last published for the token; it may be closed by now. Absent while it has not spoken. */
  connection?: string;
  /** ISO 8601, UTC: when it first spoke, or something was assigned to it before. */
  readonly firstSeenAt: string;
  lastSeenAt: string;
  readonly observation: Observation;
  readonly telemetry: Telemetry;
  readonly metadata: Metadata;
  readonly commands: Commands;
  readonly configurations: Configurations;
  readonly software: Assignment;
  readonly uploadTokens: UploadTokens;
  readonly blobs: Blobs;
}

export interface EndpointBounds {
  readonly maxEndpoints: number;
  /** Samples kept per endpoint. */
  readonly maxSamples: number;
}

/**
 * Every endpoint that has spoken or has something assigned, by token, and the connections that are open. When the bound is reached the least
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
    const endpoint = this.#byToken.get(token) ?? this.#create(token);
    endpoint.appVersion = appVersion;
    endpoint.connection = connection;
    endpoint.lastSeenAt = new Date().toISOString();
    this.#byToken.delete(token);
    this.#byToken.set(token, endpoint);
    return endpoint;
  }

  /** The endpoint with a token, which need not have spoken yet. */
  findOrCreate(token: string): Endpoint {
    return this.#byToken.get(token) ?? this.#create(token);
  }

  find(token: string): Endpoint | undefined {
    return this.#byToken.get(token);
  }

  /** The least recently active first. */
  list(): Endpoint[] {
    return [...this.#byToken.values()];
  }

  isConnected(endpoint: Endpoint): boolean {
    return endpoint.connection !== undefined && this.#openConnections.has(endpoint.connection);
  }

  clear(): void {
    this.#byToken.clear();
  }

  #create(token: string): Endpoint {
    if (this.#byToken.size >= this.#bounds.maxEndpoints) this.#evict();
    const now = new Date().toISOString();
    const endpoint = {
      token,
      appVersion: '',
      firstSeenAt: now,
      lastSeenAt: now,
      observation: new Observation(),
      telemetry: new Telemetry(this.#bounds.maxSamples),
      metadata: new Metadata(),
      commands: new Commands(),
      configurations: new Configurations(),
      software: new Assignment(),
      uploadTokens: new UploadTokens(),
      blobs: new Blobs(),
    };
    this.#byToken.set(token, endpoint);
    return endpoint;
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
