/** The store's thread, one for the process: it runs while a file is in use, and is started again where it broke. */
import { once } from 'node:events';
import { extname } from 'node:path';
import { Worker } from 'node:worker_threads';
import { asError } from '../protocol/errors.ts';
import { wording } from '../protocol/wording.ts';
import type { Group, GroupReply, StoreThread } from './operations.ts';
import { StoreFailure } from './store-failure.ts';

export interface ToThread {
  readonly number: number;
  readonly order: { readonly group: Group } | { readonly close: string };
}

export interface FromThread {
  readonly number: number;
  /** Absent for a close. */
  readonly reply?: GroupReply;
}

interface Waiting {
  readonly resolve: (reply: GroupReply | undefined) => void;
  readonly reject: (error: Error) => void;
}

/** In tests the sources themselves are run. */
const script = new URL(`./database/worker${extname(import.meta.url)}`, import.meta.url);

/** `node:sqlite` wants a flag before Node 22.13, and warns of itself for long after it. */
const execArgv = ['--experimental-sqlite', '--disable-warning=ExperimentalWarning'];

export class WorkerThread implements StoreThread {
  readonly #waiting = new Map<number, Waiting>();
  /** Paths of the files in use. */
  readonly #files = new Set<string>();
  #worker: Worker | undefined;
  #last = 0;

  async run(group: Group): Promise<GroupReply> {
    this.#files.add(group.file.path);
    const reply = await this.#ask({ group });
    if (reply === undefined) throw new StoreFailure(wording('store.threadNoAnswer'));
    return reply;
  }

  async close(path: string): Promise<void> {
    if (!this.#files.delete(path)) return;
    if (this.#worker !== undefined) await this.#ask({ close: path });
    if (this.#files.size > 0 || this.#waiting.size > 0) return;
    const worker = this.#worker;
    this.#worker = undefined;
    await worker?.terminate();
  }

  #ask(order: ToThread['order']): Promise<GroupReply | undefined> {
    this.#last += 1;
    const number = this.#last;
    const { promise, resolve, reject } = Promise.withResolvers<GroupReply | undefined>();
    this.#waiting.set(number, { resolve, reject });
    this.#worker ??= this.#start();
    this.#worker.postMessage({ number, order } satisfies ToThread);
    return promise;
  }

  #start(): Worker {
    const worker = new Worker(script, { name: 'kaa-store', execArgv });
    worker.on('message', ({ number, reply }: FromThread) => {
      const waiting = this.#waiting.get(number);
      this.#waiting.delete(number);
      waiting?.resolve(reply);
    });
    void this.#watch(worker);
    return worker;
  }

  async #watch(worker: Worker): Promise<void> {
    let reason: Error = new StoreFailure(wording('store.threadEnded'));
    try {
      await once(worker, 'exit');
    } catch (error) {
      reason = asError(error);
    }
    // One that was ended on purpose has been replaced or is not needed any more.
    if (this.#worker !== worker) return;
    this.#worker = undefined;
    const waiting = [...this.#waiting.values()];
    this.#waiting.clear();
    for (const { reject } of waiting) reject(reason);
  }
}
