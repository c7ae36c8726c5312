/** Node-RED's events on starting and stopping flows, with one listener each for all nodes: Node warns of more than ten. */
import type { NodeAPI } from 'node-red';

type Callback<Event> = (event: Event) => void;

class FlowEvent<Event> {
  readonly #name: string;
  readonly #callbacks = new Set<Callback<Event>>();
  readonly #callAll = (event: Event): void => {
    for (const callback of this.#callbacks) callback(event);
  };

  constructor(name: string) {
    this.#name = name;
  }

  /** Calls back with every such event until the returned function is called. */
  listen(RED: NodeAPI, callback: Callback<Event>): () => void {
    if (this.#callbacks.size === 0) RED.events.on(this.#name, this.#callAll);
    this.#callbacks.add(callback);
    return () => {
      this.#callbacks.delete(callback);
      if (this.#callbacks.size === 0) RED.events.removeListener(this.#name, this.#callAll);
    };
  }
}

interface Stopping {
  readonly type?: string;
  /** What a deploy changes; where the flows just stop, nothing but empty lists. */
  readonly diff?: object;
}

const stopping = new FlowEvent<Stopping>('flows:stopping');
const stopped = new FlowEvent<unknown>('flows:stopped');
const started = new FlowEvent<unknown>('flows:started');

/**
 * Calls back once when the flows have started, unless the returned function was called before. Whatever nodes report
 * while they are being created, no Status node receives.
 */
export function whenFlowsStarted(RED: NodeAPI, callback: () => void): () => void {
  const end = started.listen(RED, () => {
    end();
    callback();
  });
  return end;
}

/** Calls back whenever nodes are about to be stopped, until the returned function is called. */
export function whenStopping(RED: NodeAPI, callback: (scope: 'some' | 'all') => void): () => void {
  return stopping.listen(RED, ({ type }) => callback(type === 'nodes' || type === 'flows' ? 'some' : 'all'));
}

/** Who hears of everything that the flows do, as long as Node-RED runs. */
export interface FlowsListener {
  /** @param isDeploy others start in their place */
  stopping(isDeploy: boolean): void;
  stopped(): void;
  started(): void;
}

const listeners = new WeakSet<Partial<FlowsListener>>();

export function listenToFlows(RED: NodeAPI, listener: Partial<FlowsListener>): void {
  if (listeners.has(listener)) return;
  listeners.add(listener);
  // That it is a deploy is said in words only when all has stopped, which is too late for those who have to decide whether
  // they end. In Node-RED 4.1 and 5 only the differences that a deploy makes have this property.
  stopping.listen(RED, ({ diff }) => listener.stopping?.(diff !== undefined && 'globalConfigChanged' in diff));
  stopped.listen(RED, () => listener.stopped?.());
  started.listen(RED, () => listener.started?.());
}
