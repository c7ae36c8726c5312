/**
 * The store of one kaa-endpoint: a database file, written by another thread, so that the event loop never waits for the
 * disk. What is asked for while the thread is at work goes to it together, and is committed together.
 */
import { randomUUID } from 'node:crypto';
import { setImmediate as nextTurn } from 'node:timers/promises';
import {
  asError,
  KaaBusyError,
  KaaClosedError,
  type KaaError,
  KaaStoreError,
  KaaStoreFullError,
} from '../protocol/errors.ts';
import { type Words, wording } from '../protocol/wording.ts';
import {
  charactersIn,
  type CommandKey,
  type CommandRow,
  type Group,
  type GroupReply,
  type Operation,
  type OperationArguments,
  type OperationName,
  type OperationResult,
  type Operations,
  type RecordKind,
  type Refusal,
  type StoreFile,
  type StoreThread,
} from './operations.ts';
import { StoreFailure } from './store-failure.ts';
import type {
  Backlog,
  CommandLedger,
  Outbox,
  Records,
  Store,
  StoredCommand,
  StoredConfiguration,
  StoredSoftware,
} from './store.ts';

/** Tells what this process has written from what an earlier one has. */
const thisProcess = randomUUID();

/** Operations of one group: few enough for the event loop to tell all who wait of its end. */
const mostOperations = 1000;

/** Characters of samples in one group, beside those of its first message. */
const mostCharacters = 1_048_576;

/** Outcomes that are told in one turn of the event loop. */
const outcomesPerTurn = 100;

/** Messages that may wait for the disk. */
const mostWaiting = 100_000;

/** Milliseconds until something that could not be read is read again. */
const readPauses = [1000, 2000, 4000];

/** Characters of samples that may wait for the disk. */
const mostWaitingCharacters = 64 * 1_048_576;

/** What happens to a store beside what it is asked for. */
export interface StoreEvents {
  /** The file was damaged and was moved to `path`; a fresh one is in its place. */
  movedAside(path: string): void;
  /** Waiting samples had to go for newer ones, or because they had waited too long. */
  lost(dropped: number, expired: number): void;
  /** What waits to be forwarded has changed. */
  backlogChanged(): void;
}

interface Waiting {
  readonly operation: Operation;
  readonly characters: number;
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: KaaError) => void;
}

export class DiskStore implements Store {
  readonly process: string;
  readonly commands: CommandLedger;
  readonly configurations: Records<StoredConfiguration>;
  readonly software: Records<StoredSoftware>;
  readonly outbox: Outbox;
  readonly #thread: StoreThread;
  readonly #file: StoreFile;
  readonly #events: StoreEvents;
  #waiting: Waiting[] = [];
  #waitingCharacters = 0;
  #backlog: Backlog = { samples: 0 };
  #phase: 'idle' | 'working' = 'idle';
  #closed = false;
  /** What ends the waiting for another try, and its timer. */
  readonly #pauses = new Map<NodeJS.Timeout, () => void>();
  /** Called when nothing waits any more. */
  #whenIdle: (() => void)[] = [];

  /** @param process another one than this process, to see what a restart does */
  constructor(thread: StoreThread, file: StoreFile, events: StoreEvents, process: string = thisProcess) {
    this.#thread = thread;
    this.#file = file;
    this.#events = events;
    this.process = process;
    this.commands = {
      read: async (endpoint) => {
        const entries = await this.#read('readCommands', endpoint);
        return entries.map((json) => JSON.parse(json) as StoredCommand);
      },
      write: (endpoint, commands) => this.#ask('writeCommands', endpoint, commands.map(rowOf)),
      remove: (endpoint, command) => this.#ask('removeCommand', endpoint, keyOf(command)),
    };
    this.configurations = this.#records('configuration');
    this.software = this.#records('software');
    this.outbox = this.#outbox();
  }

  /**
   * Ends the use of the file, when all is settled.
   * @param deadline milliseconds that this may take; the rest is done behind it
   */
  close(deadline: number): Promise<void> {
    return within(deadline, this.#close());
  }

  async #close(): Promise<void> {
    do {
      await this.#idle();
      await nextTurn();
    } while (this.#phase !== 'idle');
    this.#closed = true;
    for (const [timer, end] of this.#pauses) {
      clearTimeout(timer);
      end();
    }
    this.#pauses.clear();
    await this.#thread.close(this.#file.path);
  }

  #idle(): Promise<void> {
    if (this.#phase === 'idle') return Promise.resolve();
    return new Promise((resolve) => {
      this.#whenIdle.push(resolve);
    });
  }

  #records<Value>(kind: RecordKind): Records<Value> {
    return {
      read: async (endpoint, name) => {
        const json = await this.#read('readRecord', kind, endpoint, name);
        return json === undefined ? undefined : (JSON.parse(json) as Value);
      },
      write: (endpoint, name, value) => this.#ask('writeRecord', kind, endpoint, name, JSON.stringify(value)),
    };
  }

  #outbox(): Outbox {
    const backlog = (): Backlog => this.#backlog;
    return {
      get backlog() {
        return backlog();
      },
      add: (samples) => {
        if (this.#waiting.length >= mostWaiting || this.#waitingCharacters >= mostWaitingCharacters) {
          return Promise.reject(new KaaBusyError(this.#waiting.length, 'requests'));
        }
        return this.#ask('addSamples', samples, Date.now());
      },
      queues: () => this.#ask('queues'),
      read: (queue, after, limits) => this.#ask('readSamples', queue, after, limits),
      remove: (queue, last) => this.#ask('removeSamples', queue, last),
      discard: () => this.#ask('discardSamples'),
    };
  }

  /** A file that cannot be read for a moment must not make everybody forget what is in it. */
  async #read<Name extends OperationName>(
    name: Name,
    ...args: OperationArguments[Name]
  ): Promise<ReturnType<Operations[Name]>> {
    for (const pause of readPauses) {
      try {
        return await this.#ask(name, ...args);
      } catch (error) {
        if (!(error instanceof KaaStoreError)) throw error;
      }
      await this.#pause(pause);
    }
    return this.#ask(name, ...args);
  }

  #pause(milliseconds: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(() => {
        this.#pauses.delete(timer);
        resolve();
      }, milliseconds);
      this.#pauses.set(timer, resolve);
    });
  }

  #ask<Name extends OperationName>(
    name: Name,
    ...args: OperationArguments[Name]
  ): Promise<ReturnType<Operations[Name]>> {
    if (this.#closed) return Promise.reject(new KaaClosedError(false));
    const { promise, resolve, reject } = Promise.withResolvers<unknown>();
    const operation = { name, args } as Operation;
    const characters = charactersIn(operation);
    this.#waiting.push({ operation, characters, resolve, reject });
    this.#waitingCharacters += characters;
    if (this.#phase === 'idle') void this.#work();
    return promise as Promise<ReturnType<Operations[Name]>>;
  }

  async #work(): Promise<void> {
    this.#phase = 'working';
    let told: Promise<void> = Promise.resolve();
    while (this.#waiting.length > 0) {
      const group = this.#next();
      const reply = this.#run({ file: this.#file, operations: group.map(({ operation }) => operation) });
      // Who waited for the group before hears of it while the thread is at work.
      await told;
      const { results, movedAside, dropped, expired, backlog } = await reply;
      if (movedAside !== undefined) this.#events.movedAside(movedAside);
      if (dropped + expired > 0) this.#events.lost(dropped, expired);
      this.#setBacklog(backlog);
      told = this.#tell(group, results);
      // What they ask for next can go with the next group.
      if (this.#waiting.length === 0) await told;
    }
    await told;
    if (this.#waiting.length > 0) return this.#work();
    this.#phase = 'idle';
    const callbacks = this.#whenIdle;
    this.#whenIdle = [];
    for (const callback of callbacks) callback();
    return undefined;
  }

  #next(): readonly Waiting[] {
    let characters = 0;
    let count = 0;
    for (const waiting of this.#waiting) {
      characters += waiting.characters;
      if (count === mostOperations || (count > 0 && characters > mostCharacters)) break;
      count += 1;
    }
    const group = this.#waiting.slice(0, count);
    this.#waiting = this.#waiting.slice(count);
    for (const waiting of group) this.#waitingCharacters -= waiting.characters;
    return group;
  }

  async #run(group: Group): Promise<GroupReply> {
    try {
      return await this.#thread.run(group);
    } catch (error) {
      const refusal: Refusal = { kind: 'failed', reason: reasonOf(error) };
      return { results: group.operations.map(() => ({ refusal })), dropped: 0, expired: 0 };
    }
  }

  /** In several turns of the event loop, where there are many. */
  async #tell(group: readonly Waiting[], results: readonly OperationResult[]): Promise<void> {
    for (const [index, { resolve, reject }] of group.entries()) {
      if (index > 0 && index % outcomesPerTurn === 0) await nextTurn();
      const result = results[index];
      if (result !== undefined && 'value' in result) resolve(result.value);
      else reject(errorOf(result?.refusal));
    }
  }

  #setBacklog(backlog: Backlog | undefined): void {
    if (backlog === undefined) return;
    const { samples, oldestAt } = this.#backlog;
    this.#backlog = backlog;
    if (samples !== backlog.samples || oldestAt !== backlog.oldestAt) this.#events.backlogChanged();
  }
}

function keyOf({ type, id, digest = '' }: StoredCommand): CommandKey {
  return [type, id, digest];
}

function rowOf(command: StoredCommand): CommandRow {
  return [...keyOf(command), JSON.stringify(command)];
}

async function within(deadline: number, work: Promise<void>): Promise<void> {
  const { promise: late, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, deadline);
  await Promise.race([work.finally(() => clearTimeout(timer)), late]);
}

function reasonOf(error: unknown): Words {
  return error instanceof StoreFailure ? error.reason : asError(error).message;
}

function errorOf(refusal: Refusal | undefined): KaaError {
  if (refusal?.kind === 'full') return new KaaStoreFullError(refusal.reason);
  return new KaaStoreError(refusal?.reason ?? wording('store.noAnswer'));
}
