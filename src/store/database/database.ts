/** One database file, and what can be done with it. */
import { statfsSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import { wording } from '../../protocol/wording.ts';
import {
  charactersIn,
  type Handlers,
  type Operation,
  type OperationName,
  type OperationResult,
  type StoreFile,
} from '../operations.ts';
import type { Backlog } from '../store.ts';
import { StoreFailure } from '../store-failure.ts';
import { CommandTable } from './command-table.ts';
import { RecordTable } from './record-table.ts';
import { OutboxFullError, SampleTable } from './sample-table.ts';
import { isDiskFull, reasonOf } from './sqlite-errors.ts';

/** Milliseconds between two looks for samples that have waited too long. */
const expiryInterval = 60_000;

/** Samples that leave in one go for having waited too long. */
const mostExpired = 5000;

/** Bytes of free disk space from which on nobody needs to count. */
const plenty = 64 * 1_048_576;

/** Bytes that new samples leave free, so that forwarded ones can still be removed; on a small disk an eighth of it. */
const reserve = 1_048_576;

/** Bytes that a transaction takes beside the samples; on a small disk a sixteenth of it. */
const transactionOverhead = 262_144;

/** What happened to waiting samples on the way. */
export interface Losses {
  dropped: number;
  expired: number;
}

export class Database {
  readonly #sqlite: DatabaseSync;
  readonly #path: string;
  readonly #samples: SampleTable;
  readonly #commands: CommandTable;
  readonly #records: RecordTable;
  #expiryDueAt = 0;

  constructor(sqlite: DatabaseSync, path: string) {
    this.#sqlite = sqlite;
    this.#path = path;
    this.#samples = new SampleTable(sqlite);
    this.#commands = new CommandTable(sqlite);
    this.#records = new RecordTable(sqlite);
  }

  get backlog(): Backlog {
    return this.#samples.backlog;
  }

  /**
   * Does operations in one transaction. Where SQLite fails, each is tried alone, so that one that asks too much does not
   * stand in the way of the others.
   * @param failed told of what SQLite says then
   */
  run(
    file: StoreFile,
    operations: readonly Operation[],
    losses: Losses,
    failed: (error: unknown) => void,
  ): OperationResult[] {
    try {
      return this.#withRoom(() => this.#transaction(file, operations, losses));
    } catch (error) {
      if (operations.length > 1) {
        return operations.flatMap((operation) => this.run(file, [operation], losses, failed));
      }
      failed(error);
      return [{ refusal: { kind: 'failed', reason: reasonOf(error) } }];
    }
  }

  close(): void {
    this.#sqlite.close();
  }

  #transaction(file: StoreFile, operations: readonly Operation[], losses: Losses): OperationResult[] {
    const lost = { dropped: 0, expired: 0 };
    const bytes = operations.reduce((sum, operation) => sum + charactersIn(operation), 0);
    const mayGrow = bytes === 0 || this.#hasRoomFor(bytes);
    // Alone, some of them may fit.
    if (!mayGrow && operations.length > 1) throw new StoreFailure(diskFullReason);
    this.#sqlite.exec('BEGIN');
    try {
      this.#expire(file, lost);
      const handlers = this.#handlers(file, lost);
      const results = operations.map((operation): OperationResult => {
        if (!mayGrow && operation.name === 'addSamples') return diskFull;
        try {
          return { value: perform(handlers, operation) };
        } catch (error) {
          if (error instanceof OutboxFullError) return { refusal: { kind: 'full', reason: error.reason } };
          throw error;
        }
      });
      this.#sqlite.exec('COMMIT');
      this.#samples.committed();
      losses.dropped += lost.dropped;
      losses.expired += lost.expired;
      return results;
    } catch (error) {
      this.#samples.rolledBack();
      this.#rollBack();
      throw error;
    }
  }

  #rollBack(): void {
    try {
      this.#sqlite.exec('ROLLBACK');
    } catch {
      // Some failures have ended the transaction already.
    }
  }

  #handlers({ mostBytes, overflow }: StoreFile, lost: Losses): Handlers {
    return {
      readCommands: (endpoint) => this.#commands.read(endpoint),
      writeCommands: (endpoint, rows) => this.#commands.write(endpoint, rows),
      removeCommand: (endpoint, key) => this.#commands.remove(endpoint, key),
      readRecord: (kind, endpoint, name) => this.#records.read(kind, endpoint, name),
      writeRecord: (kind, endpoint, name, json) => this.#records.write(kind, endpoint, name, json),
      addSamples: (samples, storedAt) => {
        lost.dropped += this.#samples.add(samples, storedAt, { mostBytes, overflow });
      },
      queues: () => this.#samples.queues,
      readSamples: (queue, after, limits) => this.#samples.read(queue, after, limits),
      removeSamples: (queue, last) => this.#samples.remove(queue, last),
      discardSamples: () => this.#samples.clear(),
    };
  }

  #expire({ longestAge }: StoreFile, lost: Losses): void {
    const now = performance.now();
    if (longestAge === 0 || now < this.#expiryDueAt) return;
    const expired = this.#samples.expire(Date.now() - longestAge, mostExpired);
    lost.expired += expired;
    if (expired < mostExpired) this.#expiryDueAt = now + expiryInterval;
  }

  /** Where the disk is full, room may be in the log, which is as good as in the file. */
  #withRoom<Value>(task: () => Value): Value {
    try {
      return task();
    } catch (error) {
      if (!isDiskFull(error)) throw error;
      this.#emptyLog();
      return task();
    }
  }

  /**
   * Whether the disk takes new samples and leaves enough for removing them later: what is written goes to the log first,
   * and from there to the file, where it may take the place of what was removed.
   */
  #hasRoomFor(bytes: number): boolean {
    const { bavail, bsize, blocks } = statfsSync(dirname(this.#path));
    if (bavail * bsize > plenty + 4 * bytes) return true;
    const disk = blocks * bsize;
    const written = 2 * bytes + Math.min(transactionOverhead, disk / 16);
    const growth = Math.max(0, written - this.#unusedBytes);
    const needed = written + growth + Math.min(reserve, disk / 8);
    const log = statSync(`${this.#path}-wal`, { throwIfNoEntry: false })?.size ?? 0;
    if (bavail * bsize >= log + needed) return true;
    this.#emptyLog();
    const left = statfsSync(dirname(this.#path));
    return left.bavail * left.bsize >= needed;
  }

  /** Bytes in the file that were given back. */
  get #unusedBytes(): number {
    const pragma = (name: string): number => Number(this.#sqlite.prepare(`PRAGMA ${name}`).get()?.[name] ?? 0);
    return pragma('freelist_count') * pragma('page_size');
  }

  /** Moves all that stands in the log to the file, and gives its space back. */
  #emptyLog(): void {
    try {
      this.#sqlite.exec('PRAGMA wal_checkpoint(TRUNCATE)');
    } catch (error) {
      if (!isDiskFull(error)) throw error;
    }
  }
}

const diskFullReason = wording('store.diskFull');

const diskFull: OperationResult = { refusal: { kind: 'failed', reason: diskFullReason } };

function perform<Name extends OperationName>(handlers: Handlers, { name, args }: Operation<Name>): unknown {
  return handlers[name](...args);
}
