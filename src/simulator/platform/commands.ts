import { jsonSize } from './json-text.ts';
import { entryOverhead, type Storage } from './storage.ts';

export type CommandStatus = 'pending' | 'completed' | 'expired';

/** 11/CEP: how the execution of a command ended, as the endpoint reported it. */
export interface CommandResult {
  readonly statusCode: number;
  readonly reasonPhrase?: string;
  /** Absent where the endpoint sent none. */
  readonly payload?: unknown;
}

/** A command for one endpoint. */
export interface Command {
  readonly id: number;
  readonly type: string;
  /** Absent where the command has none. */
  readonly payload?: unknown;
  /** Seconds from its creation during which it is delivered; 0 = pushed once and never returned on a request. */
  readonly ttl: number;
  /** Milliseconds since 1970. */
  readonly createdAt: number;
  /** How often it was sent to the endpoint. */
  deliveries: number;
  /** How many results came for it. */
  results: number;
  /** The first result; absent before. */
  result?: CommandResult;
  /** Milliseconds since 1970; absent before. */
  completedAt?: number;
}

const mostCommands = 10_000;

/** Of payloads and results as JSON; all pending commands of a type go into one message. */
const mostBytes = 8 * 1_048_576;

/** The time to live limits the delivery: a command that was delivered in time is completed by its result even later. */
export function commandStatus(command: Command): CommandStatus {
  if (command.completedAt !== undefined) return 'completed';
  return Date.now() < command.createdAt + command.ttl * 1000 ? 'pending' : 'expired';
}

/** The commands of one endpoint, all types. Where there are too many, the oldest that is not pending is forgotten. */
export class Commands {
  readonly #storage: Storage;
  readonly #byId = new Map<number, Command>();
  #bytes = 0;

  constructor(storage: Storage) {
    this.#storage = storage;
  }

  /** Undefined where too much is pending to take another. */
  create(id: number, type: string, ttl: number, payload: unknown): Command | undefined {
    const command = { id, type, payload, ttl, createdAt: Date.now(), deliveries: 0, results: 0 };
    return this.add(command) ? command : undefined;
  }

  /** False where there is no room. */
  add(command: Command): boolean {
    const bytes = commandSize(command);
    if (!this.#makeRoom(1, bytes) || !this.#storage.take(bytes)) return false;
    this.#byId.set(command.id, command);
    this.#bytes += bytes;
    return true;
  }

  /** In the order of their creation. */
  pending(type: string): Command[] {
    return [...this.#byId.values()].filter((each) => each.type === type && commandStatus(each) === 'pending');
  }

  /**
   * Takes a result: the first completes its command, further ones are counted; IDs unknown to the type do nothing. Of
   * one that is too large for the memory that is left only the status code is kept.
   */
  report(type: string, id: number, result: CommandResult): void {
    const command = this.#byId.get(id);
    if (command?.type !== type) return;
    command.results += 1;
    if (command.completedAt !== undefined) return;
    command.completedAt = Date.now();
    const fits = this.#storage.take(jsonSize(result));
    command.result = fits ? result : { statusCode: result.statusCode };
    if (!fits) this.#storage.give(-jsonSize(command.result));
    this.#bytes += jsonSize(command.result);
    this.#makeRoom(0, 0);
  }

  /** In the order of their creation. */
  list(): Command[] {
    return [...this.#byId.values()];
  }

  clear(): void {
    for (const command of this.#byId.values()) this.#forget(command);
  }

  /** Whether there is room for this much more, after what is no longer pending has been given up for it. */
  #makeRoom(count: number, bytes: number): boolean {
    const fits = (): boolean => this.#byId.size + count <= mostCommands && this.#bytes + bytes <= mostBytes;
    if (fits()) return true;
    for (const command of this.#byId.values()) {
      if (commandStatus(command) === 'pending') continue;
      this.#forget(command);
      if (fits()) return true;
    }
    return false;
  }

  #forget(command: Command): void {
    const bytes = commandSize(command);
    this.#byId.delete(command.id);
    this.#bytes -= bytes;
    this.#storage.give(bytes);
  }
}

function commandSize({ type, payload, result }: Command): number {
  const text = Buffer.byteLength(type) + jsonSize(payload ?? null);
  return entryOverhead + text + (result === undefined ? 0 : jsonSize(result));
}
