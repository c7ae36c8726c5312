import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { closeSync, mkdirSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { Outbox } from '../../src/store/store.ts';
import { addNumbered, own, samplesIn, StoreFolder } from './store-folder.ts';

/** Whether the mounting of a small disk is allowed here. */
function mount(directory: string): boolean {
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', directory], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

/** Writes until nothing more fits. */
function fillDisk(path: string): void {
  const file = openSync(path, 'w');
  try {
    for (const size of [4096, 1]) {
      const block = Buffer.alloc(size);
      try {
        for (;;) writeSync(file, block);
      } catch (error) {
        assert.ok(error instanceof Error && 'code' in error && error.code === 'ENOSPC', String(error));
      }
    }
  } finally {
    closeSync(file);
  }
}

const padding = 'x'.repeat(1000);

/** Adds samples until the disk takes no more; how many it took. */
async function addUntilFull(outbox: Outbox, first = 0): Promise<number> {
  for (let count = 0; ; count += 1) {
    try {
      const samples = [JSON.stringify({ n: first + count, padding })];
      await outbox.add({ queue: own, node: 'node', samples });
    } catch (error) {
      assert.ok(error instanceof Error && 'code' in error && error.code === 'KAA_STORE', String(error));
      return count;
    }
  }
}

/** Reads all samples as they are forwarded, each batch removed behind it. */
async function drain(outbox: Outbox): Promise<readonly unknown[]> {
  const samples: unknown[] = [];
  for (;;) {
    const batch = await outbox.read(own, 0, { samples: 1000, bytes: 131_072 });
    if (batch === undefined) return samples;
    samples.push(...(JSON.parse(Buffer.from(batch.body).toString()) as readonly unknown[]));
    await outbox.remove(own, batch.last);
  }
}

const padded = (first: number, count: number): readonly unknown[] =>
  Array.from({ length: count }, (_, index) => ({ n: first + index, padding }));

describe('store on a disk that is full', () => {
  let directory: string;
  let folder: StoreFolder;

  beforeEach(function mountDisk() {
    directory = mkdtempSync(join(tmpdir(), 'kaa-disk-'));
    if (!mount(directory)) {
      rmSync(directory, { recursive: true });
      this.skip();
    }
    folder = new StoreFolder(directory);
  });

  afterEach(async function unmountDisk() {
    if (this.currentTest?.isPending() === true) return;
    await folder.remove();
    execFileSync('umount', [directory]);
    rmSync(directory, { recursive: true });
  });

  it('refuses samples with KAA_STORE, and keeps all that it took', async () => {
    const count = await addUntilFull(folder.open().outbox);
    assert.ok(count > 50, `${count} samples`);
    await folder.closeStores();
    assert.deepEqual(await samplesIn(folder.open().outbox), padded(0, count));
  });

  it('lets all that it took be forwarded, and takes new samples then', async () => {
    const { outbox } = folder.open();
    for (let round = 0; round < 3; round += 1) {
      const count = await addUntilFull(outbox);
      assert.deepEqual(await drain(outbox), padded(0, count));
    }
    await addNumbered(outbox, 0, 10);
    assert.equal(outbox.backlog.samples, 10);
  });

  it('lets samples be forwarded although it takes no more, also after reopening', async () => {
    const count = await addUntilFull(folder.open().outbox);
    await folder.closeStores();
    assert.deepEqual(await drain(folder.open().outbox), padded(0, count));
  });

  it('another file takes all that is left and goes again: nothing that was taken is lost', async () => {
    const other = join(directory, 'other');
    const { outbox } = folder.open();
    for (let n = 0; n < 100; n += 1) {
      await outbox.add({ queue: own, node: 'node', samples: [JSON.stringify({ n, padding })] });
    }
    fillDisk(other);
    assert.equal(await addUntilFull(outbox, 100), 0);
    assert.deepEqual(await samplesIn(outbox), padded(0, 100));
    rmSync(other);
    await outbox.add({ queue: own, node: 'node', samples: [JSON.stringify({ n: 100, padding })] });
    assert.deepEqual(await drain(outbox), padded(0, 101));
  });

  it('another file takes all that is left before the store is opened: KAA_STORE until it has gone', async () => {
    const other = join(directory, 'other');
    fillDisk(other);
    const { outbox } = folder.open();
    await assert.rejects(addNumbered(outbox, 0, 1), { code: 'KAA_STORE' });
    rmSync(other);
    await addNumbered(outbox, 1, 1);
    assert.deepEqual(await samplesIn(outbox), [{ n: 1 }]);
    assert.deepEqual(folder.movedAside, []);
  });

  it('tells of a damaged file that was moved aside, although a fresh one found no room at first', async () => {
    const other = join(directory, 'other');
    mkdirSync(dirname(folder.path));
    writeFileSync(folder.path, 'damaged');
    fillDisk(other);
    const { outbox } = folder.open();
    await assert.rejects(addNumbered(outbox, 0, 1), { code: 'KAA_STORE' });
    rmSync(other);
    await addNumbered(outbox, 1, 1);
    assert.equal(folder.movedAside.length, 1);
    assert.equal(readFileSync(folder.movedAside[0] ?? '', 'utf8'), 'damaged');
  });
});
