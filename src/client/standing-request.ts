/**
 * Something that is to be made known to the platform after every connect: it is done as soon as there is a connection,
 * tried again with back-off where it fails, and done again after the next connect.
 */
import { backOff } from './back-off.ts';
import type { KaaClient } from './client.ts';

/** Seconds between two tries. */
const retry = { shortest: 5, longest: 300 };

/** `number` counts the tries: one that was cut off by the end of the connection is not heard of any more. */
type State =
  | { readonly name: 'idle' }
  | { readonly name: 'trying'; readonly number: number; next: 'none' | 'at once' | 'later' }
  | { readonly name: 'waiting'; readonly timer: NodeJS.Timeout };

export class StandingRequest {
  readonly #client: KaaClient;
  readonly #perform: () => Promise<void>;
  readonly #outcome: (error: unknown) => void;
  readonly #unwatch: () => void;
  #state: State = { name: 'idle' };
  #failures = 0;
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
      this.#cancel();
      if (state !== 'connected') return;
      this.#failures = 0;
      this.#start();
    });
    if (this.#connected) this.#start();
  }

  /** There is something new to be done: it is done now, or behind the try that is under way if that succeeds. */
  repeat(): void {
    if (!this.#connected) return;
    if (this.#state.name === 'trying') {
      this.#state.next = 'at once';
      return;
    }
    this.#cancel();
    this.#failures = 0;
    this.#start();
  }

  /** There is something left to be done, which failed just now: it is tried with back-off. */
  retry(): void {
    if (!this.#connected) return;
    if (this.#state.name === 'trying') this.#state.next = 'later';
    else if (this.#state.name === 'idle') this.#wait();
  }

  stop(): void {
    this.#unwatch();
    this.#cancel();
  }

  get #connected(): boolean {
    return this.#client.status.state === 'connected';
  }

  #start(): void {
    this.#tries += 1;
    this.#state = { name: 'trying', number: this.#tries, next: 'none' };
    void this.#try(this.#tries);
  }

  async #try(number: number): Promise<void> {
    let error: unknown;
    try {
      await this.#perform();
    } catch (thrown) {
      error = thrown;
    }
    const state = this.#state;
    if (state.name !== 'trying' || state.number !== number) return;
    this.#state = { name: 'idle' };
    if (error === undefined) this.#failures = 0;
    if (error !== undefined || state.next === 'later') this.#wait();
    else if (state.next === 'at once') this.#start();
    this.#outcome(error);
  }

  #wait(): void {
    this.#failures += 1;
    const timer = setTimeout(() => this.#start(), backOff(this.#failures, retry));
    this.#state = { name: 'waiting', timer };
  }

  #cancel(): void {
    if (this.#state.name === 'waiting') clearTimeout(this.#state.timer);
    this.#state = { name: 'idle' };
  }
}
