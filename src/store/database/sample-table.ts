/** The samples that wait to be forwarded, in the database, with their number and size at hand. */
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { wording } from '../../protocol/wording.ts';
import { StoreFailure } from '../store-failure.ts';
import type { Backlog, BatchLimits, NewSamples, QueueAddress, StoredBatch } from '../store.ts';

/** Bytes that a sample takes beside its text. */
const overhead = 48;

/** Samples that are looked at in one go when the oldest have to leave. */
const step = 500;

/** More samples than this are not stored in a millisecond. */
const placesPerMillisecond = 1000;

/** The last one given by this thread, in any file. */
let newestPlace = 0;

/** There is no room for a sample. */
export class OutboxFullError extends StoreFailure {}

interface Queue extends QueueAddress {
  readonly id: number;
  samples: number;
}

export interface Bounds {
  readonly mostBytes: number;
  readonly overflow: 'reject' | 'drop-oldest';
}

export class SampleTable {
  readonly #statements: Readonly<Record<StatementName, StatementSync>>;
  readonly #queues = new Map<string, Queue>();
  /** By id. */
  readonly #queueOf = new Map<number, Queue>();
  #samples = 0;
  #bytes = 0;
  #lastSequence: number;
  #lastQueue = 0;
  /** What takes back the changes since the last commit, as far as they are not in the database. */
  #undo: (() => void)[] = [];

  constructor(sqlite: DatabaseSync) {
    const prepared = Object.entries(statements).map(([name, text]) => [name, sqlite.prepare(text)] as const);
    this.#statements = Object.fromEntries(prepared) as Record<StatementName, StatementSync>;
    // Places are not used again, also where nothing is left of those that were: a batch of them may still be under way.
    const last = Number(this.#statements.lastSequence.get()?.['last'] ?? 0);
    this.#lastSequence = Math.max(last, newestPlace, Date.now() * placesPerMillisecond);
    for (const { id, token, app_version, samples, bytes } of this.#statements.queues.all()) {
      this.#remember({ id: Number(id), token: String(token), appVersion: String(app_version), samples: 0 });
      this.#count(Number(id), Number(samples), Number(bytes) + Number(samples) * overhead);
    }
    this.#undo = [];
  }

  get backlog(): Backlog {
    const oldestAt = this.#samples === 0 ? undefined : this.#statements.oldest.get(1)?.['stored_at'];
    return { samples: this.#samples, ...(oldestAt === undefined ? {} : { oldestAt: Number(oldestAt) }) };
  }

  /** The queues that hold samples. */
  get queues(): readonly QueueAddress[] {
    return [...this.#queues.values()].map(({ token, appVersion }) => ({ token, appVersion }));
  }

  /**
   * Appends samples, all or none.
   * @returns how many of the oldest had to leave for them
   * @throws {OutboxFullError} nothing was changed
   */
  add({ queue, node, samples }: NewSamples, storedAt: number, { mostBytes, overflow }: Bounds): number {
    const bytes = samples.reduce((sum, sample) => sum + Buffer.byteLength(sample) + overhead, 0);
    const room = mostBytes - bytes;
    if (room < 0) throw new OutboxFullError(wording('store.messageTooLarge'));
    if (this.#bytes > room && overflow === 'reject') throw new OutboxFullError(wording('store.refused'));
    const dropped = this.#bytes > room ? this.#dropWhile((_storedAt, kept) => kept > room, Infinity) : 0;
    const { id } = this.#queueAt(queue);
    for (const sample of samples) {
      this.#lastSequence += 1;
      this.#statements.insert.run(this.#lastSequence, id, node, storedAt, sample);
    }
    newestPlace = this.#lastSequence;
    this.#count(id, samples.length, bytes);
    return dropped;
  }

  read(address: QueueAddress, after: number, limits: BatchLimits): StoredBatch | undefined {
    const queue = this.#queues.get(keyOf(address));
    if (queue === undefined) return undefined;
    // Where samples are large, a few fill a batch, and others need not be looked at.
    const enough = 1 + Math.ceil((2 * limits.bytes * this.#samples) / this.#bytes);
    const row = this.#statements.batch.get(queue.id, after, Math.min(limits.samples, enough), limits.bytes);
    const { body, count, last, node } = row ?? {};
    if (!(body instanceof Uint8Array) || last === null) return undefined;
    return { body: new Uint8Array(body), count: Number(count), last: Number(last), node: String(node) };
  }

  remove(address: QueueAddress, last: number): void {
    const queue = this.#queues.get(keyOf(address));
    if (queue === undefined) return;
    const { samples, bytes } = this.#statements.sumUpTo.get(queue.id, last) ?? {};
    this.#statements.removeUpTo.run(queue.id, last);
    this.#count(queue.id, -Number(samples), -Number(bytes) - Number(samples) * overhead);
  }

  /** Removes all samples; returns how many they were. */
  clear(): number {
    const samples = this.#samples;
    for (const queue of this.queues) this.remove(queue, Number.MAX_SAFE_INTEGER);
    return samples;
  }

  /** Drops samples at the head that were stored before a time, so many at most; returns their number. */
  expire(before: number, most: number): number {
    return this.#dropWhile((storedAt) => storedAt < before, most);
  }

  /** What was changed is in the database. */
  committed(): void {
    this.#undo = [];
  }

  /** What was changed is not in the database. */
  rolledBack(): void {
    for (const undo of this.#undo.toReversed()) undo();
    this.#undo = [];
  }

  /**
   * Drops the oldest samples of all queues, one after the other, as long as `condition` holds for the time at which one was
   * stored and the bytes that are kept.
   */
  #dropWhile(condition: (storedAt: number, kept: number) => boolean, most: number): number {
    let dropped = 0;
    while (dropped < most) {
      const rows = this.#statements.oldest.all(step);
      const leaving = new Map<number, { samples: number; bytes: number }>();
      let kept = this.#bytes;
      let count = 0;
      for (const { sequence, queue, stored_at, bytes } of rows) {
        if (!condition(Number(stored_at), kept)) break;
        this.#statements.remove.run(sequence ?? 0);
        const size = Number(bytes) + overhead;
        const sum = leaving.get(Number(queue)) ?? { samples: 0, bytes: 0 };
        leaving.set(Number(queue), { samples: sum.samples + 1, bytes: sum.bytes + size });
        kept -= size;
        count += 1;
      }
      for (const [queue, { samples, bytes }] of leaving) this.#count(queue, -samples, -bytes);
      dropped += count;
      if (count < step) break;
    }
    return dropped;
  }

  #queueAt(address: QueueAddress): Queue {
    const known = this.#queues.get(keyOf(address));
    if (known !== undefined) return known;
    const queue = { ...address, id: this.#lastQueue + 1, samples: 0 };
    this.#statements.addQueue.run(queue.id, queue.token, queue.appVersion);
    this.#remember(queue);
    return queue;
  }

  #remember(queue: Queue): void {
    this.#lastQueue = Math.max(this.#lastQueue, queue.id);
    this.#queues.set(keyOf(queue), queue);
    this.#queueOf.set(queue.id, queue);
    this.#undo.push(() => this.#forget(queue));
  }

  #forget(queue: Queue): void {
    this.#queues.delete(keyOf(queue));
    this.#queueOf.delete(queue.id);
  }

  /** A queue without samples is none: the token of an endpoint that does not come again is not kept. */
  #count(id: number, samples: number, bytes: number): void {
    const queue = this.#queueOf.get(id);
    if (queue === undefined) return;
    this.#change(queue, samples, bytes);
    this.#undo.push(() => this.#change(queue, -samples, -bytes));
    if (queue.samples > 0) return;
    this.#statements.removeQueue.run(id);
    this.#forget(queue);
    this.#undo.push(() => {
      this.#queues.set(keyOf(queue), queue);
      this.#queueOf.set(id, queue);
    });
  }

  #change(queue: Queue, samples: number, bytes: number): void {
    queue.samples += samples;
    this.#samples += samples;
    this.#bytes += bytes;
  }
}

const statements = {
  queues: `SELECT queues.id, token, app_version, count(sequence) AS samples, coalesce(sum(octet_length(body)), 0) AS bytes
           FROM queues LEFT JOIN samples ON samples.queue = queues.id GROUP BY queues.id`,
  addQueue: 'INSERT INTO queues VALUES (?, ?, ?)',
  removeQueue: 'DELETE FROM queues WHERE id = ?',
  lastSequence: 'SELECT max(sequence) AS last FROM samples',
  insert: 'INSERT INTO samples VALUES (?, ?, ?, ?, ?)',
  remove: 'DELETE FROM samples WHERE sequence = ?',
  oldest: 'SELECT sequence, queue, stored_at, octet_length(body) AS bytes FROM samples ORDER BY sequence LIMIT ?',
  // Put together by SQLite: a row object for each sample would cost more than all the rest.
  batch: `SELECT CAST('[' || group_concat(body, ',' ORDER BY sequence) || ']' AS BLOB) AS body, count(*) AS count,
            max(sequence) AS last, max(CASE number WHEN 1 THEN node END) AS node
          FROM (SELECT sequence, node, body, row_number() OVER in_order AS number,
                  sum(octet_length(body) + 1) OVER in_order AS bytes
                FROM (SELECT sequence, node, body FROM samples
                      WHERE queue = ? AND sequence > ? ORDER BY sequence LIMIT ?)
                WINDOW in_order AS (ORDER BY sequence ROWS UNBOUNDED PRECEDING))
          WHERE number = 1 OR bytes < ?`,
  sumUpTo: `SELECT count(*) AS samples, coalesce(sum(octet_length(body)), 0) AS bytes FROM samples
            WHERE queue = ? AND sequence <= ?`,
  removeUpTo: 'DELETE FROM samples WHERE queue = ? AND sequence <= ?',
} as const;

type StatementName = keyof typeof statements;

function keyOf({ token, appVersion }: QueueAddress): string {
  return `${appVersion}/${token}`;
}
