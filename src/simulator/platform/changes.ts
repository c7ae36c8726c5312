/** What of the platform's state can change by itself or through the control API; `state` is all of it. */
export type ChangedThing = 'endpoint' | 'metadata' | 'commands' | 'configuration' | 'software' | 'faults' | 'state';

export interface Change {
  readonly what: ChangedThing;
  /** Of the endpoint; absent where it is about none. */
  readonly token?: string;
  /** Of the configuration, `''` for the default one. */
  readonly name?: string;
}

/** Tells those who keep or show the platform's state what of it has changed. */
export class Changes {
  readonly #listeners = new Set<(change: Change) => void>();

  /** Returns the function that ends the subscription. */
  subscribe(listener: (change: Change) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  note(change: Change): void {
    for (const listener of this.#listeners) listener(change);
  }
}
