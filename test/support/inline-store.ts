/** A real store whose thread is this one, so that tests with a clock of their own need not wait for another. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Databases } from '../../src/store/database/databases.ts';
import { DiskStore, type StoreEvents } from '../../src/store/disk-store.ts';
import type { Group, StoreFile, StoreThread } from '../../src/store/operations.ts';

const noEvents: StoreEvents = { movedAside() {}, lost() {}, backlogChanged() {} };

export class InlineStore {
  readonly directory = mkdtempSync(join(tmpdir(), 'kaa-store-'));
  /** Called before each group; what it throws is the disk's failure. */
  disturb: (group: Group) => void = () => {};
  readonly #databases = new Databases();
  readonly #path = join(this.directory, 'endpoint.sqlite');
  #processes = 1;

  /** A store on the file, as this process has it or, after `restart`, the next one. */
  open(bounds: Partial<StoreFile> = {}, events: Partial<StoreEvents> = {}): DiskStore {
    const thread: StoreThread = {
      run: (group) => {
        this.disturb(group);
        return Promise.resolve(this.#databases.run(group));
      },
      close: (path) => Promise.resolve(this.#databases.close(path)),
    };
    const file: StoreFile = { path: this.#path, mostBytes: 1_048_576, longestAge: 0, overflow: 'reject', ...bounds };
    return new DiskStore(thread, file, { ...noEvents, ...events }, `process ${this.#processes}`);
  }

  /** The process ends and another one starts. */
  restart(): void {
    this.#databases.close(this.#path);
    this.#processes += 1;
  }

  remove(): void {
    this.#databases.close(this.#path);
    rmSync(this.directory, { recursive: true, force: true });
  }
}
