/** The configurations and the software of all endpoints of one connection. */
import { addressKey, type EndpointAddress } from '../client/channel.ts';
import type { KaaClient } from '../client/client.ts';
import type { Store } from '../store/store.ts';
import { EndpointConfiguration } from './endpoint-configuration.ts';
import { EndpointSoftware } from './endpoint-software.ts';
import { PerEndpoint } from './per-endpoint.ts';

export class Assignments {
  readonly #client: KaaClient;
  readonly #store: Store;
  readonly #configurations: PerEndpoint<EndpointConfiguration>;
  readonly #software: PerEndpoint<EndpointSoftware>;

  constructor(client: KaaClient, store: Store) {
    this.#client = client;
    this.#store = store;
    this.#configurations = new PerEndpoint(client);
    this.#software = new PerEndpoint(client);
  }

  /**
   * @param name `''` for the default configuration
   * @throws {KaaClosedError} the connection has ended
   */
  configuration(address: EndpointAddress, name: string): EndpointConfiguration {
    const { configurations } = this.#store;
    return this.#configurations.of(
      `${addressKey(address)}/${name}`,
      () => new EndpointConfiguration(this.#client, configurations, address, name),
    );
  }

  /** @throws {KaaClosedError} the connection has ended */
  software(address: EndpointAddress): EndpointSoftware {
    return this.#software.of(addressKey(address), () => new EndpointSoftware(this.#client, this.#store, address));
  }
}
