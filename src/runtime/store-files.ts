/** Where the stores of the kaa-endpoints lie, and which of them no endpoint uses any more. */
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { homedir } from 'node:os';
import { basename, join, resolve } from 'node:path';
import type { NodeAPI } from 'node-red';
import { asError } from '../protocol/errors.ts';
import { DiskStore } from '../store/disk-store.ts';
import { isStoreFile } from '../store/store-file.ts';
import { WorkerThread } from '../store/worker-thread.ts';
import { inUserLanguage } from './error-language.ts';
import { whenFlowsStarted } from './flow-events.ts';
import { sharedTexts } from './texts.ts';

/** The thread that writes all stores of this process. */
export const storeThread = new WorkerThread();

const suffix = '.sqlite';

/** Milliseconds for the closing of a file that was only looked at. */
const closeDeadline = 10_000;

/** `kaa.storeDir` of settings.js, or the folder `kaa` in the user directory. */
function directoryOf({ settings }: NodeAPI): string {
  const userDirectory = settings.userDir ?? join(homedir(), '.node-red');
  const kaa: unknown = 'kaa' in settings ? settings.kaa : undefined;
  const given: unknown = typeof kaa === 'object' && kaa !== null && 'storeDir' in kaa ? kaa.storeDir : undefined;
  return typeof given === 'string' && given !== '' ? resolve(userDirectory, given) : join(userDirectory, 'kaa');
}

/** The database file of a kaa-endpoint; ids that are no file names are hashed. */
export function storePath(RED: NodeAPI, nodeId: string): string {
  const name = /^[\w-][\w.-]{0,99}$/.test(nodeId) ? nodeId : createHash('sha256').update(nodeId).digest('hex');
  return join(directoryOf(RED), name + suffix);
}

/** Whether something is remembered for a kaa-endpoint, or may be. */
export function hasStore(path: string): boolean {
  return existsSync(path);
}

/** Files that were told of. */
const told = new Set<string>();

/** Warns once of each store in which samples of an endpoint wait that is not in the flows any more. */
export function watchForOrphans(RED: NodeAPI): void {
  whenFlowsStarted(RED, () => {
    findOrphans(RED).catch((error: unknown) => RED.log.warn(inUserLanguage(asError(error), sharedTexts(RED)).message));
  });
}

async function findOrphans(RED: NodeAPI): Promise<void> {
  const used = new Set<string>();
  RED.nodes.eachNode(({ id }) => used.add(storePath(RED, id)));
  const directory = directoryOf(RED);
  if (!existsSync(directory)) return;
  for (const name of await readdir(directory)) {
    const path = join(directory, name);
    // The endpoint of a subflow has an id of its own in each instance, which is not in the flow file.
    const isUsed = used.has(path) || (RED.nodes.getNode(basename(name, suffix)) ?? null) !== null;
    if (!name.endsWith(suffix) || isUsed || told.has(path)) continue;
    told.add(path);
    if (!(await isStoreFile(path))) continue;
    const texts = sharedTexts(RED);
    const warn = (text: string): void => RED.log.warn(`[kaa-endpoint] ${text}`);
    const samples = await samplesIn(path, (aside) => warn(texts('log.store.damaged', { file: path, aside })));
    if (samples > 0) warn(texts('log.store.orphan', { count: samples, file: path }));
  }
}

/** 0 also where the file cannot be read. */
async function samplesIn(path: string, movedAside: (aside: string) => void): Promise<number> {
  const events = { movedAside, lost() {}, backlogChanged() {} };
  const file = { path, mostBytes: Infinity, longestAge: 0, overflow: 'reject' } as const;
  const store = new DiskStore(storeThread, file, events);
  try {
    await store.outbox.queues();
    return store.outbox.backlog.samples;
  } catch {
    return 0;
  } finally {
    await store.close(closeDeadline);
  }
}
