import type { KaaClient } from '../client/client.ts';
import { KaaClosedError } from '../protocol/errors.ts';

/** From this number on, what has nothing to do is let go; next, when there are twice as many as were left. */
const many = 1000;

/** What is kept for an endpoint while its connection lasts. */
export interface EndpointKeeper {
  /** Whether nothing is to be done, now or later; what it remembers is in the store. */
  readonly idle: boolean;
  close(): void;
}

/** The keepers of all endpoints of a connection: made at their first use, and closed with it. */
export class PerEndpoint<Keeper extends EndpointKeeper> {
  readonly #keepers = new Map<string, Keeper>();
  #closed: boolean;
  #lookFrom = many;

  constructor(client: KaaClient) {
    this.#closed = client.status.state === 'closed';
    const unwatch = client.onStatus(({ state }) => {
      if (state !== 'closed') return;
      unwatch();
      this.#closed = true;
      for (const keeper of this.#keepers.values()) keeper.close();
    });
  }

  all(): Iterable<Keeper> {
    return this.#keepers.values();
  }

  /** @throws {KaaClosedError} the connection has ended, and there is none yet */
  of(key: string, create: () => Keeper): Keeper {
    const known = this.#keepers.get(key);
    if (known !== undefined) return known;
    if (this.#closed) throw new KaaClosedError(false);
    if (this.#keepers.size >= this.#lookFrom) this.#letGoOfIdle();
    const created = create();
    this.#keepers.set(key, created);
    return created;
  }

  /** A gateway's endpoints may come and go for years. */
  #letGoOfIdle(): void {
    for (const [key, keeper] of this.#keepers) {
      if (!keeper.idle) continue;
      keeper.close();
      this.#keepers.delete(key);
    }
    this.#lookFrom = Math.max(many, 2 * this.#keepers.size);
  }
}
