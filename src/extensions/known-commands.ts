/** The commands of one endpoint that were handed to the flow or answered: the working copy of the ledger. */
import { asError } from '../protocol/errors.ts';
import type { CommandLedger, StoredCommand, StoredEndpoint } from '../store/store.ts';

/** Milliseconds after which a command that the platform does not ask for any more is forgotten. */
const lifetime = 86_400_000;

/** Answered commands of an endpoint that are remembered; beyond, those are forgotten that were asked for longest ago. */
const mostAnswered = 25_000;

/** How many are forgotten then, so that this is seldom. */
const forgottenAtOnce = mostAnswered / 10;

const none: readonly StoredCommand[] = [];

/** The commands of all endpoints of a connection that wait for a result, the oldest first. */
export class CommandsInWork {
  readonly #commands = new Set<StoredCommand>();

  get count(): number {
    return this.#commands.size;
  }

  [Symbol.iterator](): Iterator<StoredCommand> {
    return this.#commands.values();
  }

  add(command: StoredCommand): void {
    this.#commands.add(command);
  }

  delete(command: StoredCommand): void {
    this.#commands.delete(command);
  }
}

export class KnownCommands {
  readonly #inWork: CommandsInWork;
  readonly #ledger: CommandLedger;
  readonly #endpoint: StoredEndpoint;
  readonly #failed: (error: unknown) => void;
  /** By type and ID; the newest last, where an ID came again with another payload. */
  readonly #commands = new Map<string, Map<number, readonly StoredCommand[]>>();
  #size = 0;
  #unanswered = 0;
  #forgetFrom = mostAnswered;

  /** @param failed told where the ledger fails: what it should keep is kept here only */
  constructor(
    inWork: CommandsInWork,
    ledger: CommandLedger,
    endpoint: StoredEndpoint,
    failed: (error: unknown) => void,
  ) {
    this.#inWork = inWork;
    this.#ledger = ledger;
    this.#endpoint = endpoint;
    this.#failed = failed;
  }

  /** What is known here is of no interest any more; the ledger keeps it. */
  close(): void {
    for (const command of this.all()) if (command.result === undefined) this.#inWork.delete(command);
    this.#unanswered = 0;
  }

  async load(): Promise<void> {
    await this.#try(async () => {
      for (const command of await this.#ledger.read(this.#endpoint)) this.put(command);
    });
  }

  *all(): Iterable<StoredCommand> {
    for (const ofType of this.#commands.values()) for (const commands of ofType.values()) yield* commands;
  }

  /** How many wait for a result. */
  get unanswered(): number {
    return this.#unanswered;
  }

  types(): Iterable<string> {
    return this.#commands.keys();
  }

  /** The command with this payload, or the one of which only the result is known. */
  find(type: string, id: number, digest: string): StoredCommand | undefined {
    return this.#of(type, id).find((command) => (command.digest ?? digest) === digest);
  }

  newest(type: string, id: number): StoredCommand | undefined {
    return this.#of(type, id).at(-1);
  }

  /** `put` and `keep`. */
  async save(command: StoredCommand): Promise<Error | undefined> {
    this.put(command);
    return this.keep([command]);
  }

  /** Adds a command, or takes the place of the one with the same type, ID and digest; to be kept. */
  put(command: StoredCommand): void {
    const { type, id, digest } = command;
    const commands = this.#of(type, id);
    const index = commands.findIndex((other) => other.digest === digest);
    const before = commands[index];
    if (before === undefined) this.#size += 1;
    else this.#ended(before);
    if (command.result === undefined) {
      this.#unanswered += 1;
      this.#inWork.add(command);
    }
    this.#set(type, id, index === -1 ? [...commands, command] : commands.with(index, command));
  }

  /** Resolves when commands are in the ledger, or to the reason why they are known here only. */
  async keep(commands: readonly StoredCommand[]): Promise<Error | undefined> {
    if (commands.length === 0) return undefined;
    const kept = this.#try(() => this.#ledger.write(this.#endpoint, commands));
    if (this.#size - this.#unanswered > this.#forgetFrom) await this.#forgetOldest();
    return kept;
  }

  /** The result of a command needs not be sent any more. */
  async reported(command: StoredCommand): Promise<void> {
    const { type, id } = command;
    const current = this.#of(type, id).find(({ digest }) => digest === command.digest);
    if (current !== undefined) await this.save({ ...current, reported: true });
  }

  async remove(command: StoredCommand): Promise<void> {
    const { type, id } = command;
    const commands = this.#of(type, id);
    const left = commands.filter(({ digest }) => digest !== command.digest);
    if (left.length === commands.length) return;
    this.#set(type, id, left);
    this.#size -= 1;
    for (const gone of commands) if (gone.digest === command.digest) this.#ended(gone);
    await this.#try(() => this.#ledger.remove(this.#endpoint, command));
  }

  /**
   * Forgets the commands that have nothing to wait for and were not asked for within a day.
   * @param isPending whether the platform may still ask for a command
   */
  async forgetOld(isPending: (command: StoredCommand) => boolean): Promise<void> {
    const now = Date.now();
    for (const command of this.all()) {
      const { askedAt, result, reported, deadline } = command;
      const waits = result === undefined ? deadline !== undefined && deadline > now : !reported;
      if (now - askedAt > lifetime && !waits && !isPending(command)) await this.remove(command);
    }
  }

  async #forgetOldest(): Promise<void> {
    const reported = [...this.all()].filter((command) => command.result !== undefined && command.reported);
    const oldest = reported.toSorted((a, b) => a.askedAt - b.askedAt).slice(0, forgottenAtOnce);
    // Results that were not sent stay.
    this.#forgetFrom = Math.max(mostAnswered, this.#size - this.#unanswered - oldest.length + forgottenAtOnce);
    await Promise.all(oldest.map((command) => this.remove(command)));
  }

  #of(type: string, id: number): readonly StoredCommand[] {
    return this.#commands.get(type)?.get(id) ?? none;
  }

  #set(type: string, id: number, commands: readonly StoredCommand[]): void {
    const ofType = this.#commands.get(type) ?? new Map<number, readonly StoredCommand[]>();
    if (commands.length > 0) ofType.set(id, commands);
    else ofType.delete(id);
    if (ofType.size > 0) this.#commands.set(type, ofType);
    else this.#commands.delete(type);
  }

  /** It waits for a result no more, if it did. */
  #ended(command: StoredCommand): void {
    if (command.result !== undefined) return;
    this.#unanswered -= 1;
    this.#inWork.delete(command);
  }

  async #try(task: () => Promise<void>): Promise<Error | undefined> {
    try {
      await task();
      return undefined;
    } catch (error) {
      this.#failed(error);
      return asError(error);
    }
  }
}
