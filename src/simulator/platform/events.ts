import { parseTopic } from '../../protocol/topic.ts';
import type { Change, Changes } from './changes.ts';
import type { FaultAction } from './faults.ts';
import type { Message } from './message.ts';

/** A message in or out, as `GET events` shows it. */
export interface MessageEvent {
  readonly kind: 'message';
  /** ISO 8601, UTC. */
  readonly at: string;
  readonly direction: 'in' | 'out';
  readonly connection: string;
  readonly topic: string;
  /** The parts of the topic, where it follows the grammar of 1/KP. */
  readonly appVersion?: string;
  readonly extension?: string;
  readonly token?: string;
  readonly path?: string;
  readonly requestId?: number;
  readonly qos: 0 | 1 | 2;
  /** Bytes of the whole payload. */
  readonly size: number;
  /** The payload's text, its beginning only where it is long. */
  readonly payload: string;
  /** `undeliverable`: nobody was connected to receive it. */
  readonly outcome?: 'accepted' | 'rejected' | 'ignored' | 'undeliverable';
  readonly statusCode?: number;
  readonly fault?: FaultAction;
}

/** A client came or went. */
export interface ConnectionEvent {
  readonly kind: 'connect' | 'disconnect';
  /** ISO 8601, UTC. */
  readonly at: string;
  readonly connection: string;
  readonly clientId: string;
}

/** A blob was uploaded. */
export interface UploadEvent {
  readonly kind: 'upload';
  /** ISO 8601, UTC. */
  readonly at: string;
  /** Token of the endpoint. */
  readonly token: string;
  readonly name: string;
  /** Bytes. */
  readonly size: number;
}

/** Something of the platform's state is another now; told once for all changes of the same thing in a short time. */
export interface ChangeEvent extends Change {
  readonly kind: 'changed';
  /** ISO 8601, UTC. */
  readonly at: string;
}

export type PlatformEvent = MessageEvent | ConnectionEvent | UploadEvent | ChangeEvent;

type MessageDetails = Pick<MessageEvent, 'outcome' | 'statusCode' | 'fault'>;

const shownPayloadBytes = 4096;

/** Milliseconds during which changes of the same thing become one event. */
const changesTogether = 100;

/** Everything that happens, for those who watch; costs next to nothing while nobody does. */
export class EventFeed {
  readonly #listeners = new Set<(event: PlatformEvent) => void>();
  /** Not told yet, by what they are about. */
  readonly #changes = new Map<string, Change>();
  #timer: NodeJS.Timeout | undefined;

  constructor(changes: Changes) {
    changes.subscribe((change) => this.#changed(change));
  }

  /** Returns the function that ends the subscription. */
  subscribe(listener: (event: PlatformEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  message(direction: 'in' | 'out', connection: string, message: Message, details: MessageDetails): void {
    if (this.#listeners.size === 0) return;
    const { topic, qos, payload } = message;
    const text = payload.toString('utf8', 0, shownPayloadBytes);
    const base = { kind: 'message', at: new Date().toISOString(), direction, connection, topic } as const;
    this.#emit({ ...base, ...partsOf(topic), qos, size: payload.length, payload: text, ...details });
  }

  connection(kind: ConnectionEvent['kind'], connection: string, clientId: string): void {
    this.#emit({ kind, at: new Date().toISOString(), connection, clientId });
  }

  upload(token: string, name: string, size: number): void {
    this.#emit({ kind: 'upload', at: new Date().toISOString(), token, name, size });
  }

  /** Tells no more changes. */
  close(): void {
    clearTimeout(this.#timer);
    this.#listeners.clear();
  }

  #changed(change: Change): void {
    if (this.#listeners.size === 0) return;
    const { what, token, name } = change;
    this.#changes.set(JSON.stringify([what, token, name]), change);
    this.#timer ??= setTimeout(() => this.#tellChanges(), changesTogether);
  }

  #tellChanges(): void {
    this.#timer = undefined;
    const changes = [...this.#changes.values()];
    this.#changes.clear();
    const at = new Date().toISOString();
    for (const change of changes) this.#emit({ kind: 'changed', at, ...change });
  }

  #emit(event: PlatformEvent): void {
    for (const listener of this.#listeners) listener(event);
  }
}

function partsOf(text: string): Pick<MessageEvent, 'appVersion' | 'extension' | 'token' | 'path' | 'requestId'> {
  const { kind: _, ...parts } = parseTopic(text) ?? { kind: undefined };
  return parts;
}
