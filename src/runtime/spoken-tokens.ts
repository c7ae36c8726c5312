/**
 * For which endpoint tokens a connection speaks. Kaa sends what is for an endpoint to the connection that has spoken for
 * it last, so that two of them take it away from each other.
 */
import type { ClientOptions } from '../client/options.ts';
import { isLoopback } from '../protocol/loopback.ts';

export class SpokenTokens {
  readonly #servers: readonly string[];
  readonly #clientId: string;
  /** How many speak for each. */
  readonly #tokens = new Map<string, number>();

  constructor({ urls, clientId }: ClientOptions) {
    this.#servers = urls.map(serverOf);
    this.#clientId = clientId;
  }

  /** From now on it speaks for a token, until the returned function is called. */
  add(token: string): () => void {
    this.#tokens.set(token, (this.#tokens.get(token) ?? 0) + 1);
    return () => {
      const left = (this.#tokens.get(token) ?? 1) - 1;
      if (left > 0) this.#tokens.set(token, left);
      else this.#tokens.delete(token);
    };
  }

  /** What it would take away from another connection. */
  conflictWith(other: SpokenTokens): 'clientId' | 'token' | undefined {
    if (!this.#servers.some((server) => other.#servers.includes(server))) return undefined;
    if (this.#clientId === other.#clientId) return 'clientId';
    const [fewer, more] = this.#tokens.size < other.#tokens.size ? [this, other] : [other, this];
    for (const token of fewer.#tokens.keys()) if (more.#tokens.has(token)) return 'token';
    return undefined;
  }
}

/** A platform is reached through several ports of its host; on one's own machine each port is another platform. */
function serverOf(url: string): string {
  const { hostname, port, protocol } = new URL(url);
  return isLoopback(hostname) ? `${hostname}:${port === '' ? protocol : port}` : hostname;
}
