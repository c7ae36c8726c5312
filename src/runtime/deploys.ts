/**
 * Whether a deploy is under way: a node that is closed then is likely to be replaced in a moment. To the node itself a
 * deploy, the stopping of the flows and the end of Node-RED look the same.
 */
import type { FlowsListener } from './flow-events.ts';

/** Milliseconds from the end of the old flows in which the new ones have to start. */
const patience = 5000;

type State =
  | { readonly name: 'none' }
  | { readonly name: 'stopping' }
  | { readonly name: 'starting'; readonly timer: NodeJS.Timeout }
  /** The new nodes are about to be told that the flows have started. */
  | { readonly name: 'started'; readonly immediate: NodeJS.Immediate };

export class Deploys implements FlowsListener {
  readonly #over: () => void;
  #state: State = { name: 'none' };

  /** @param over called when a deploy is over, or has not come to its end in time */
  constructor(over: () => void) {
    this.#over = over;
  }

  get underWay(): boolean {
    return this.#state.name !== 'none';
  }

  stopping(isDeploy: boolean): void {
    if (isDeploy) this.#become({ name: 'stopping' });
    else if (this.underWay) this.#end();
  }

  stopped(): void {
    if (this.#state.name !== 'stopping') return;
    // Flows with missing types do not start.
    this.#become({ name: 'starting', timer: setTimeout(() => this.#end(), patience) });
  }

  started(): void {
    // That may also be the late start of an earlier deploy.
    if (this.#state.name !== 'starting') return;
    this.#become({ name: 'started', immediate: setImmediate(() => this.#end()) });
  }

  #end(): void {
    this.#become({ name: 'none' });
    this.#over();
  }

  #become(state: State): void {
    const before = this.#state;
    if (before.name === 'starting') clearTimeout(before.timer);
    if (before.name === 'started') clearImmediate(before.immediate);
    this.#state = state;
  }
}
