/** Another process that uses a store: `child.ts PATH once|hold|add`. */
import { DiskStore } from '../../src/store/disk-store.ts';
import { WorkerThread } from '../../src/store/worker-thread.ts';
import { own } from './store-folder.ts';

const [path = '', task] = process.argv.slice(2);
const store = new DiskStore(
  new WorkerThread(),
  { path, mostBytes: 64 * 1_048_576, longestAge: 0, overflow: 'reject' },
  { movedAside() {}, lost() {}, backlogChanged() {} },
);

/** Each message holds a sample and its twin: both are stored, or none. */
async function add(number: number): Promise<void> {
  const samples = [JSON.stringify({ n: number }), JSON.stringify({ twin: number })];
  await store.outbox.add({ queue: own, node: 'child', samples });
  process.stdout.write(`${number}\n`);
}

async function addOneAfterTheOther(first: number, step: number): Promise<void> {
  for (let number = first; ; number += step) await add(number);
}

switch (task) {
  case 'once':
    await add(0);
    await store.close(10_000);
    break;
  case 'hold':
    await add(0);
    process.stdin.once('end', () => void store.close(10_000)).resume();
    break;
  default: {
    const first = Number(task);
    await Promise.all(Array.from({ length: 20 }, (_, index) => addOneAfterTheOther(first + index, 20)));
  }
}
