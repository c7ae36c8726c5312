/**
 * The one MQTT connection of an endpoint, kept up: a fresh link per attempt, the addresses in turn, back-off between
 * rounds. It knows nothing of requests.
 */
import type { ConnectionReason } from '../protocol/connection-reasons.ts';
import { backOff, stableAfter } from './back-off.ts';
import type { ClientOptions } from './options.ts';
import type { Link, LinkFailure, LinkListener, LinkOptions, Transport } from './transport.ts';

/** Seconds until an attempt without CONNACK is given up. */
const connectTimeout = 15;

/** A server that drops us within this many milliseconds, having said nothing, after our first message, refused us. */
const firstMessageGrace = 5_000;

/** What a person is shown. `offline` lasts through further attempts until one succeeds. */
export type ConnectionStatus =
  | { readonly state: 'connecting' }
  | { readonly state: 'connected' }
  | { readonly state: 'offline'; readonly reason: ConnectionReason; readonly detail?: string }
  | { readonly state: 'closed' };

export interface ConnectionListener {
  connected(): void;
  message(topic: string, payload: Buffer): void;
  writable(): void;
  /** An established connection was lost, or a round of attempts failed. */
  unavailable(): void;
  statusChanged(status: ConnectionStatus): void;
}

type State =
  | { readonly name: 'idle' }
  | { readonly name: 'connecting'; readonly link: Link; readonly address: number }
  | {
      readonly name: 'connected';
      readonly link: Link;
      readonly since: number;
      published: number | undefined;
      received: boolean;
    }
  | { readonly name: 'waiting'; readonly timer: NodeJS.Timeout }
  | { readonly name: 'closed' };

export class Connection {
  readonly #options: ClientOptions;
  readonly #transport: Transport;
  readonly #listener: ConnectionListener;
  #state: State = { name: 'idle' };
  #status: ConnectionStatus = { state: 'connecting' };
  #failedRounds = 0;

  constructor(options: ClientOptions, transport: Transport, listener: ConnectionListener) {
    this.#options = options;
    this.#transport = transport;
    this.#listener = listener;
  }

  get status(): ConnectionStatus {
    return this.#status;
  }

  /** The link, while connected. */
  get link(): Link | undefined {
    return this.#state.name === 'connected' ? this.#state.link : undefined;
  }

  open(): void {
    if (this.#state.name === 'idle') this.#attempt(0);
  }

  /** To be told of every publish: the time of the first one helps to tell why a server drops us. */
  published(): void {
    if (this.#state.name === 'connected') this.#state.published ??= performance.now();
  }

  /** To be told of every PUBACK: a server that sends them has not refused our messages. */
  acknowledged(): void {
    if (this.#state.name === 'connected') this.#state.received = true;
  }

  /** Ends for good; resolves when the link is gone, after `deadline` milliseconds at the latest. */
  async close(deadline: number): Promise<void> {
    const state = this.#state;
    if (state.name === 'closed') return;
    this.#state = { name: 'closed' };
    this.#show({ state: 'closed' });
    if (state.name === 'waiting') clearTimeout(state.timer);
    if (state.name === 'connecting' || state.name === 'connected') await state.link.close(deadline);
  }

  #attempt(address: number): void {
    const link = this.#transport(
      this.#linkOptions(address),
      this.#linkListener(() => link),
    );
    this.#state = { name: 'connecting', link, address };
  }

  #linkOptions(address: number): LinkOptions {
    const { urls, clientId, username, password, tls, keepAlive } = this.#options;
    return {
      url: urls[address] ?? urls[0],
      clientId,
      ...(username === undefined ? {} : { username }),
      ...(password === undefined ? {} : { password }),
      ...(tls === undefined ? {} : { tls }),
      keepAlive,
      connectTimeout,
    };
  }

  /** Only the link of the present state is listened to: a late word of an earlier one changes nothing. */
  #linkListener(link: () => Link): LinkListener {
    return {
      connected: () => {
        if (this.#state.name !== 'connecting' || this.#state.link !== link()) return;
        const since = performance.now();
        this.#state = { name: 'connected', link: link(), since, published: undefined, received: false };
        this.#show({ state: 'connected' });
        this.#listener.connected();
      },
      message: (topic, payload) => {
        if (this.#state.name !== 'connected' || this.#state.link !== link()) return;
        this.#state.received = true;
        this.#listener.message(topic, payload);
      },
      writable: () => {
        if (this.link === link()) this.#listener.writable();
      },
      closed: (failure) => this.#linkClosed(link(), failure),
    };
  }

  #linkClosed(link: Link, failure: LinkFailure): void {
    const state = this.#state;
    if (state.name === 'connecting' && state.link === link) {
      const next = state.address + 1;
      if (next < this.#options.urls.length) this.#attempt(next);
      else this.#unavailable(failure);
    } else if (state.name === 'connected' && state.link === link) {
      if (performance.now() - state.since >= stableAfter) this.#failedRounds = 0;
      const droppedAtOnce =
        failure.reason === 'dropped' &&
        state.published !== undefined &&
        !state.received &&
        performance.now() - state.published < firstMessageGrace;
      this.#unavailable(droppedAtOnce ? { ...failure, reason: 'dropped-first-message' } : failure);
    }
  }

  #unavailable(failure: LinkFailure): void {
    this.#failedRounds += 1;
    const timer = setTimeout(() => this.#attempt(0), backOff(this.#failedRounds));
    this.#state = { name: 'waiting', timer };
    this.#show({ state: 'offline', ...failure });
    this.#listener.unavailable();
  }

  #show(status: ConnectionStatus): void {
    this.#status = status;
    this.#listener.statusChanged(status);
  }
}
