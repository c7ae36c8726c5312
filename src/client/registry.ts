/**
 * The connections of this process by the id of their kaa-endpoint node. They live here and not in the node, which every
 * deploy replaces. A connection is opened for its first user and closed after its last.
 */
import type { Sender } from './channel.ts';
import { KaaClient } from './client.ts';
import type { ConnectionStatus } from './connection.ts';
import type { ClientOptions } from './options.ts';
import type { Transport } from './transport.ts';

/** Milliseconds that the users' last messages and the farewell may take together. */
export const closeDeadline = 2000;

/** A node that uses a connection. */
export interface ClientUser extends Sender {
  statusChanged(status: ConnectionStatus): void;
}

interface Entry {
  readonly client: KaaClient;
  readonly users: Set<ClientUser>;
  /** Set when the endpoint is closing: called when its last user has gone. */
  abandoned?: () => void;
}

export class ClientRegistry {
  readonly #transport: Transport;
  readonly #entries = new Map<string, Entry>();

  constructor(transport: Transport) {
    this.#transport = transport;
  }

  /** The client of an endpoint, connecting if `user` is its first. */
  register(nodeId: string, options: ClientOptions, user: ClientUser): KaaClient {
    const entry = this.#entries.get(nodeId) ?? this.#open(nodeId, options);
    entry.users.add(user);
    return entry.client;
  }

  /**
   * Leaves; the last user's leaving ends the connection. Resolves when `user` need not wait any more.
   * @param deadline milliseconds that this may take
   */
  async deregister(nodeId: string, user: ClientUser, deadline: number): Promise<void> {
    const entry = this.#entries.get(nodeId);
    if (entry === undefined || !entry.users.delete(user)) return;
    entry.client.forget(user);
    if (entry.users.size > 0) return;
    if (entry.abandoned !== undefined) entry.abandoned();
    else await this.#close(nodeId, entry, deadline);
  }

  /** The endpoint is closing: its users may send their last messages, then the connection ends, within the deadline. */
  async end(nodeId: string): Promise<void> {
    const entry = this.#entries.get(nodeId);
    if (entry === undefined) return;
    const deadline = performance.now() + closeDeadline;
    if (entry.users.size > 0) {
      const { promise, resolve } = Promise.withResolvers<void>();
      const timer = setTimeout(resolve, closeDeadline);
      entry.abandoned = resolve;
      await promise;
      clearTimeout(timer);
    }
    await this.#close(nodeId, entry, Math.max(0, deadline - performance.now()));
  }

  #open(nodeId: string, options: ClientOptions): Entry {
    const client = new KaaClient(options, this.#transport);
    const entry: Entry = { client, users: new Set() };
    client.onStatus((status) => {
      for (const user of entry.users) user.statusChanged(status);
    });
    this.#entries.set(nodeId, entry);
    client.open();
    return entry;
  }

  async #close(nodeId: string, entry: Entry, deadline: number): Promise<void> {
    if (this.#entries.get(nodeId) === entry) this.#entries.delete(nodeId);
    await entry.client.close(deadline);
  }
}
