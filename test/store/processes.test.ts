import assert from 'node:assert/strict';
import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import type { Worker } from 'node:worker_threads';
import { WorkerThread } from '../../src/store/worker-thread.ts';
import { until } from '../support/until.ts';
import { addNumbered, closeDeadline, numbered, own, samplesIn, StoreFolder } from './store-folder.ts';

const script = fileURLToPath(new URL('child.ts', import.meta.url));

/** A process that uses the file, and what it has printed. */
class Child {
  readonly lines: string[] = [];
  readonly exit: Promise<unknown[]>;
  readonly #process: ChildProcessByStdio<Writable, Readable, null>;

  constructor(path: string, task: string) {
    this.#process = spawn(process.execPath, [script, path, task], { stdio: ['pipe', 'pipe', 'inherit'] });
    this.exit = once(this.#process, 'close');
    createInterface(this.#process.stdout).on('line', (line) => this.lines.push(line));
  }

  endInput(): void {
    this.#process.stdin.end();
  }

  async kill(): Promise<void> {
    this.#process.kill('SIGKILL');
    await this.exit;
  }
}

describe('processes that use a store', () => {
  let folder: StoreFolder;
  let child: Child | undefined;

  beforeEach(() => {
    folder = new StoreFolder();
    child = undefined;
  });

  afterEach(async () => {
    await child?.kill();
    await folder.remove();
  });

  function start(task: string): Child {
    child = new Child(folder.path, task);
    return child;
  }

  it('end by themselves once the store is closed', async () => {
    const { exit, lines } = start('once');
    assert.deepEqual(await exit, [0, null]);
    assert.deepEqual(lines, ['0']);
    assert.deepEqual(await samplesIn(folder.open().outbox), [{ n: 0 }, { twin: 0 }]);
  });

  it('keep others out with KAA_STORE, until they end', async () => {
    const holder = start('hold');
    await until(() => holder.lines.length > 0);
    const { outbox } = folder.open();
    await assert.rejects(addNumbered(outbox, 1, 1), { code: 'KAA_STORE' });
    holder.endInput();
    await holder.exit;
    await addNumbered(outbox, 1, 1);
    assert.deepEqual(await samplesIn(outbox), [{ n: 0 }, { twin: 0 }, { n: 1 }]);
    assert.deepEqual(folder.movedAside, []);
  });

  it('that are killed leave all that was committed, each message whole, and nobody out', async () => {
    const committed = new Set<number>();
    for (const round of [1, 2, 3, 4]) {
      const adder = start(String(round * 1_000_000));
      await until(() => adder.lines.length > 100 * round);
      await adder.kill();
      for (const line of adder.lines) committed.add(Number(line));
      const store = folder.open();
      const stored = await samplesIn(store.outbox);
      await store.close(closeDeadline);
      const numbers = stored.filter((_, index) => index % 2 === 0);
      const twins = stored.filter((_, index) => index % 2 === 1);
      const values = numbers.map((sample) => Number(Object.values(Object(sample))[0]));
      assert.deepEqual(
        [numbers, twins],
        [values.map((n) => ({ n })), values.map((twin) => ({ twin }))],
        'a message is not whole',
      );
      const missing = [...committed].filter((number) => !values.includes(number));
      assert.deepEqual(missing, []);
    }
    assert.deepEqual(folder.movedAside, []);
  });

  it('start the thread again where it ended: what waited for it is refused, what comes next is stored', async () => {
    const started: Promise<[Worker]> = new Promise((resolve) => {
      process.once('worker', (worker) => resolve([worker]));
    });
    const { outbox } = folder.open({}, new WorkerThread());
    await addNumbered(outbox, 0, 1);
    const [worker] = await started;
    const ended = worker.terminate();
    await assert.rejects(addNumbered(outbox, 1, 1), { code: 'KAA_STORE' });
    await ended;
    await addNumbered(outbox, 2, 1);
    assert.deepEqual(await samplesIn(outbox), [...numbered(0, 1), ...numbered(2, 1)]);
  });

  it('have one thread for all stores', async () => {
    const workers: Worker[] = [];
    const count = (worker: Worker): void => void workers.push(worker);
    process.on('worker', count);
    try {
      const second = new StoreFolder();
      const thread = new WorkerThread();
      const [a, b] = [folder.open({}, thread), second.open({}, thread)];
      await Promise.all([addNumbered(a.outbox, 0, 1), addNumbered(b.outbox, 0, 1)]);
      await a.close(closeDeadline);
      await addNumbered(b.outbox, 1, 1);
      assert.deepEqual(await samplesIn(b.outbox, own), numbered(0, 2));
      await second.remove();
      assert.equal(workers.length, 1);
    } finally {
      process.off('worker', count);
    }
  });
});
