/** The story of a connection in the log: each reason of a failure once, in words to act on. */
import type { KaaClient } from '../client/client.ts';
import type { AddressFailure, ConnectionStatus } from '../client/connection.ts';
import type { Texts } from './texts.ts';

/** Milliseconds that a connection has to hold for its next failure to be news. */
const stableAfter = 60_000;

/** Milliseconds in which the same trouble of a connection is told of once. */
const troubleInterval = 600_000;

/** The part of a kaa-endpoint node that is used to write to the log. */
export interface Log {
  readonly id: string;
  readonly name?: string | undefined;
  log(text: string): void;
  warn(text: string): void;
}

/** @param log where it is written to at the moment */
export function logConnection(client: KaaClient, texts: Texts, log: () => Log): void {
  const story = new ConnectionLog(client, texts, log);
  client.onStatus((status) => story.status(status));
  client.onTrouble(() => story.trouble());
}

class ConnectionLog {
  readonly #client: KaaClient;
  readonly #texts: Texts;
  readonly #log: () => Log;
  /** What was told since the last stable connection, by address and reason. */
  readonly #told = new Set<string>();
  /** On the clock of `performance.now()`; infinite while there is no connection. */
  #connectedAt = Infinity;
  /** Something was told since it was said that there is a connection, or nothing was said yet. */
  #newlyTold = true;
  /** When a trouble was told of, on the clock of `performance.now()`. */
  readonly #troubles = new Map<string, number>();

  constructor(client: KaaClient, texts: Texts, log: () => Log) {
    this.#client = client;
    this.#texts = texts;
    this.#log = log;
  }

  status(status: ConnectionStatus): void {
    if (status.state === 'connected') {
      this.#failures(status.failures ?? []);
      this.#connectedAt = performance.now();
      if (!this.#newlyTold) return;
      this.#newlyTold = false;
      this.#log().log(this.#texts('log.connected', { server: printable(status.url) }));
    } else if (status.state === 'offline') {
      const connected = performance.now() - this.#connectedAt;
      this.#connectedAt = Infinity;
      if (connected >= stableAfter) this.#told.clear();
      this.#failures(status.failures);
    }
  }

  #failures(failures: readonly AddressFailure[]): void {
    for (const { url, reason, detail } of failures) {
      const server = printable(url);
      if (this.#told.has(`${server} ${reason}`)) continue;
      this.#told.add(`${server} ${reason}`);
      this.#newlyTold = true;
      const text = this.#texts(`log.${reason}`, { server });
      this.#log().warn(detail === undefined ? text : `${text} (${detail})`);
    }
  }

  trouble(): void {
    const { trouble, status, options } = this.#client;
    if (trouble === undefined || status.state !== 'connected') return;
    const now = performance.now();
    if (now - (this.#troubles.get(trouble) ?? -troubleInterval) < troubleInterval) return;
    this.#troubles.set(trouble, now);
    const values = { server: printable(status.url), seconds: options.requestTimeout };
    this.#log().warn(this.#texts(`log.${trouble}`, values));
  }
}

/** An address for people: whatever stands behind its path may be a secret. */
export function printable(url: string): string {
  const { protocol, host, pathname } = new URL(url);
  return `${protocol}//${host}${pathname === '/' ? '' : pathname}`;
}
