/** A store that lasts as long as the process. */
import type {
  CommandLedger,
  Records,
  Store,
  StoredCommand,
  StoredConfiguration,
  StoredEndpoint,
  StoredSoftware,
} from './store.ts';

export class MemoryStore implements Store {
  readonly commands = new MemoryLedger();
  readonly configurations = new MemoryRecords<StoredConfiguration>();
  readonly software = new MemoryRecords<StoredSoftware>();
}

class MemoryLedger implements CommandLedger {
  readonly #endpoints = new Map<string, Map<string, StoredCommand>>();

  read(endpoint: StoredEndpoint): Promise<readonly StoredCommand[]> {
    return Promise.resolve([...(this.#endpoints.get(keyOf(endpoint))?.values() ?? [])]);
  }

  write(endpoint: StoredEndpoint, command: StoredCommand): Promise<void> {
    const key = keyOf(endpoint);
    const commands = this.#endpoints.get(key) ?? new Map<string, StoredCommand>();
    commands.set(commandKey(command), command);
    this.#endpoints.set(key, commands);
    return Promise.resolve();
  }

  remove(endpoint: StoredEndpoint, command: StoredCommand): Promise<void> {
    const key = keyOf(endpoint);
    const commands = this.#endpoints.get(key);
    commands?.delete(commandKey(command));
    if (commands?.size === 0) this.#endpoints.delete(key);
    return Promise.resolve();
  }
}

class MemoryRecords<Value> implements Records<Value> {
  readonly #values = new Map<string, Value>();

  read(endpoint: StoredEndpoint, name: string): Promise<Value | undefined> {
    return Promise.resolve(this.#values.get(`${keyOf(endpoint)}/${name}`));
  }

  write(endpoint: StoredEndpoint, name: string, value: Value): Promise<void> {
    this.#values.set(`${keyOf(endpoint)}/${name}`, value);
    return Promise.resolve();
  }
}

function keyOf({ server, appVersion, tokenHash }: StoredEndpoint): string {
  return `${server}/${appVersion}/${tokenHash}`;
}

function commandKey({ type, id, digest = '' }: StoredCommand): string {
  return `${type}/${id}/${digest}`;
}
