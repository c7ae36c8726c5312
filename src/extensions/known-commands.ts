/** The commands of one endpoint that were handed to the flow or answered: the working copy of the ledger. */
import type { CommandLedger, StoredCommand, StoredEndpoint } from '../store/store.ts';

/** Milliseconds after which a command that the platform does not ask for any more is forgotten. */
const lifetime = 86_400_000;

/** Milliseconds between two looks for forgotten commands; the times of asking are written as often. */
const interval = 600_000;

export class KnownCommands {
  readonly #ledger: CommandLedger;
  readonly #endpoint: StoredEndpoint;
  /** By type and ID; the newest last, where an ID came again with another payload. */
  readonly #commands = new Map<string, StoredCommand[]>();
  #types = new Set<string>();
  #looked = 0;

  constructor(ledger: CommandLedger, endpoint: StoredEndpoint) {
    this.#ledger = ledger;
    this.#endpoint = endpoint;
  }

  async load(): Promise<void> {
    for (const command of await this.#ledger.read(this.#endpoint)) this.#put(command);
    await this.#forgetOld();
  }

  all(): readonly StoredCommand[] {
    return [...this.#commands.values()].flat();
  }

  get types(): ReadonlySet<string> {
    return this.#types;
  }

  /** The command with this payload, or the one of which only the result is known. */
  find(type: string, id: number, digest: string): StoredCommand | undefined {
    return this.#of(type, id).find((command) => (command.digest ?? digest) === digest);
  }

  newest(type: string, id: number): StoredCommand | undefined {
    return this.#of(type, id).at(-1);
  }

  /** Adds a command, or takes the place of the one with the same type, ID and digest. Resolves when it is kept. */
  async save(command: StoredCommand): Promise<void> {
    await this.#ledger.write(this.#endpoint, command);
    this.#put(command);
    await this.#forgetOld();
  }

  /** The platform asked for a command again. */
  async asked(command: StoredCommand): Promise<void> {
    if (Date.now() - command.askedAt > interval) await this.save({ ...command, askedAt: Date.now() });
  }

  #of(type: string, id: number): readonly StoredCommand[] {
    return (this.#commands.get(`${type}/${id}`) ?? []).filter((command) => !isOld(command));
  }

  #put(command: StoredCommand): void {
    const others = this.#of(command.type, command.id).filter(({ digest }) => digest !== command.digest);
    this.#commands.set(`${command.type}/${command.id}`, [...others, command]);
    this.#types.add(command.type);
  }

  async #forgetOld(): Promise<void> {
    if (Date.now() < this.#looked + interval) return;
    this.#looked = Date.now();
    const old = this.all().filter(isOld);
    for (const [key, commands] of this.#commands) {
      const left = commands.filter((command) => !isOld(command));
      if (left.length > 0) this.#commands.set(key, left);
      else this.#commands.delete(key);
    }
    this.#types = new Set(this.all().map(({ type }) => type));
    for (const command of old) await this.#ledger.remove(this.#endpoint, command);
  }
}

function isOld({ askedAt }: StoredCommand): boolean {
  return Date.now() - askedAt > lifetime;
}
