/**
 * The one MQTT connection of an endpoint, kept up: a fresh link per attempt, the addresses in turn, back-off between
 * rounds. It knows nothing of requests.
 */
import type { ConnectionReason } from '../protocol/connection-reasons.ts';
import { isLoopback } from '../protocol/loopback.ts';
import { backOff } from './back-off.ts';
import type { ClientOptions } from './options.ts';
import type { Link, LinkFailure, LinkListener, LinkOptions, Transport } from './transport.ts';

/** Seconds between rounds of attempts. */
const betweenRounds = { shortest: 1, longest: 60 };

/** A connection that held for this many milliseconds is stable: the back-off starts anew after it. */
const stableAfter = 60_000;

/** Seconds until an attempt without CONNACK is given up. */
const connectTimeout = 15;

/** One that held for this many milliseconds and brought an answer works too, unless it is dropped again and again. */
const worksAfter = 10_000;

/**
 * Milliseconds after the start in which a server on this machine may be starting too, as after a boot or with a
 * simulator in the same flow: that nothing listens there yet is no failure until then.
 */
const startsTogether = 3000;

/** Milliseconds between two looks for it. */
const lookEvery = 200;

/** Connections that the server accepted and dropped before they were stable, with no failed attempt between them. */
const dropsInARow = 3;

/** A server that drops us within this many milliseconds, having said nothing, after our first message, refused us. */
const firstMessageGrace = 5_000;

/** Milliseconds for saying goodbye to a server that is connected again at once. */
const farewell = 500;

export interface AddressFailure extends LinkFailure {
  readonly url: string;
}

/** What a person is shown. `offline` lasts through further attempts until one succeeds. */
export type ConnectionStatus =
  | {
      readonly state: 'connecting';
      /** Somebody wants a connection that there was to be made anew. */
      readonly reason?: 'reconnecting';
    }
  | {
      readonly state: 'connected';
      readonly url: string;
      /** What happened with the addresses before it, in turn, where there are some. */
      readonly failures?: readonly AddressFailure[];
    }
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
  /** A connection that is made anew is gone: what was still under way is lost, and what waits goes over the next. */
  replaced(reason: ConnectionReason): void;
  statusChanged(status: ConnectionStatus): void;
  /** The server answers no more, or again. */
  silenceChanged(): void;
}

/** What a message waits for: the platform's answer, or the server's receipt. */
export type Awaited = 'answer' | 'receipt';

/** All times are on the clock of `performance.now()`. */
interface Connected {
  readonly name: 'connected';
  readonly link: Link;
  readonly url: string;
  readonly since: number;
  /** When the first message was published. */
  publishedAt: number | undefined;
  /** When the last message came. */
  messageAt: number | undefined;
  /** When the last PUBACK came. */
  receiptAt: number | undefined;
  /** What is missing since a message timed out. */
  missing: Awaited | undefined;
}

/** To be made anew: what is under way may finish, and nothing new is published. */
interface Finishing {
  readonly name: 'finishing';
  readonly link: Link;
  /** Ends it where something does not finish. */
  readonly timer: NodeJS.Timeout;
}

type State =
  | { readonly name: 'idle' }
  | { readonly name: 'connecting'; readonly link: Link; readonly failures: readonly AddressFailure[] }
  | Connected
  | Finishing
  /** Says goodbye, to be made anew. */
  | { readonly name: 'leaving'; readonly link: Link }
  | { readonly name: 'waiting'; readonly timer: NodeJS.Timeout }
  | { readonly name: 'closed' };

export class Connection {
  readonly #options: ClientOptions;
  readonly #transport: Transport;
  readonly #listener: ConnectionListener;
  #state: State = { name: 'idle' };
  #status: ConnectionStatus = { state: 'connecting' };
  #failedRounds = 0;
  /** Connections that were dropped before they were stable, since the last failed attempt. */
  #drops = 0;
  /** Until when a server on this machine may be starting, on the clock of `performance.now()`. */
  #patientUntil = 0;

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

  /** Whether the server is connected and has not answered since a message timed out. */
  get silent(): boolean {
    return this.#state.name === 'connected' && this.#state.missing !== undefined;
  }

  open(): void {
    if (this.#state.name !== 'idle') return;
    this.#patientUntil = performance.now() + startsTogether;
    this.#attempt([]);
  }

  /** Tries at once where it waits, with the back-off of a first attempt. */
  retry(): void {
    const state = this.#state;
    if (state.name !== 'waiting' && state.name !== 'connecting') return;
    this.#failedRounds = 0;
    this.#patientUntil = performance.now() + startsTogether;
    this.#show({ state: 'connecting' });
    if (state.name === 'connecting') return;
    clearTimeout(state.timer);
    this.#attempt([]);
  }

  /**
   * Where there is a link, ends it and makes another one, as soon as `settled` says that nothing is under way over it.
   * @param deadline milliseconds after which it ends whatever is under way
   */
  reconnect(deadline: number): void {
    const state = this.#state;
    if (state.name !== 'connected') return;
    const { link } = state;
    const finishing: Finishing = { name: 'finishing', link, timer: setTimeout(() => this.#leave(finishing), deadline) };
    this.#state = finishing;
    this.#show({ state: 'connecting', reason: 'reconnecting' });
  }

  /** To be told whenever nothing is under way any more and nothing is published. */
  settled(): void {
    if (this.#state.name === 'finishing') this.#leave(this.#state);
  }

  /** To be told of every publish: the time of the first one helps to tell why a server drops us. */
  published(): void {
    if (this.#state.name === 'connected') this.#state.publishedAt ??= performance.now();
  }

  /** To be told of every PUBACK: a server that sends them has not refused our messages. */
  acknowledged(): void {
    if (this.#state.name !== 'connected') return;
    this.#state.receiptAt = performance.now();
    if (this.#state.missing === 'receipt') this.#setMissing(undefined);
  }

  /** To be told of every message that timed out, with the time of its publishing. */
  unanswered(publishedAt: number, awaited: Awaited): void {
    if (this.#state.name !== 'connected' || this.#state.missing !== undefined) return;
    const { messageAt = -Infinity, receiptAt = -Infinity } = this.#state;
    const heard = awaited === 'receipt' ? Math.max(messageAt, receiptAt) : messageAt;
    if (heard < publishedAt) this.#setMissing(awaited);
  }

  /** Ends for good; resolves when the link is gone, after `deadline` milliseconds at the latest. */
  async close(deadline: number): Promise<void> {
    const state = this.#state;
    if (state.name === 'closed') return;
    this.#state = { name: 'closed' };
    this.#show({ state: 'closed' });
    if ('timer' in state) clearTimeout(state.timer);
    if ('link' in state) await state.link.close(deadline);
  }

  #leave({ link, timer }: Finishing): void {
    clearTimeout(timer);
    const leaving = { name: 'leaving', link } as const;
    this.#state = leaving;
    this.#listener.replaced('reconnecting');
    const gone = (): void => {
      if (this.#state === leaving) this.#attemptAnew();
    };
    // However the farewell went.
    void link.close(farewell).then(gone, gone);
  }

  #attemptAnew(): void {
    this.#failedRounds = 0;
    this.#drops = 0;
    this.#patientUntil = performance.now() + startsTogether;
    this.#attempt([]);
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
        const { failures } = this.#state;
        const url = this.#urlAfter(failures);
        const since = performance.now();
        const nothing = { publishedAt: undefined, messageAt: undefined, receiptAt: undefined, missing: undefined };
        this.#state = { name: 'connected', link: link(), url, since, ...nothing };
        this.#show({ state: 'connected', url, ...(failures.length === 0 ? {} : { failures }) });
        this.#listener.connected();
      },
      message: (topic, payload) => {
        const state = this.#state;
        if ((state.name !== 'connected' && state.name !== 'finishing') || state.link !== link()) return;
        if (state.name === 'connected') {
          state.messageAt = performance.now();
          if (state.missing !== undefined) this.#setMissing(undefined);
        }
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
      this.#drops = 0;
      const failures = [...state.failures, { url: this.#urlAfter(state.failures), ...failure }];
      if (failures.length < this.#options.urls.length) this.#attempt(failures);
      else if (performance.now() < this.#patientUntil && failures.every(mayBeStarting)) this.#wait(lookEvery);
      else this.#unavailable(failures);
    } else if (state.name === 'connected' && state.link === link) {
      const held = performance.now() - state.since;
      const stable = held >= stableAfter;
      this.#drops = stable || failure.reason !== 'dropped' ? 0 : this.#drops + 1;
      const works = held >= worksAfter && state.messageAt !== undefined && this.#drops < dropsInARow;
      if (stable || works) this.#failedRounds = 0;
      const reason = failure.reason === 'dropped' ? this.#dropReason(state) : failure.reason;
      this.#unavailable([{ url: state.url, ...failure, reason }]);
    } else if (state.name === 'finishing' && state.link === link) {
      clearTimeout(state.timer);
      this.#attemptAnew();
      this.#listener.replaced(failure.reason);
    }
  }

  #dropReason({ publishedAt, messageAt, receiptAt }: Connected): ConnectionReason {
    const answered = messageAt !== undefined || receiptAt !== undefined;
    const atOnce = publishedAt !== undefined && performance.now() - publishedAt < firstMessageGrace;
    if (atOnce && !answered) return 'dropped-first-message';
    return this.#drops >= dropsInARow ? 'dropped-repeatedly' : 'dropped';
  }

  #setMissing(missing: Awaited | undefined): void {
    if (this.#state.name !== 'connected') return;
    this.#state.missing = missing;
    this.#listener.silenceChanged();
  }

  #unavailable(failures: readonly AddressFailure[]): void {
    this.#failedRounds += 1;
    this.#wait(backOff(this.#failedRounds, betweenRounds));
    this.#show({ state: 'offline', reason: failures[0]?.reason ?? 'not-connected', failures });
    this.#listener.unavailable();
  }

  #wait(milliseconds: number): void {
    this.#state = { name: 'waiting', timer: setTimeout(() => this.#attempt([]), milliseconds) };
  }

  #show(status: ConnectionStatus): void {
    this.#status = status;
    this.#listener.statusChanged(status);
  }
}

function mayBeStarting({ url, reason }: AddressFailure): boolean {
  return reason === 'refused' && isLoopback(new URL(url).hostname);
}
