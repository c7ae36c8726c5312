/** The configurations and the software of all endpoints of one connection. */
import type { EndpointAddress } from '../client/channel.ts';
import type { KaaClient } from '../client/client.ts';
import { KaaClosedError } from '../protocol/errors.ts';
import type { Store } from '../store/store.ts';
import { EndpointConfiguration } from './endpoint-configuration.ts';
import { EndpointSoftware } from './endpoint-software.ts';

/** From this number on, what no node observes is let go. */
const mostEndpoints = 1000;

export class Assignments {
  readonly #client: KaaClient;
  readonly #store: Store;
  readonly #configurations = new Map<string, EndpointConfiguration>();
  readonly #software = new Map<string, EndpointSoftware>();
  #closed: boolean;

  constructor(client: KaaClient, store: Store) {
    this.#client = client;
    this.#store = store;
    this.#closed = client.status.state === 'closed';
    const unwatch = client.onStatus(({ state }) => {
      if (state !== 'closed') return;
      unwatch();
      this.#closed = true;
      for (const each of this.#configurations.values()) each.close();
      for (const each of this.#software.values()) each.close();
    });
  }

  /** @param name `''` for the default configuration */
  configuration(address: EndpointAddress, name: string): EndpointConfiguration {
    this.#requireOpen();
    const { configurations } = this.#store;
    return entry(
      this.#configurations,
      `${address.appVersion}/${address.token}/${name}`,
      () => new EndpointConfiguration(this.#client, configurations, address, name),
    );
  }

  software(address: EndpointAddress): EndpointSoftware {
    this.#requireOpen();
    return entry(
      this.#software,
      `${address.appVersion}/${address.token}`,
      () => new EndpointSoftware(this.#client, this.#store.software, address),
    );
  }

  /** @throws {KaaClosedError} the connection has ended */
  #requireOpen(): void {
    if (this.#closed) throw new KaaClosedError(false);
  }
}

interface Closeable {
  readonly idle: boolean;
  close(): void;
}

function entry<Value extends Closeable>(map: Map<string, Value>, key: string, create: () => Value): Value {
  const known = map.get(key);
  if (known !== undefined) return known;
  if (map.size >= mostEndpoints) letGoOfIdle(map);
  const created = create();
  map.set(key, created);
  return created;
}

/** A gateway's endpoints may come and go for years; what is remembered of them stays in the store. */
function letGoOfIdle(map: Map<string, Closeable>): void {
  for (const [key, each] of map) {
    if (!each.idle) continue;
    each.close();
    map.delete(key);
  }
}
