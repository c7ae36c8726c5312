import { Assignment } from './assignment.ts';
import { Blobs } from './blobs.ts';
import type { Changes } from './changes.ts';
import { Commands } from './commands.ts';
import { Configurations } from './configurations.ts';
import { Metadata } from './metadata.ts';
import { Observation } from './observation.ts';
import { SampleMemory } from './sample-memory.ts';
import { mostBlobBytes, mostStorageBytes, Storage } from './storage.ts';
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
  readonly #changes: Changes;
  readonly #sampleMemory = new SampleMemory();
  readonly #storage = new Storage(mostStorageBytes);
  readonly #blobStorage = new Storage(mostBlobBytes);
  /** In the order of their last activity. */
  readonly #byToken = new Map<string, Endpoint>();
  readonly #openConnections = new Set<string>();

  constructor(bounds: EndpointBounds, changes: Changes) {
    this.#bounds = bounds;
    this.#changes = changes;
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
    if (endpoint.appVersion !== appVersion) {
      endpoint.appVersion = appVersion;
      this.#changes.note({ what: 'endpoint', token });
    }
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

  get count(): number {
    return this.#byToken.size;
  }

  countConnected(): number {
    let count = 0;
    for (const endpoint of this.#byToken.values()) if (this.isConnected(endpoint)) count += 1;
    return count;
  }

  isConnected(endpoint: Endpoint): boolean {
    return endpoint.connection !== undefined && this.#openConnections.has(endpoint.connection);
  }

  clear(): void {
    for (const endpoint of this.#byToken.values()) this.#forget(endpoint);
    this.#changes.note({ what: 'state' });
  }

  /** Adds an endpoint that was known before, without anything that it had; undefined where there is one. */
  restore(token: string, appVersion: string, firstSeenAt: string, lastSeenAt: string): Endpoint | undefined {
    if (this.#byToken.has(token)) return undefined;
    return this.#add(token, appVersion, firstSeenAt, lastSeenAt);
  }

  #create(token: string): Endpoint {
    const now = new Date().toISOString();
    const endpoint = this.#add(token, '', now, now);
    this.#changes.note({ what: 'endpoint', token });
    return endpoint;
  }

  #add(token: string, appVersion: string, firstSeenAt: string, lastSeenAt: string): Endpoint {
    if (this.#byToken.size >= this.#bounds.maxEndpoints) this.#evict();
    const endpoint = {
      token,
      appVersion,
      firstSeenAt,
      lastSeenAt,
      observation: new Observation(this.#storage),
      telemetry: new Telemetry(this.#bounds.maxSamples, this.#sampleMemory),
      metadata: new Metadata(this.#storage),
      commands: new Commands(this.#storage),
      configurations: new Configurations(this.#storage),
      software: new Assignment(this.#storage),
      uploadTokens: new UploadTokens(),
      blobs: new Blobs(this.#blobStorage),
    };
    this.#byToken.set(token, endpoint);
    return endpoint;
  }

  /** Gives back what it has of the memory that all share. */
  #forget(endpoint: Endpoint): void {
    const { observation, telemetry, metadata, commands, configurations, software, blobs } = endpoint;
    const parts = [observation, telemetry, metadata, commands, configurations, software, blobs];
    for (const part of parts) part.clear();
    this.#byToken.delete(endpoint.token);
  }

  #evict(): void {
    let victim: Endpoint | undefined;
    for (const endpoint of this.#byToken.values()) {
      victim ??= endpoint;
      if (this.isConnected(endpoint)) continue;
      victim = endpoint;
      break;
    }
    if (victim === undefined) return;
    this.#forget(victim);
    this.#changes.note({ what: 'endpoint', token: victim.token });
  }
}
