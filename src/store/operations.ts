/** What the store's thread is asked to do with a database file. */
import type { Words } from '../protocol/wording.ts';
import type { Backlog, BatchLimits, NewSamples, QueueAddress, StoredBatch, StoredEndpoint } from './store.ts';

export type RecordKind = 'configuration' | 'software';

/** What a command is known by; the digest is empty where there is none. */
export type CommandKey = readonly [type: string, id: number, digest: string];

/** A command, all of it as JSON. No object, because thousands of those take long to reach the thread. */
export type CommandRow = readonly [...key: CommandKey, json: string];

/** What can be done, by name. Values that are kept as they are travel as JSON. */
export interface Operations {
  /** Each as JSON, the oldest first. */
  readCommands(endpoint: StoredEndpoint): readonly string[];
  writeCommands(endpoint: StoredEndpoint, rows: readonly CommandRow[]): void;
  removeCommand(endpoint: StoredEndpoint, key: CommandKey): void;
  readRecord(kind: RecordKind, endpoint: StoredEndpoint, name: string): string | undefined;
  writeRecord(kind: RecordKind, endpoint: StoredEndpoint, name: string, json: string): void;
  /** @param storedAt milliseconds since 1970 */
  addSamples(samples: NewSamples, storedAt: number): void;
  queues(): readonly QueueAddress[];
  readSamples(queue: QueueAddress, after: number, limits: BatchLimits): StoredBatch | undefined;
  removeSamples(queue: QueueAddress, last: number): void;
  discardSamples(): number;
}

export type OperationName = keyof Operations;

export type OperationArguments = { readonly [Name in OperationName]: Parameters<Operations[Name]> };

/** One call of an operation. */
export type Operation<Name extends OperationName = OperationName> = {
  readonly [Each in Name]: { readonly name: Each; readonly args: OperationArguments[Each] };
}[Name];

/** Does each operation. */
export type Handlers = {
  readonly [Name in OperationName]: (...args: OperationArguments[Name]) => ReturnType<Operations[Name]>;
};

/** A database file and the bounds of its outbox. */
export interface StoreFile {
  readonly path: string;
  /** Bytes of samples. */
  readonly mostBytes: number;
  /** Milliseconds after which a sample is given up; 0 = never. */
  readonly longestAge: number;
  readonly overflow: 'reject' | 'drop-oldest';
}

/** Operations that are done in one transaction. */
export interface Group {
  readonly file: StoreFile;
  readonly operations: readonly Operation[];
}

/** Why an operation was not done. */
export interface Refusal {
  readonly kind: 'full' | 'failed';
  readonly reason: Words;
}

export type OperationResult = { readonly value: unknown } | { readonly refusal: Refusal };

/** What became of a group, and what happened to the file on the way. */
export interface GroupReply {
  /** One for each operation, in order. */
  readonly results: readonly OperationResult[];
  /** Absent where the file cannot be read. */
  readonly backlog?: Backlog;
  /** Samples that had to go for newer ones. */
  readonly dropped: number;
  /** Samples that had waited too long. */
  readonly expired: number;
  /** Where a damaged file was moved to. */
  readonly movedAside?: string;
}

/** The thread that does it. */
export interface StoreThread {
  run(group: Group): Promise<GroupReply>;
  /** Ends the use of a file, behind all groups before. */
  close(path: string): Promise<void>;
}

/** Characters of the samples that an operation stores. */
export function charactersIn(operation: Operation): number {
  if (operation.name !== 'addSamples') return 0;
  return operation.args[0].samples.reduce((sum, sample) => sum + sample.length, 0);
}
