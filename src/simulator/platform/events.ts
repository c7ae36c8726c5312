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

export type PlatformEvent = MessageEvent | ConnectionEvent | UploadEvent;

type MessageDetails = Pick<MessageEvent, 'outcome' | 'statusCode' | 'fault'>;

const shownPayloadBytes = 4096;

/** Everything that happens, for those who watch; costs nothing while nobody does. */
export class EventFeed {
  readonly #listeners = new Set<(event: PlatformEvent) => void>();

  /** Returns the function that ends the subscription. */
  subscribe(listener: (event: PlatformEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  message(direction: 'in' | 'out', connection: string, message: Message, details: MessageDetails): void {
    if (this.#listeners.size === 0) return;
    const { topic, qos, payload } = message;
    const text = payload.toString('utf8', 0, shownPayloadBytes);
    const base = { kind: 'message', at: new Date().toISOString(), direction, connection, topic, qos } as const;
    this.#emit({ ...base, size: payload.length, payload: text, ...details });
  }

  connection(kind: ConnectionEvent['kind'], connection: string, clientId: string): void {
    this.#emit({ kind, at: new Date().toISOString(), connection, clientId });
  }

  upload(token: string, name: string, size: number): void {
    this.#emit({ kind: 'upload', at: new Date().toISOString(), token, name, size });
  }

  #emit(event: PlatformEvent): void {
    for (const listener of this.#listeners) listener(event);
  }
}
