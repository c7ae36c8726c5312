/** A store in which samples wait, as if the server had been away for long. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DiskStore } from '../../../src/store/disk-store.ts';
import { WorkerThread } from '../../../src/store/worker-thread.ts';
import type { Cleanup } from '../cleanup.ts';
import { sample } from '../endpoint.ts';

/** Samples that are added as if they were one message. */
const together = 1000;

/** Milliseconds for the closing of the file. */
const closeDeadline = 60_000;

/** Whoever has the file sends these as their own. */
const ownQueue = { token: '', appVersion: '' } as const;

/** Makes a store with this many samples of the endpoint itself; returns its path. */
export async function makeBacklog(samples: number, cleanup: Cleanup): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'kaa-bench-backlog-'));
  cleanup.add(() => rm(folder, { recursive: true, force: true, maxRetries: 3 }));
  const path = join(folder, 'backlog.sqlite');
  const file = { path, mostBytes: Infinity, longestAge: 0, overflow: 'reject' } as const;
  const store = new DiskStore(new WorkerThread(), file, { movedAside() {}, lost() {}, backlogChanged() {} });
  for (let made = 0; made < samples; made += together) {
    const count = Math.min(together, samples - made);
    const encoded = Array.from({ length: count }, (_, index) => JSON.stringify(sample(made + index)));
    await store.outbox.add({ queue: ownQueue, node: 'telemetry', samples: encoded });
  }
  await store.close(closeDeadline);
  return path;
}
