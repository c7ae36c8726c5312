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
  /** Milliseconds since 1970, as all times here: when the platform last asked for it, or the flow answered it. */
  readonly askedAt: number;
  /** Until then a result has to be there. */
  readonly deadline?: number;
  readonly result?: CommandResult;
  /** Whether the result needs not be sent any more: the server has it, or the platform has refused it. */
  readonly reported: boolean;
}

/** The commands of all endpoints. */
export interface CommandLedger {
  /** All commands of an endpoint, the oldest first. */
  read(endpoint: StoredEndpoint): Promise<readonly StoredCommand[]>;
  /** Adds a command, or takes the place of the one with the same type, ID and digest. */
  write(endpoint: StoredEndpoint, command: StoredCommand): Promise<void>;
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

/** Records of one kind, one for each name of each endpoint. */
export interface Records<Value> {
  read(endpoint: StoredEndpoint, name: string): Promise<Value | undefined>;
  write(endpoint: StoredEndpoint, name: string, value: Value): Promise<void>;
}

export interface Store {
  readonly commands: CommandLedger;
  readonly configurations: Records<StoredConfiguration>;
  readonly software: Records<StoredSoftware>;
}
