/**
 * Something that is to be made known to the platform after every connect: it is done as soon as there is a connection,
 * tried again with back-off where it fails, and done again after the next connect.
 */
import { backOff } from './back-off.ts';
import type { KaaClient } from './client.ts';

/** Seconds between two tries. */
const retry = { shortest: 5, longest: 300 };

export class StandingRequest {
  readonly #client: KaaClient;
  readonly #perform: () => Promise<void>;
  readonly #outcome: (error: unknown) => void;
  readonly #unwatch: () => void;
  #timer: NodeJS.Timeout | undefined;
  #failures = 0;
  /** Counts the tries: the outcome of an earlier one means nothing any more. */
  #tries = 0;

  /**
   * @param perform does it; called only while connected
   * @param outcome told how each try ended: undefined, or the error
   */
  constructor(client: KaaClient, perform: () => Promise<void>, outcome: (error: unknown) => void) {
    this.#client = client;
    this.#perform = perform;
    this.#outcome = outcome;
    this.#unwatch = client.onStatus(({ state }) => {
      if (state === 'connected') this.repeat();
      else this.#cancel();
    });
    if (client.status.state === 'connected') this.#start();
  }

  /** Does it now, if connected. */
  repeat(): void {
    this.#failures = 0;
    if (this.#client.status.state === 'connected') this.#start();
  }

  stop(): void {
    this.#unwatch();
    this.#cancel();
  }

  #start(): void {
    this.#cancel();
    void this.#try(this.#tries);
  }

  async #try(number: number): Promise<void> {
    let error: unknown;
    try {
      await this.#perform();
    } catch (thrown) {
      error = thrown;
    }
    if (number !== this.#tries) return;
    if (error !== undefined) {
      this.#failures += 1;
      this.#timer = setTimeout(() => this.#start(), backOff(this.#failures, retry));
    }
    this.#outcome(error);
  }

  /** What is under way ends without being heard, and nothing more is tried. */
  #cancel(): void {
    this.#tries += 1;
    clearTimeout(this.#timer);
  }
}
