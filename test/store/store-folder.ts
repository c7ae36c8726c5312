/** A folder for stores on real files, written by a real thread. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { DiskStore } from '../../src/store/disk-store.ts';
import type { StoreFile, StoreThread } from '../../src/store/operations.ts';
import type { Outbox, QueueAddress } from '../../src/store/store.ts';
import { WorkerThread } from '../../src/store/worker-thread.ts';

/** Milliseconds that a store of a test may take to close. */
export const closeDeadline = 10_000;

export const own: QueueAddress = { token: '', appVersion: '' };
export const machine: QueueAddress = { token: 'machine-1', appVersion: 'v1' };

export class StoreFolder {
  readonly directory: string;
  readonly path: string;
  /** Where damaged files were moved to. */
  readonly movedAside: string[] = [];
  dropped = 0;
  expired = 0;
  readonly #owned: boolean;
  readonly #stores: DiskStore[] = [];

  /** @param directory one that exists; it is left in place */
  constructor(directory?: string) {
    this.#owned = directory === undefined;
    this.directory = directory ?? mkdtempSync(join(tmpdir(), 'kaa-store-'));
    this.path = join(this.directory, 'kaa', 'endpoint.sqlite');
  }

  /** A store on the file, by default with a thread of its own: as another process has it. */
  open(bounds: Partial<StoreFile> = {}, thread: StoreThread = new WorkerThread()): DiskStore {
    const file: StoreFile = {
      path: this.path,
      mostBytes: 64 * 1_048_576,
      longestAge: 0,
      overflow: 'reject',
      ...bounds,
    };
    const store = new DiskStore(thread, file, {
      movedAside: (path) => void this.movedAside.push(path),
      lost: (dropped, expired) => {
        this.dropped += dropped;
        this.expired += expired;
      },
      backlogChanged() {},
    });
    this.#stores.push(store);
    return store;
  }

  async closeStores(): Promise<void> {
    for (const store of this.#stores.splice(0)) await store.close(closeDeadline);
  }

  /** What the file itself says, while no store has it open. */
  query(text: string): readonly unknown[] {
    const sqlite = new DatabaseSync(this.path);
    try {
      return sqlite.prepare(text).all();
    } finally {
      sqlite.close();
    }
  }

  async remove(): Promise<void> {
    await this.closeStores();
    if (this.#owned) rmSync(this.directory, { recursive: true, force: true });
  }
}

/** Adds samples, each with its number. */
export async function addNumbered(
  outbox: Outbox,
  first: number,
  count: number,
  queue: QueueAddress = own,
): Promise<void> {
  const samples = Array.from({ length: count }, (_, index) => JSON.stringify({ n: first + index }));
  await outbox.add({ queue, node: 'node', samples });
}

/** All samples of a queue, in order. */
export async function samplesIn(outbox: Outbox, queue: QueueAddress = own): Promise<readonly unknown[]> {
  const samples: unknown[] = [];
  let after = 0;
  for (;;) {
    const batch = await outbox.read(queue, after, { samples: 1000, bytes: 1_048_576 });
    if (batch === undefined) return samples;
    samples.push(...(JSON.parse(Buffer.from(batch.body).toString()) as readonly unknown[]));
    after = batch.last;
  }
}

/** Samples as `addNumbered` makes them. */
export function numbered(first: number, count: number): readonly unknown[] {
  return Array.from({ length: count }, (_, index) => ({ n: first + index }));
}
