import { element } from './elements.ts';
import type { ChangeEvent, Live } from './live.ts';
import { messageOf } from './request.ts';
import type { Scope } from './scope.ts';

/** What every view is made from; what it starts ends with the scope. */
export interface PanelContext {
  readonly live: Live;
  readonly scope: Scope;
}

/** A view of one endpoint. */
export interface EndpointContext extends PanelContext {
  readonly token: string;
}

/** Loads what a view shows: one load at a time, and one more where it was asked for meanwhile. */
export class Loader {
  /** Says why it could not be loaded. */
  readonly element = element('p', { class: 'outcome failed', role: 'status' });
  readonly #scope: Scope;
  readonly #load: () => Promise<void>;
  #current: Promise<void> | undefined;
  #next: Promise<void> | undefined;

  constructor(scope: Scope, load: () => Promise<void>) {
    this.#scope = scope;
    this.#load = load;
  }

  /** Resolves when a load that began after this call is over; it fails never. */
  readonly run = (): Promise<void> => {
    if (this.#scope.closed) return Promise.resolve();
    if (this.#current === undefined) return (this.#current = this.#try());
    this.#next ??= this.#current.then(() => {
      this.#next = undefined;
      return this.run();
    });
    return this.#next;
  };

  /**
   * Loads now, and again whenever it has to: everything was deleted, the stream of events was interrupted, or there was
   * a change that concerns it.
   */
  follow(live: Live, concerns: (change: ChangeEvent) => boolean): void {
    this.#scope.on(live.changed, (change) => {
      if (change.what === 'state' || concerns(change)) void this.run();
    });
    this.#scope.on(live.renewed, () => void this.run());
    void this.run();
  }

  async #try(): Promise<void> {
    try {
      await this.#load();
      this.element.textContent = '';
    } catch (error) {
      this.element.textContent = messageOf(error);
    } finally {
      this.#current = undefined;
    }
  }
}
