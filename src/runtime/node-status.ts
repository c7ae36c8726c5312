/** The status below a node: what the connection does, what waits on disk, or the last error; twice a second at most. */
import type { Node, NodeStatus as Status } from 'node-red';
import type { ConnectionStatus } from '../client/connection.ts';
import { ageIn } from '../protocol/age.ts';
import type { ConnectionReason, ConnectionTrouble } from '../protocol/connection-reasons.ts';
import { KaaError, type KaaErrorCode } from '../protocol/errors.ts';
import type { Backlog } from '../store/store.ts';
import type { Texts } from './texts.ts';

/** Milliseconds between two updates. */
const pace = 500;

/** Milliseconds after which samples are waiting, and not just on their way. */
const waiting = 2000;

/** What Status nodes receive as `msg.status.kaa`; fields that do not apply are absent. */
export interface KaaStatus {
  readonly state: ConnectionStatus['state'];
  /** Why there is no connection, or the code of the last error. */
  readonly reason?: string;
  /** Samples of the endpoint that wait on disk. */
  readonly backlog: number;
  /** Seconds since the first of them was stored; 0 where none waits. */
  readonly oldestAgeS: number;
  /** Messages of the endpoint that were sent and not settled yet. */
  readonly inFlight: number;
}

/** How the endpoint is at the moment. */
export interface EndpointSnapshot {
  readonly inFlight: number;
  /** What is wrong although there is a connection. */
  readonly trouble: ConnectionTrouble | undefined;
  readonly backlog: Backlog;
  /** Why stored samples are not forwarded although there is a connection. */
  readonly forwardingTrouble: Error | undefined;
  /** Somebody wants stored samples to wait. */
  readonly isHeld: boolean;
}

type ErrorCode = KaaErrorCode | 'other';

interface Shown {
  readonly fill: 'red' | 'yellow' | 'green';
  readonly shape: 'ring' | 'dot';
  /** Stands for the text, which is only looked up where it is shown. */
  readonly key: string;
  readonly text: () => string;
  readonly state: KaaStatus['state'];
  readonly reason?: string;
}

/** What a change of is worth a status of a node that stores: samples that wait, and tens of seconds that they have. */
interface Waiting {
  readonly samples: number;
  readonly age: number;
}

const nothingWaits: Waiting = { samples: 0, age: 0 };

export class NodeStatus {
  readonly #node: Pick<Node, 'status'>;
  readonly #texts: Texts;
  readonly #snapshot: () => EndpointSnapshot;
  #connection: ConnectionStatus;
  #error: { readonly code: ErrorCode; readonly newestMessage: number } | undefined;
  /** Why the node does not receive what it should. */
  #notReceiving: ErrorCode | undefined;
  #shown: Shown | undefined;
  #shownWaiting = nothingWaits;
  #pause: NodeJS.Timeout | undefined;
  /** Runs while samples wait, because their age changes by itself. */
  #watch: NodeJS.Timeout | undefined;
  #phase: 'created' | 'running' | 'storing' | 'closed' = 'created';

  constructor(
    node: Pick<Node, 'status'>,
    texts: Texts,
    connection: ConnectionStatus,
    snapshot: () => EndpointSnapshot,
  ) {
    this.#node = node;
    this.#texts = texts;
    this.#connection = connection;
    this.#snapshot = snapshot;
  }

  /**
   * Nothing is shown before.
   * @param stores shows what waits on disk
   */
  start(stores: boolean): void {
    this.#phase = stores ? 'storing' : 'running';
    this.#update();
  }

  connection(status: ConnectionStatus): void {
    this.#connection = status;
    this.#update();
  }

  /** What waits on disk, or why it waits, has changed. */
  storeChanged(): void {
    if (this.#phase === 'storing') this.#update();
  }

  /** What is wrong with the connection has changed. */
  troubleChanged(): void {
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
    const trouble = error === undefined ? undefined : codeOf(error);
    // Thousands of endpoints tell that all is well.
    if (trouble === this.#notReceiving) return;
    this.#notReceiving = trouble;
    this.#update();
  }

  close(): void {
    clearTimeout(this.#pause);
    clearTimeout(this.#watch);
    this.#pause = undefined;
    this.#phase = 'closed';
  }

  #update(): void {
    const isShowing = this.#phase === 'running' || this.#phase === 'storing';
    if (!isShowing || this.#pause !== undefined || this.#connection.state === 'closed') return;
    const snapshot = this.#snapshot();
    this.#keepWatch(snapshot.backlog);
    const next = this.#next(snapshot);
    const { inFlight, backlog } = snapshot;
    if (this.#shown !== undefined && sameStatus(this.#shown, next) && !this.#waitsDiffer(next, backlog)) return;
    this.#shown = next;
    this.#shownWaiting = waitingOf(backlog);
    const { state, reason, fill, shape, text } = next;
    const kaa: KaaStatus = {
      state,
      ...(reason === undefined ? {} : { reason }),
      backlog: backlog.samples,
      oldestAgeS: Math.round(ageOf(backlog) / 1000),
      inFlight,
    };
    const status: Status & { kaa: KaaStatus } = { fill, shape, text: text(), kaa };
    this.#node.status(status);
    this.#pause = setTimeout(() => {
      this.#pause = undefined;
      this.#update();
    }, pace);
  }

  /** Whether what was told of waiting samples is no more true. Those that are just on their way are not told of. */
  #waitsDiffer({ fill }: Shown, backlog: Backlog): boolean {
    if (this.#phase !== 'storing') return false;
    if (backlog.samples > 0 && fill === 'green') return false;
    const { samples, age } = waitingOf(backlog);
    return samples !== this.#shownWaiting.samples || age !== this.#shownWaiting.age;
  }

  #keepWatch({ samples }: Backlog): void {
    clearTimeout(this.#watch);
    if (this.#phase === 'storing' && samples > 0) this.#watch = setTimeout(() => this.#update(), waiting);
  }

  #next(snapshot: EndpointSnapshot): Shown {
    const { state } = this.#connection;
    const storing = this.#phase === 'storing' ? this.#storing(snapshot) : undefined;
    if (storing !== undefined) return storing;
    if (this.#connection.state === 'offline') {
      const { reason } = this.#connection;
      return { fill: 'red', shape: 'ring', ...this.#text(`status.reason.${reason}`), state, reason };
    }
    const { trouble } = snapshot;
    // That is what was refused then, and says more than the error's code.
    const isRefused = trouble === 'subscription-refused' && this.#error?.code === 'KAA_CONFIG';
    if (this.#error !== undefined && !isRefused) return this.#failure(this.#error.code);
    if (state === 'connected' && trouble !== undefined) {
      return { fill: 'yellow', shape: 'ring', ...this.#text(`status.trouble.${trouble}`), state, reason: trouble };
    }
    if (state === 'connected' && this.#notReceiving !== undefined) {
      const text = this.#text(`status.error.${this.#notReceiving}`);
      return { fill: 'yellow', shape: 'ring', ...text, state, reason: this.#notReceiving };
    }
    if (state === 'connected') return { fill: 'green', shape: 'dot', ...this.#text('status.connected'), state };
    const reason = reasonOf(this.#connection);
    return reason === undefined
      ? { fill: 'yellow', shape: 'ring', ...this.#text('status.connecting'), state }
      : { fill: 'yellow', shape: 'ring', ...this.#text(`status.reason.${reason}`), state, reason };
  }

  /** What the node does with samples that wait; undefined where they are just on their way. */
  #storing({ backlog, trouble, forwardingTrouble, isHeld }: EndpointSnapshot): Shown | undefined {
    const { state } = this.#connection;
    const { samples } = backlog;
    if (samples === 0) return undefined;
    if (this.#error !== undefined) return this.#failure(this.#error.code);
    if (isHeld) {
      const text = this.#text('status.held', { count: samples });
      return { fill: 'yellow', shape: 'dot', ...text, state, reason: 'held' };
    }
    if (state === 'connected' && forwardingTrouble !== undefined) {
      const code = codeOf(forwardingTrouble);
      const text = (): string => this.#texts('status.paused', { reason: this.#texts(`status.error.${code}`) });
      return { fill: 'red', shape: 'dot', key: `status.paused ${code}`, text, state, reason: code };
    }
    const age = ageOf(backlog);
    if (state === 'connected' && age < waiting) return undefined;
    const why = reasonOf(this.#connection) ?? trouble;
    const reason = why === undefined ? {} : { reason: why };
    const text =
      age < 60_000
        ? this.#text('status.storing', { count: samples })
        : this.#text('status.storingFor', { count: samples, age: this.#ageText(age) });
    return { fill: 'yellow', shape: 'dot', ...text, state, ...reason };
  }

  #text(key: string, values?: Readonly<Record<string, string | number>>): Pick<Shown, 'key' | 'text'> {
    const text = (): string => this.#texts(key, values);
    return { key: values === undefined ? key : `${key} ${Object.values(values).join(' ')}`, text };
  }

  #ageText(age: number): string {
    const { number, unit } = ageIn(age);
    return this.#texts(`age.${unit}`, { number });
  }

  #failure(code: ErrorCode): Shown {
    const { state } = this.#connection;
    return { fill: 'red', shape: 'dot', ...this.#text(`status.error.${code}`), state, reason: code };
  }
}

/** Why there is no connection, where that is known. */
function reasonOf(connection: ConnectionStatus): ConnectionReason | undefined {
  return 'reason' in connection ? connection.reason : undefined;
}

/** Milliseconds; a clock that was set back makes none. */
function ageOf({ oldestAt }: Backlog): number {
  return oldestAt === undefined ? 0 : Math.max(0, Date.now() - oldestAt);
}

function waitingOf(backlog: Backlog): Waiting {
  return { samples: backlog.samples, age: Math.floor(ageOf(backlog) / 10_000) };
}

function codeOf(error: unknown): ErrorCode {
  return error instanceof KaaError ? error.code : 'other';
}

function sameStatus(a: Shown, b: Shown): boolean {
  const keys = ['fill', 'shape', 'key', 'state', 'reason'] as const;
  return keys.every((key) => a[key] === b[key]);
}
