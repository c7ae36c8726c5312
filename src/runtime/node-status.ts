/** The status below a node: what the connection does, or the last error; changes only, twice a second at most. */
import type { Node, NodeStatus as Status } from 'node-red';
import type { ConnectionStatus } from '../client/connection.ts';
import { KaaError, type KaaErrorCode } from '../protocol/errors.ts';
import type { Texts } from './texts.ts';

/** Milliseconds between two updates. */
const pace = 500;

/** What Status nodes receive as `msg.status.kaa`; fields that do not apply are absent. */
export interface KaaStatus {
  readonly state: ConnectionStatus['state'];
  /** Why there is no connection, or the code of the last error. */
  readonly reason?: string;
  /** Messages of the endpoint that were sent and not settled yet. */
  readonly inFlight: number;
}

interface Shown {
  readonly fill: 'red' | 'yellow' | 'green';
  readonly shape: 'ring' | 'dot';
  readonly text: string;
  readonly state: KaaStatus['state'];
  readonly reason?: string;
}

export class NodeStatus {
  readonly #node: Pick<Node, 'status'>;
  readonly #texts: Texts;
  readonly #inFlight: () => number;
  #connection: ConnectionStatus;
  #error: { readonly code: KaaErrorCode | 'other'; readonly newestMessage: number } | undefined;
  /** Why the node does not receive what it should. */
  #trouble: KaaErrorCode | 'other' | undefined;
  #shown: Shown | undefined;
  #pause: NodeJS.Timeout | undefined;
  #phase: 'created' | 'running' | 'closed' = 'created';

  constructor(node: Pick<Node, 'status'>, texts: Texts, connection: ConnectionStatus, inFlight: () => number) {
    this.#node = node;
    this.#texts = texts;
    this.#connection = connection;
    this.#inFlight = inFlight;
  }

  /** Nothing is shown before. */
  start(): void {
    this.#phase = 'running';
    this.#update();
  }

  connection(status: ConnectionStatus): void {
    this.#connection = status;
    this.#update();
  }

  /** A success ends the display of an error that is older than its message. `message` counts the node's messages. */
  succeeded(message: number): void {
    if (this.#error === undefined || message <= this.#error.newestMessage) return;
    this.#error = undefined;
    this.#update();
  }

  /** @param newestMessage the number of the last message that had come in */
  failed(error: unknown, newestMessage: number): void {
    this.#error = { code: codeOf(error), newestMessage };
    this.#update();
  }

  /** @param error why the node does not receive what it should; undefined where it does */
  observing(error: unknown): void {
    this.#trouble = error === undefined ? undefined : codeOf(error);
    this.#update();
  }

  close(): void {
    clearTimeout(this.#pause);
    this.#pause = undefined;
    this.#phase = 'closed';
  }

  #update(): void {
    if (this.#phase !== 'running' || this.#pause !== undefined || this.#connection.state === 'closed') return;
    const next = this.#next();
    if (this.#shown !== undefined && sameStatus(this.#shown, next)) return;
    this.#shown = next;
    const { state, reason, ...visible } = next;
    const kaa: KaaStatus = { state, ...(reason === undefined ? {} : { reason }), inFlight: this.#inFlight() };
    const status: Status & { kaa: KaaStatus } = { ...visible, kaa };
    this.#node.status(status);
    this.#pause = setTimeout(() => {
      this.#pause = undefined;
      this.#update();
    }, pace);
  }

  #next(): Shown {
    const { state } = this.#connection;
    if (this.#connection.state === 'offline') {
      const { reason } = this.#connection;
      return { fill: 'red', shape: 'ring', text: this.#texts(`status.reason.${reason}`), state, reason };
    }
    if (this.#error !== undefined) {
      const { code } = this.#error;
      return { fill: 'red', shape: 'dot', text: this.#texts(`status.error.${code}`), state, reason: code };
    }
    if (state === 'connected' && this.#trouble !== undefined) {
      const text = this.#texts(`status.error.${this.#trouble}`);
      return { fill: 'yellow', shape: 'ring', text, state, reason: this.#trouble };
    }
    return state === 'connected'
      ? { fill: 'green', shape: 'dot', text: this.#texts('status.connected'), state }
      : { fill: 'yellow', shape: 'ring', text: this.#texts('status.connecting'), state };
  }
}

function codeOf(error: unknown): KaaErrorCode | 'other' {
  return error instanceof KaaError ? error.code : 'other';
}

function sameStatus(a: Shown, b: Shown): boolean {
  return a.fill === b.fill && a.shape === b.shape && a.text === b.text && a.state === b.state && a.reason === b.reason;
}
