import type { Live, LoggedEvent } from './live.ts';
import type { Scope } from './scope.ts';
import { Signal } from './signal.ts';

const most = 2000;

/** The last events, kept whatever the page shows. */
export class EventLog {
  readonly changed = new Signal<undefined>();
  #events: LoggedEvent[] = [];

  constructor(live: Live, scope: Scope) {
    const tell = scope.together(250, () => this.changed.emit(undefined));
    scope.on(live.logged, (event) => {
      this.#events.push(event);
      // Not at every event: that would move all of them each time.
      if (this.#events.length > most * 1.5) this.#events = this.#events.slice(-most);
      tell();
    });
  }

  /** The newest last. */
  get events(): readonly LoggedEvent[] {
    return this.#events.slice(-most);
  }

  clear(): void {
    this.#events = [];
    this.changed.emit(undefined);
  }
}
