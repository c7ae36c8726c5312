import { messageOf } from './action.ts';
import { element } from './elements.ts';
import type { Live } from './live.ts';
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

/** Loads what a view shows: one at a time, and once more where it was asked for meanwhile. */
export class Loader {
  readonly element = element('p', { class: 'outcome failed', role: 'status' });
  readonly #scope: Scope;
  readonly #load: () => Promise<void>;
  #state: 'idle' | 'loading' | 'again' = 'idle';

  constructor(scope: Scope, load: () => Promise<void>) {
    this.#scope = scope;
    this.#load = load;
  }

  /** Fails never: the reason is shown. */
  readonly run = async (): Promise<void> => {
    if (this.#state !== 'idle') {
      this.#state = 'again';
      return;
    }
    do {
      this.#state = 'loading';
      await this.#try();
      // What was asked for meanwhile may have changed this.
    } while ((this.#state as string) === 'again' && !this.#scope.closed);
    this.#state = 'idle';
  };

  async #try(): Promise<void> {
    try {
      await this.#load();
      this.element.textContent = '';
    } catch (error) {
      this.element.textContent = messageOf(error);
    }
  }
}
