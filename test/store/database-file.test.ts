import assert from 'node:assert/strict';
import {
  existsSync,
  mkdirSync,
  openSync,
  closeSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { WorkerThread } from '../../src/store/worker-thread.ts';
import { addNumbered, closeDeadline, numbered, samplesIn, StoreFolder } from './store-folder.ts';

const pageSize = 4096;

const permissions = (path: string): string => (statSync(path).mode & 0o777).toString(8);

/** Writes over all pages behind the first few. */
function spoilPages(path: string): void {
  const file = openSync(path, 'r+');
  const pages = statSync(path).size / pageSize;
  for (let page = 8; page < pages; page += 1)
    writeSync(file, Buffer.alloc(pageSize, 0xa5), 0, pageSize, page * pageSize);
  closeSync(file);
}

describe('file of a store', () => {
  let folder: StoreFolder;

  beforeEach(() => {
    folder = new StoreFolder();
  });

  afterEach(() => folder.remove());

  /** The file as it is left behind, with more than a few pages. */
  async function write(thread?: WorkerThread): Promise<void> {
    const store = folder.open({}, thread);
    for (let first = 0; first < 20_000; first += 1000) await addNumbered(store.outbox, first, 1000);
    await store.close(closeDeadline);
  }

  it('is private to the user, and so are its log and its folder', async () => {
    await addNumbered(folder.open().outbox, 0, 1);
    assert.equal(permissions(folder.path), '600');
    assert.equal(permissions(`${folder.path}-wal`), '600');
    assert.equal(permissions(dirname(folder.path)), '700');
  });

  it('is made private where it was not', async () => {
    mkdirSync(dirname(folder.path));
    writeFileSync(folder.path, '', { mode: 0o644 });
    await addNumbered(folder.open().outbox, 0, 1);
    assert.equal(permissions(folder.path), '600');
  });

  it('is made when something is to be stored, not before', async () => {
    const store = folder.open();
    assert.equal(existsSync(dirname(folder.path)), false);
    await store.close(closeDeadline);
    assert.equal(existsSync(dirname(folder.path)), false);
  });

  it('carries the version of its tables, which reopening leaves as it is', async () => {
    const version = (): unknown => ({ ...Object(folder.query('PRAGMA user_version')[0]) });
    const tables = (): readonly unknown[] => folder.query('SELECT name, sql FROM sqlite_schema ORDER BY name');
    await addNumbered(folder.open().outbox, 0, 1);
    await folder.closeStores();
    const before = [version(), tables()];
    assert.deepEqual(before[0], { user_version: 2 });
    await addNumbered(folder.open().outbox, 1, 1);
    await folder.closeStores();
    assert.deepEqual([version(), tables()], before);
  });

  it('of a newer version is refused with KAA_STORE and left alone', async () => {
    await addNumbered(folder.open().outbox, 0, 1);
    await folder.closeStores();
    folder.query('PRAGMA user_version = 99');
    const before = readFileSync(folder.path);
    const { outbox } = folder.open();
    await assert.rejects(addNumbered(outbox, 1, 1), { code: 'KAA_STORE', message: /newer version/ });
    await assert.rejects(outbox.queues(), { code: 'KAA_STORE' });
    await folder.closeStores();
    assert.deepEqual(readFileSync(folder.path), before);
    assert.deepEqual(folder.movedAside, []);
  });

  it('that cannot be made is KAA_STORE, and is made as soon as it can be', async () => {
    writeFileSync(dirname(folder.path), 'a file where the folder should be');
    const { outbox } = folder.open();
    await assert.rejects(addNumbered(outbox, 0, 1), { code: 'KAA_STORE' });
    rmSync(dirname(folder.path));
    await addNumbered(outbox, 1, 1);
    assert.deepEqual(await samplesIn(outbox), numbered(1, 1));
  });

  describe('that is damaged is moved aside, told, and a fresh one works:', () => {
    const damages: readonly [string, (path: string) => void][] = [
      ['garbage', (path) => writeFileSync(path, Buffer.alloc(20_000, 'garbage '))],
      ['a few bytes', (path) => writeFileSync(path, 'oops')],
      ['truncated in a page', (path) => truncateSync(path, 10 * pageSize + 100)],
      ['truncated at a page', (path) => truncateSync(path, 10 * pageSize)],
      ['spoiled pages', spoilPages],
    ];
    for (const [name, damage] of damages) {
      it(name, async () => {
        await write();
        damage(folder.path);
        const damaged = readFileSync(folder.path);
        const { outbox } = folder.open();
        await addNumbered(outbox, 7, 1);
        assert.equal(folder.movedAside.length, 1);
        assert.deepEqual(readFileSync(folder.movedAside[0] ?? ''), damaged);
        assert.deepEqual(await samplesIn(outbox), numbered(7, 1));
        await folder.closeStores();
        assert.deepEqual(await samplesIn(folder.open().outbox), numbered(7, 1));
        assert.equal(folder.movedAside.length, 1);
      });
    }

    it('a database of somebody else', async () => {
      mkdirSync(dirname(folder.path));
      folder.query('PRAGMA application_id = 0');
      const foreign = new DatabaseSync(folder.path);
      foreign.exec("CREATE TABLE notes (text TEXT); INSERT INTO notes VALUES ('keep me')");
      foreign.close();
      const { outbox } = folder.open();
      await addNumbered(outbox, 0, 1);
      assert.deepEqual(await samplesIn(outbox), numbered(0, 1));
      assert.equal(folder.movedAside.length, 1);
      const aside = new DatabaseSync(folder.movedAside[0] ?? '');
      assert.equal(aside.prepare('SELECT text FROM notes').get()?.['text'], 'keep me');
      aside.close();
    });

    it('damaged while it was closed by the thread that opens it again', async () => {
      // It goes on with another file meanwhile.
      const thread = new WorkerThread();
      const other = new StoreFolder();
      try {
        await addNumbered(other.open({}, thread).outbox, 0, 1);
        await write(thread);
        spoilPages(folder.path);
        const { outbox } = folder.open({}, thread);
        // The first to come upon it may be refused.
        await outbox.queues().catch(() => {});
        await addNumbered(outbox, 7, 1);
        assert.deepEqual(await samplesIn(outbox), numbered(7, 1));
        assert.equal(folder.movedAside.length, 1);
      } finally {
        await folder.closeStores();
        await other.remove();
      }
    });
  });
});
