/**
 * The seam between the client and MQTT: one `Link` is one connection attempt, from opening to its only `closed`.
 * The adapter to MQTT.js is in mqtt-transport.ts; tests use an in-memory one.
 */
import type { ConnectionReason } from '../protocol/connection-reasons.ts';
import type { TlsOptions } from './options.ts';

export type QualityOfService = 0 | 1;

/** Why a link ended. `detail` is the system's own word for it, such as `ENOTFOUND`; it never holds a secret. */
export interface LinkFailure {
  readonly reason: ConnectionReason;
  readonly detail?: string;
}

export interface LinkOptions {
  readonly url: string;
  readonly clientId: string;
  readonly username?: string;
  readonly password?: string;
  readonly tls?: TlsOptions;
  /** Seconds. */
  readonly keepAlive: number;
  /** Seconds from opening to the server's CONNACK. */
  readonly connectTimeout: number;
}

/** What a link reports to its one owner. */
export interface LinkListener {
  /** The server accepted the login. */
  connected(): void;
  message(topic: string, payload: Buffer): void;
  /** The stream takes more again, after `writable` was false. */
  writable(): void;
  /** The link is over; nothing follows. Called exactly once unless the owner closed the link itself. */
  closed(failure: LinkFailure): void;
}

export interface Link {
  /** False while the stream needs draining; publish only while true. */
  readonly writable: boolean;
  /**
   * `receipt` is called once when the message was written (QoS 0, possibly before this returns) or acknowledged (QoS 1),
   * and never if the link breaks before; callers keep their own timers.
   * @returns at QoS 1 what `discard` wants
   */
  publish(topic: string, payload: Buffer | string, qos: QualityOfService, receipt: () => void): number | undefined;
  /** Forgets a message that was published at QoS 1 and is given up: its receipt is not waited for any more. */
  discard(messageId: number): void;
  /** Resolves to one SUBACK code per filter (128 = refused); never settles if the link breaks before. */
  subscribe(filters: readonly string[], qos: QualityOfService): Promise<readonly number[]>;
  /** Its outcome changes nothing, so that nobody waits for it. */
  unsubscribe(filters: readonly string[]): void;
  /** Says goodbye and ends, by force after `deadline` milliseconds (0 = at once). No listener is called any more. */
  close(deadline: number): Promise<void>;
}

/** Opens a link; its listener is called later, never before this returns. */
export type Transport = (options: LinkOptions, listener: LinkListener) => Link;
