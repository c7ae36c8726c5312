import assert from 'node:assert/strict';
import FakeTimers from '@sinonjs/fake-timers';
import type { DiskStore } from '../../src/store/disk-store.ts';
import type { Group, GroupReply, StoreThread } from '../../src/store/operations.ts';
import type { Outbox } from '../../src/store/store.ts';
import { WorkerThread } from '../../src/store/worker-thread.ts';
import { InlineStore } from '../support/inline-store.ts';
import { addNumbered, closeDeadline, machine, numbered, own, samplesIn, StoreFolder } from './store-folder.ts';

/** Counts what goes to the thread. */
class CountingThread implements StoreThread {
  readonly groups: number[] = [];
  readonly #thread = new WorkerThread();

  run(group: Group): Promise<GroupReply> {
    this.groups.push(group.operations.length);
    return this.#thread.run(group);
  }

  close(path: string): Promise<void> {
    return this.#thread.close(path);
  }
}

/** A sample of this many characters. */
const sample = (characters: number): string => JSON.stringify('x'.repeat(characters - 2));

/** Adds one sample after the other until one is refused; how many were taken, and why not more. */
async function fill(outbox: Outbox, characters: number): Promise<{ count: number; error: unknown }> {
  for (let count = 0; ; count += 1) {
    try {
      await outbox.add({ queue: own, node: 'node', samples: [sample(characters)] });
    } catch (error) {
      return { count, error };
    }
  }
}

describe('outbox', () => {
  let folder: StoreFolder;

  beforeEach(() => {
    folder = new StoreFolder();
  });

  afterEach(() => folder.remove());

  async function reopened(): Promise<DiskStore> {
    await folder.closeStores();
    return folder.open();
  }

  it('keeps samples, their order and their text over reopening', async () => {
    const samples = [
      '{"a":1.50}',
      '21.5',
      'false',
      '{"text":"grün \\u0000 \u{1F980}"}',
      '{"long":12345678901234567890}',
    ];
    const { outbox } = folder.open();
    await outbox.add({ queue: own, node: 'a', samples: samples.slice(0, 2) });
    await outbox.add({ queue: own, node: 'b', samples: samples.slice(2) });
    const after = await reopened();
    const batch = await after.outbox.read(own, 0, { samples: 1000, bytes: 100_000 });
    assert.equal(Buffer.from(batch?.body ?? []).toString(), `[${samples.join(',')}]`);
    assert.deepEqual([batch?.count, batch?.node], [5, 'a']);
  });

  it('continues behind what is there after reopening', async () => {
    await addNumbered(folder.open().outbox, 0, 10);
    const { outbox } = await reopened();
    await addNumbered(outbox, 10, 10);
    assert.deepEqual(await samplesIn(outbox), numbered(0, 20));
  });

  it('commits what is added at once in few groups', async () => {
    const thread = new CountingThread();
    const { outbox } = folder.open({}, thread);
    await Promise.all(Array.from({ length: 900 }, (_, index) => addNumbered(outbox, index, 1)));
    assert.ok(thread.groups.length <= 3, `${thread.groups.length} groups`);
    assert.deepEqual(await samplesIn(outbox), numbered(0, 900));
  });

  it('refuses one of many that are added at once without harm to the others', async () => {
    const { outbox } = folder.open({ mostBytes: 10_000 });
    const outcomes = await Promise.allSettled([
      addNumbered(outbox, 0, 2),
      addNumbered(outbox, 2, 2),
      outbox.add({ queue: own, node: 'node', samples: [sample(20_000)] }),
      addNumbered(outbox, 4, 2),
    ]);
    assert.deepEqual(
      outcomes.map(({ status }) => status),
      ['fulfilled', 'fulfilled', 'rejected', 'fulfilled'],
    );
    assert.deepEqual(await samplesIn((await reopened()).outbox), numbered(0, 6));
  });

  it('tells what waits, and since when', async () => {
    const before = Date.now();
    const { outbox } = folder.open();
    assert.deepEqual(outbox.backlog, { samples: 0 });
    await addNumbered(outbox, 0, 3);
    await addNumbered(outbox, 0, 2, machine);
    const { samples, oldestAt = 0 } = outbox.backlog;
    assert.equal(samples, 5);
    assert.ok(oldestAt >= before && oldestAt <= Date.now());
    const after = await reopened();
    assert.deepEqual(await after.outbox.queues(), [own, machine]);
    assert.deepEqual(after.outbox.backlog, { samples, oldestAt });
  });

  describe('bounds', () => {
    it('reject: refuses new samples with KAA_STORE_FULL and keeps all that wait', async () => {
      const { outbox } = folder.open({ mostBytes: 10_000 });
      const { count, error } = await fill(outbox, 100);
      assert.ok(count > 10, `${count} samples`);
      assert.ok(error instanceof Error && 'code' in error);
      assert.equal(error.code, 'KAA_STORE_FULL');
      const { outbox: after } = await reopened();
      assert.equal((await samplesIn(after)).length, count);
      assert.equal(folder.dropped, 0);
    });

    it('reject: takes new samples again as soon as others have left', async () => {
      const { outbox } = folder.open({ mostBytes: 10_000 });
      await fill(outbox, 100);
      const batch = await outbox.read(own, 0, { samples: 1, bytes: 1000 });
      await outbox.remove(own, batch?.last ?? 0);
      assert.equal((await fill(outbox, 100)).count, 1);
    });

    it('a message is stored as a whole or not at all', async () => {
      const { outbox } = folder.open({ mostBytes: 10_000 });
      const { count } = await fill(outbox, 100);
      const { last = 0 } = (await outbox.read(own, 0, { samples: 2, bytes: 1000 })) ?? {};
      await outbox.remove(own, last);
      const samples = [sample(100), sample(100), sample(100)];
      await assert.rejects(outbox.add({ queue: own, node: 'node', samples }), { code: 'KAA_STORE_FULL' });
      assert.equal(outbox.backlog.samples, count - 2);
      await outbox.add({ queue: own, node: 'node', samples: samples.slice(1) });
      assert.equal(outbox.backlog.samples, count);
    });

    it('drop-oldest: drops exactly the oldest, of whatever endpoint, and tells how many', async () => {
      const store = folder.open({ mostBytes: 10_000 });
      const { count } = await fill(store.outbox, 100);
      await store.outbox.remove(own, Number.MAX_SAFE_INTEGER);
      await store.close(closeDeadline);
      const { outbox: dropping } = folder.open({ mostBytes: 10_000, overflow: 'drop-oldest' });
      for (let n = 0; n < count + 3; n += 1) {
        const queue = n % 2 === 0 ? own : machine;
        await dropping.add({ queue, node: 'node', samples: [JSON.stringify(String(n).padStart(98, '0'))] });
      }
      assert.equal(folder.dropped, 3);
      const left = [...(await samplesIn(dropping)), ...(await samplesIn(dropping, machine))].map(Number);
      assert.deepEqual(
        left.toSorted((a, b) => a - b),
        Array.from({ length: count }, (_, index) => index + 3),
      );
    });

    for (const overflow of ['reject', 'drop-oldest'] as const) {
      it(`${overflow}: a sample larger than the bound is refused, and none is dropped for it`, async () => {
        const { outbox } = folder.open({ mostBytes: 10_000, overflow });
        await addNumbered(outbox, 0, 5);
        const samples = [sample(10_001)];
        await assert.rejects(outbox.add({ queue: own, node: 'node', samples }), { code: 'KAA_STORE_FULL' });
        assert.deepEqual(await samplesIn(outbox), numbered(0, 5));
        assert.equal(folder.dropped, 0);
      });
    }

    it('longestAge: gives up samples that have waited longer, and tells how many', async () => {
      const clock = FakeTimers.install({ toFake: ['Date', 'performance'] });
      const disk = new InlineStore();
      try {
        let expired = 0;
        const lost = (_dropped: number, count: number): void => void (expired += count);
        const { outbox } = disk.open({ longestAge: 86_400_000 }, { lost });
        await addNumbered(outbox, 0, 4);
        clock.tick(43_200_000);
        await addNumbered(outbox, 4, 3);
        assert.deepEqual(await samplesIn(outbox), numbered(0, 7));
        clock.tick(43_300_000);
        await outbox.queues();
        assert.deepEqual(await samplesIn(outbox), numbered(4, 3));
        assert.equal(expired, 4);
      } finally {
        disk.remove();
        clock.uninstall();
      }
    });
  });

  describe('batches', () => {
    const read = async (outbox: Outbox, samples: number, bytes: number): Promise<string> =>
      Buffer.from((await outbox.read(own, 0, { samples, bytes }))?.body ?? []).toString();

    it('hold as many samples as are allowed', async () => {
      const { outbox } = folder.open();
      await addNumbered(outbox, 0, 5);
      assert.equal(await read(outbox, 3, 1000), '[{"n":0},{"n":1},{"n":2}]');
    });

    it('have as many bytes as are allowed, to the last', async () => {
      const { outbox } = folder.open();
      await outbox.add({ queue: own, node: 'node', samples: ['"ää"', '"bb"', '"cc"'] });
      const two = '["ää","bb"]';
      assert.equal(await read(outbox, 10, Buffer.byteLength(two)), two);
      assert.equal(await read(outbox, 10, Buffer.byteLength(two) - 1), '["ää"]');
    });

    it('of a first sample that is larger hold it alone', async () => {
      const { outbox } = folder.open();
      await outbox.add({ queue: own, node: 'node', samples: [sample(500), '1', '2'] });
      assert.equal(await read(outbox, 10, 100), `[${sample(500)}]`);
    });

    it('name the node that stored their first sample', async () => {
      const { outbox } = folder.open();
      await outbox.add({ queue: own, node: 'first', samples: ['1', '2'] });
      await outbox.add({ queue: own, node: 'second', samples: ['3'] });
      const limits = { samples: 10, bytes: 1000 };
      assert.equal((await outbox.read(own, 0, limits))?.node, 'first');
      const { last = 0 } = (await outbox.read(own, 0, { ...limits, samples: 2 })) ?? {};
      assert.equal((await outbox.read(own, last, limits))?.node, 'second');
    });

    it('stay until they are removed, and nothing behind them leaves with them', async () => {
      const { outbox } = folder.open();
      await addNumbered(outbox, 0, 5);
      const { last = 0 } = (await outbox.read(own, 0, { samples: 2, bytes: 1000 })) ?? {};
      assert.equal(outbox.backlog.samples, 5);
      await outbox.remove(own, last);
      assert.deepEqual(await samplesIn((await reopened()).outbox), numbered(2, 3));
    });
  });

  describe('queues', () => {
    it('are apart', async () => {
      const { outbox } = folder.open();
      const second = { ...machine, appVersion: 'v2' };
      await addNumbered(outbox, 0, 2);
      await addNumbered(outbox, 10, 2, machine);
      await addNumbered(outbox, 20, 2, second);
      await addNumbered(outbox, 2, 2);
      await outbox.remove(machine, Number.MAX_SAFE_INTEGER);
      assert.deepEqual(await samplesIn(outbox), numbered(0, 4));
      assert.deepEqual(await samplesIn(outbox, machine), []);
      assert.deepEqual(await samplesIn(outbox, second), numbered(20, 2));
      assert.deepEqual(await outbox.queues(), [own, second]);
    });

    it('without samples are forgotten: their token is in no row any more', async () => {
      const { outbox } = folder.open();
      await addNumbered(outbox, 0, 3);
      await addNumbered(outbox, 0, 3, machine);
      await outbox.remove(machine, Number.MAX_SAFE_INTEGER);
      assert.deepEqual(await outbox.queues(), [own]);
      await folder.closeStores();
      assert.deepEqual(
        folder.query('SELECT token FROM queues').map((row) => ({ ...Object(row) })),
        [{ token: '' }],
      );
    });

    it('that were forgotten can be used again', async () => {
      const { outbox } = folder.open();
      await addNumbered(outbox, 0, 3, machine);
      await outbox.remove(machine, Number.MAX_SAFE_INTEGER);
      await addNumbered(outbox, 3, 3, machine);
      assert.deepEqual(await samplesIn(outbox, machine), numbered(3, 3));
      assert.deepEqual(await samplesIn((await reopened()).outbox, machine), numbered(3, 3));
    });

    it('of the own token are marked, without the token itself', async () => {
      const { outbox } = folder.open();
      await addNumbered(outbox, 0, 3);
      await folder.closeStores();
      assert.deepEqual(
        folder.query('SELECT token, app_version FROM queues').map((row) => ({ ...Object(row) })),
        [{ token: '', app_version: '' }],
      );
    });
  });

  it('is closed for what comes later: KAA_CLOSED', async () => {
    const store = folder.open();
    await addNumbered(store.outbox, 0, 1);
    await store.close(closeDeadline);
    await assert.rejects(addNumbered(store.outbox, 1, 1), { code: 'KAA_CLOSED' });
  });

  it('waits at closing for what it was asked for', async () => {
    const store = folder.open();
    const added = Array.from({ length: 2500 }, (_, index) => addNumbered(store.outbox, index, 1));
    await store.close(closeDeadline);
    await Promise.all(added);
    assert.deepEqual(await samplesIn(folder.open().outbox), numbered(0, 2500));
  });
});
