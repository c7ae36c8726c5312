/** What is remembered for a kaa-endpoint beyond its connection. Persistence only: what it means is decided elsewhere. */

/** The endpoint that something is remembered for. `tokenHash` stands for the token, which is a secret. */
export interface StoredEndpoint {
  /** Host and port of the server. */
  readonly server: string;
  readonly appVersion: string;
  readonly tokenHash: string;
}

/** The result of a command, as it goes to the platform (11/CEP). */
export interface CommandResult {
  readonly statusCode: number;
  readonly reasonPhrase?: string;
  readonly payload?: unknown;
}

/** One command that was handed to the flow, or answered by it. */
export interface StoredCommand {
  readonly type: string;
  readonly id: number;
  /** Of the payload, so that an ID used anew is a new command; absent where only the result is known. */
  readonly digest?: string;
  /** Kept until there is a result, because the command may have to be handed out again. */
  readonly payload?: unknown;
  /** The process that handed it out. */
  readonly process: string;
  /** Milliseconds since 1970, as all times here: when the platform last asked for it, or the flow answered it. */
  readonly askedAt: number;
  /** Until then a result has to be there. */
  readonly deadline?: number;
  readonly result?: CommandResult;
  /** Whether the result needs not be sent any more: the server has it, or the platform has refused it. */
  readonly reported: boolean;
}

/** The commands of all endpoints. Everything here rejects with `KaaStoreError` where the disk fails. */
export interface CommandLedger {
  /** All commands of an endpoint, the oldest first. */
  read(endpoint: StoredEndpoint): Promise<readonly StoredCommand[]>;
  /** Adds commands; each takes the place of the one with the same type, ID and digest. */
  write(endpoint: StoredEndpoint, commands: readonly StoredCommand[]): Promise<void>;
  remove(endpoint: StoredEndpoint, command: StoredCommand): Promise<void>;
}

/** What was received as a configuration; `configId` is `''` where none is assigned. */
export interface StoredAssignment {
  readonly configId: string;
  readonly config: unknown;
}

/** What is remembered of one configuration of an endpoint. */
export interface StoredConfiguration {
  /** The last one received. */
  readonly received?: StoredAssignment;
  /** `configId` of the last one that the platform knows to be applied. */
  readonly applied?: string;
  /** `configId` of the last one that the platform knows to be rejected. */
  readonly rejected?: string;
  /** `configId` of the last one that each node handed to its flow, by the node's id. */
  readonly emitted: Readonly<Record<string, string>>;
}

/** What is remembered of the software of an endpoint; versions are what messages carry as `configId`. */
export interface StoredSoftware {
  readonly received?: StoredAssignment;
  /** What the nodes last said is running. */
  readonly currentVersion?: string;
  /** The version that the platform knows to be applied, and what the nodes had said before. */
  readonly running?: { readonly version: string; readonly currentVersion: string };
  /** Versions handed to the flow and not answered yet, the newest last, and the process that did so. */
  readonly offered: readonly { readonly version: string; readonly process: string }[];
  /** Versions that the flow rejected, the newest last. */
  readonly rejected: readonly string[];
}

/** Records of one kind, one for each name of each endpoint. Rejects with `KaaStoreError` where the disk fails. */
export interface Records<Value> {
  read(endpoint: StoredEndpoint, name: string): Promise<Value | undefined>;
  write(endpoint: StoredEndpoint, name: string, value: Value): Promise<void>;
}

/**
 * Whose samples wait together, in order. An empty token is the endpoint's own and an empty application version the one
 * of the endpoint, whatever they are when the samples are sent: so a token may be replaced while samples wait.
 */
export interface QueueAddress {
  readonly token: string;
  readonly appVersion: string;
}

/** The samples of one message of a flow. */
export interface NewSamples {
  readonly queue: QueueAddress;
  /** The id of the node that stores them. */
  readonly node: string;
  /** Each as JSON. */
  readonly samples: readonly string[];
}

export interface BatchLimits {
  readonly samples: number;
  /** Of the batch as it is sent; a first sample that is larger comes all the same. */
  readonly bytes: number;
}

/** The oldest samples of a queue, as one message. */
export interface StoredBatch {
  /** A JSON array. */
  readonly body: Uint8Array<ArrayBuffer>;
  readonly count: number;
  /** Place of the last of them in the queue. */
  readonly last: number;
  /** The id of the node that stored the first of them. */
  readonly node: string;
}

/** What waits in all queues together. */
export interface Backlog {
  readonly samples: number;
  /** When the first of them was stored; absent where none waits. */
  readonly oldestAt?: number;
}

/** Samples that wait to be forwarded. Everything here rejects with `KaaStoreError` where the disk fails. */
export interface Outbox {
  readonly backlog: Backlog;
  /**
   * Appends the samples of a message, all or none; resolves when they are on disk.
   * @throws {KaaStoreFullError} there is no room, and older samples may not be dropped for them
   * @throws {KaaBusyError} too much waits for the disk
   */
  add(samples: NewSamples): Promise<void>;
  /** The queues in which samples wait. */
  queues(): Promise<readonly QueueAddress[]>;
  /**
   * The oldest samples of a queue, or undefined where none waits.
   * @param after place in the queue behind which to look
   */
  read(queue: QueueAddress, after: number, limits: BatchLimits): Promise<StoredBatch | undefined>;
  /** Removes the oldest samples of a queue, up to the place `last`. */
  remove(queue: QueueAddress, last: number): Promise<void>;
  /** Removes all that waits, but for what is added later; resolves to how many samples they were. */
  discard(): Promise<number>;
}

export interface Store {
  /** Tells what this process has written from what an earlier one has. */
  readonly process: string;
  readonly commands: CommandLedger;
  readonly configurations: Records<StoredConfiguration>;
  readonly software: Records<StoredSoftware>;
  readonly outbox: Outbox;
}
