/**
 * The one MQTT connection of an endpoint, kept up: a fresh link per attempt, the addresses in turn, back-off between
 * rounds. It knows nothing of requests.
 */
import type { ConnectionReason } from '../protocol/connection-reasons.ts';
import { backOff } from './back-off.ts';
import type { ClientOptions } from './options.ts';
import type { Link, LinkFailure, LinkListener, LinkOptions, Transport } from './transport.ts';

/** Seconds between rounds of attempts. */
const betweenRounds = { shortest: 1, longest: 60 };

/** A connection that held for this many milliseconds is stable: the back-off starts anew after it. */
const stableAfter = 60_000;

/** Seconds until an attempt without CONNACK is given up. */
const connectTimeout = 15;

/** A server that drops us within this many milliseconds, having said nothing, after our first message, refused us. */
const firstMessageGrace = 5_000;

export interface AddressFailure extends LinkFailure {
  readonly url: string;
}

/** What a person is shown. `offline` lasts through further attempts until one succeeds. */
export type ConnectionStatus =
  | { readonly state: 'connecting' }
  | { readonly state: 'connected'; readonly url: string }
  | {
      readonly state: 'offline';
      /** Of the first address: the others are second choices. */
      readonly reason: ConnectionReason;
      /** What happened with each address, in turn. */
      readonly failures: readonly AddressFailure[];
    }
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
  | { readonly name: 'connecting'; readonly link: Link; readonly failures: readonly AddressFailure[] }
  | {
      readonly name: 'connected';
      readonly link: Link;
      readonly url: string;
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
    if (this.#state.name === 'idle') this.#attempt([]);
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

  /** @param failures of the addresses before, in this round */
  #attempt(failures: readonly AddressFailure[]): void {
    const link = this.#transport(
      this.#linkOptions(this.#urlAfter(failures)),
      this.#linkListener(() => link),
    );
    this.#state = { name: 'connecting', link, failures };
  }

  #urlAfter(failures: readonly AddressFailure[]): string {
    const { urls } = this.#options;
    return urls[failures.length] ?? urls[0];
  }

  #linkOptions(url: string): LinkOptions {
    const { clientId, username, password, tls, keepAlive } = this.#options;
    return {
      url,
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
        const url = this.#urlAfter(this.#state.failures);
        const since = performance.now();
        this.#state = { name: 'connected', link: link(), url, since, published: undefined, received: false };
        this.#show({ state: 'connected', url });
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
      const failures = [...state.failures, { url: this.#urlAfter(state.failures), ...failure }];
      if (failures.length < this.#options.urls.length) this.#attempt(failures);
      else this.#unavailable(failures);
    } else if (state.name === 'connected' && state.link === link) {
      if (performance.now() - state.since >= stableAfter) this.#failedRounds = 0;
      const droppedAtOnce =
        failure.reason === 'dropped' &&
        state.published !== undefined &&
        !state.received &&
        performance.now() - state.published < firstMessageGrace;
      const reason = droppedAtOnce ? 'dropped-first-message' : failure.reason;
      this.#unavailable([{ url: state.url, ...failure, reason }]);
    }
  }

  #unavailable(failures: readonly AddressFailure[]): void {
    this.#failedRounds += 1;
    const timer = setTimeout(() => this.#attempt([]), backOff(this.#failedRounds, betweenRounds));
    this.#state = { name: 'waiting', timer };
    this.#show({ state: 'offline', reason: failures[0]?.reason ?? 'not-connected', failures });
    this.#listener.unavailable();
  }

  #show(status: ConnectionStatus): void {
    this.#status = status;
    this.#listener.statusChanged(status);
  }
}
