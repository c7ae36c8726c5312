/**
 * The client of the Kaa MQTT Device API: requests and their answers over one connection, for any number of endpoints.
 * Every request settles exactly once: with the platform's answer, the server's receipt, or a `KaaError`.
 */
import type { ConnectionTrouble } from '../protocol/connection-reasons.ts';
import {
  KaaBusyError,
  KaaClosedError,
  KaaConfigError,
  KaaError,
  KaaInvalidError,
  KaaOfflineError,
  KaaTimeoutError,
} from '../protocol/errors.ts';
import { type Resource, resourcePath, resources } from '../protocol/resources.ts';
import { type AnswerTopic, readAnswerTopic } from '../protocol/topic.ts';
import { wording } from '../protocol/wording.ts';
import { readError, readStatus } from './answer.ts';
import type { Channel, EndpointAddress, Observer, Push, Sender, Target } from './channel.ts';
import { Channels } from './channels.ts';
import { Connection, type ConnectionStatus } from './connection.ts';
import { type HeldPush, HeldPushes } from './held-pushes.ts';
import {
  Exchange,
  type ExchangeListener,
  type ExchangeOutcome,
  type ExchangeProgress,
  type Payload,
  type Settlement,
} from './exchange.ts';
import type { ClientOptions } from './options.ts';
import { Redaction } from './redaction.ts';
import type { RoundTripSummary } from './round-trips.ts';
import type { Subscription } from './subscription.ts';
import { type SubscriptionOutcome, Subscriptions } from './subscriptions.ts';
import type { Transport } from './transport.ts';
import { longestLine, longestSilentLine } from './waiting-line.ts';
import { RequestWindow } from './window.ts';

/** What a message may want beside its settlement. */
export interface SendOptions extends ExchangeProgress {
  /** What the message makes the platform push to: its subscription must be confirmed too before the message goes. */
  readonly observed?: Target;
}

export type DispatchListener = ExchangeListener & SendOptions;

/** Milliseconds for which a connection that is to be made anew waits for what is under way. */
const longestFinish = 2000;

export class KaaClient {
  readonly options: ClientOptions;
  readonly #connection: Connection;
  readonly #channels: Channels;
  readonly #subscriptions: Subscriptions<Exchange>;
  readonly #window: RequestWindow;
  readonly #held: HeldPushes;
  readonly #redaction: Redaction;
  readonly #statusListeners = new Set<(status: ConnectionStatus) => void>();
  readonly #troubleListeners = new Set<() => void>();
  /** Refused on this connection. */
  readonly #refused = new Set<Subscription<Channel<Exchange>>>();
  #trouble: ConnectionTrouble | undefined;
  /** Runs from opening, or making anew, until the first attempts have ended, and while it runs requests wait. */
  #firstConnect: NodeJS.Timeout | undefined;

  constructor(options: ClientOptions, transport: Transport) {
    this.options = options;
    this.#connection = new Connection(options, transport, {
      connected: () => this.#connected(),
      message: (topic, payload) => this.#receive(topic, payload),
      writable: () => this.#window.advance(),
      unavailable: () => this.#unavailable(),
      replaced: (reason) =>
        this.#window.failAll(
          [],
          () => true,
          () => new KaaOfflineError(reason, true),
        ),
      statusChanged: (status) => {
        for (const listener of this.#statusListeners) listener(status);
        this.#lookForTrouble();
      },
      silenceChanged: () => this.#lookForTrouble(),
    });
    this.#channels = new Channels(options.extensions, {
      observed: (channel) => {
        if (this.#connection.link !== undefined) this.#subscriptions.request(channel);
        this.#held.observersChanged();
      },
      released: (subscription) => {
        this.#subscriptions.release(subscription);
        if (this.#refused.delete(subscription)) this.#lookForTrouble();
      },
    });
    const qos = options.qos === 'auto' ? 0 : options.qos;
    this.#subscriptions = new Subscriptions(qos, options.requestTimeout * 1000, (subscription, outcome) =>
      this.#subscriptionSettled(subscription, outcome),
    );
    this.#window = new RequestWindow(options, this.#subscriptions, this.#connection);
    this.#redaction = new Redaction(options, this.#channels.tokens);
    this.#held = new HeldPushes({
      isObserved: ({ topic }) => (this.#channels.find(topic)?.observers.size ?? 0) > 0,
      isKnown: ({ topic }) => this.#channels.knows(topic),
      deliver: (push) => this.#pushed(push),
      over: () => this.#channels.letGoAgain(),
    });
  }

  get status(): ConnectionStatus {
    return this.#connection.status;
  }

  /** What is wrong although there is a connection. */
  get trouble(): ConnectionTrouble | undefined {
    return this.#trouble;
  }

  /** Messages published and not settled yet. */
  get inFlight(): number {
    return this.#window.inFlight;
  }

  /** Messages that wait for their turn. */
  get waiting(): number {
    return this.#window.waiting;
  }

  /** How long the last answers and receipts of this connection took; undefined where there were none. */
  get roundTrips(): RoundTripSummary | undefined {
    return this.#window.roundTrips.summary;
  }

  /** What is observed, such as `cex/command/reboot`, and for how many endpoints each. */
  get observed(): ReadonlyMap<string, number> {
    const counts = new Map<string, number>();
    for (const { label } of this.#channels.observed()) counts.set(label, (counts.get(label) ?? 0) + 1);
    return counts;
  }

  /** Whether something was sent or observed for a token. */
  speaksFor(token: string): boolean {
    return this.#channels.tokens.has(token);
  }

  /** How many endpoints the connection has to do with. */
  get endpoints(): number {
    return this.#channels.tokens.size;
  }

  /** Calls back at every change of the connection's status, until the returned function is called. */
  onStatus(listener: (status: ConnectionStatus) => void): () => void {
    this.#statusListeners.add(listener);
    return () => this.#statusListeners.delete(listener);
  }

  /** Calls back whenever `trouble` has become another one, until the returned function is called. */
  onTrouble(listener: () => void): () => void {
    this.#troubleListeners.add(listener);
    return () => this.#troubleListeners.delete(listener);
  }

  /**
   * Starts connecting. Requests made before the first attempts have ended wait for them, at most `requestTimeout`.
   * @param behind what has to end first, because the server would take both connections for one
   */
  open(behind?: Promise<void>): void {
    this.#beginFirstConnect();
    if (behind === undefined) this.#connection.open();
    else void behind.then(() => this.#connection.open());
  }

  /** Where there is no connection, it is tried at once, as when it was opened. */
  retry(): void {
    if (this.status.state !== 'offline') return;
    this.#beginFirstConnect();
    this.#connection.retry();
  }

  /**
   * Makes another connection, at once where there is none. What is under way has a moment to finish, and fails behind it
   * as with any lost connection; new requests wait as at the first connect.
   */
  reconnect(): void {
    this.retry();
    if (this.#connection.link === undefined) return;
    this.#beginFirstConnect();
    this.#subscriptions.stop();
    this.#window.pause();
    this.#connection.reconnect(Math.min(longestFinish, this.options.requestTimeout * 500));
    this.#window.advance();
  }

  /** The nodes that observe are about to be replaced: what the platform sends by itself waits for the new ones. */
  holdPushes(): void {
    this.#channels.keep();
    this.#held.hold();
  }

  /** The new nodes are there. */
  releasePushes(): void {
    this.#held.release();
  }

  /**
   * Sends a message to a resource and waits for what `settlement` names.
   * @param payload the body as it goes over the wire; a text takes less memory while it waits
   * @throws {KaaInvalidError} the payload is larger than `maxPayload`
   * @throws {KaaOfflineError} not connected (at once), or the connection was lost before the outcome
   * @throws {KaaBusyError} too many messages are waiting
   * @throws {KaaTimeoutError} no answer or receipt within `requestTimeout`
   * @throws {KaaRejectedError} the platform answered with an error
   * @throws {KaaProtocolError} the answer is not what the protocol promises
   * @throws {KaaConfigError} the server refused the subscription to the answers
   * @throws {KaaClosedError} the client is closing
   */
  send(
    target: Target,
    payload: Payload,
    settlement: Settlement,
    sender: Sender,
    options: SendOptions = {},
  ): Promise<ExchangeOutcome> {
    return new Promise((succeeded, failed) => {
      this.dispatch(target, payload, settlement, sender, { ...options, succeeded, failed });
    });
  }

  /**
   * The same without a promise, of which a hundred thousand would take much memory: what `send` rejects with is thrown at
   * once or told to the listener.
   */
  dispatch(target: Target, payload: Payload, settlement: Settlement, sender: Sender, listener: DispatchListener): void {
    this.requireAvailable();
    this.requireFitting(payload);
    if (this.#window.waiting >= longestLine) throw new KaaBusyError(this.#window.waiting, 'requests');
    const channel = this.#channels.of(target);
    const { silent, waiting } = channel.traffic;
    if (silent && waiting.size >= longestSilentLine) throw new KaaBusyError(waiting.size, 'requests');
    const observed = listener.observed === undefined ? undefined : this.#channels.of(listener.observed);
    this.#window.push(new Exchange({ channel, payload, settlement, sender, listener, observed }));
  }

  /**
   * Passes on what the platform sends to `target` by itself (the name `everyName` stands for all names), until the
   * returned function is called. Only subscribes: it is the observe request that makes Kaa send.
   */
  observe(target: Target, observer: Observer): () => void {
    return this.#channels.observe(target, observer);
  }

  /**
   * Does nothing where a message can be sent now or after the first connect.
   * @throws {KaaOfflineError} not connected
   * @throws {KaaClosedError} the client is closing
   */
  requireAvailable(): void {
    const { status } = this.#connection;
    if (status.state === 'closed') throw new KaaClosedError(false);
    if (status.state === 'offline') throw new KaaOfflineError(status.reason, false);
    if (status.state === 'connecting' && this.#firstConnect === undefined) {
      throw new KaaOfflineError('not-connected', false);
    }
  }

  /** @throws {KaaInvalidError} the payload is larger than `maxPayload` */
  requireFitting(payload: Payload): void {
    const { maxPayload } = this.options;
    const bytes = Buffer.byteLength(payload);
    if (bytes <= maxPayload) return;
    const reason = wording('reason.tooLarge', { bytes, most: maxPayload });
    throw new KaaInvalidError('payload', [{ path: '', reason }]);
  }

  /**
   * A sender leaves: what it has under way is settled with KAA_CLOSED, and it hears of nothing any more.
   * @param address of the only endpoint that it speaks for, where there is only one
   */
  forget(sender: Sender, address?: EndpointAddress): void {
    this.#channels.forget(sender, address);
    const endpoints = this.#channels.endpoints(address);
    this.#window.failAll(endpoints, (exchange) => exchange.sender === sender, closedError);
    this.#window.advance();
  }

  /** Settles everything with KAA_CLOSED and ends the connection within `deadline` milliseconds. */
  async close(deadline: number): Promise<void> {
    this.#endFirstConnect();
    this.#held.clear();
    const ended = this.#connection.close(deadline);
    this.#subscriptions.stop();
    this.#window.stop(this.#channels.endpoints(), closedError);
    await ended;
  }

  #connected(): void {
    this.#endFirstConnect();
    const { link } = this.#connection;
    if (link === undefined) return;
    this.#window.roundTrips.clear();
    this.#channels.releaseIdle();
    this.#subscriptions.start(link);
    for (const channel of this.#channels.observed()) this.#subscriptions.request(channel);
    this.#window.start(link, this.#channels.endpoints());
  }

  #unavailable(): void {
    this.#endFirstConnect();
    this.#subscriptions.stop();
    const { status } = this.#connection;
    const reason = status.state === 'offline' ? status.reason : 'not-connected';
    this.#window.stop(
      this.#channels.endpoints(),
      ({ publishedAt }) => new KaaOfflineError(reason, publishedAt !== undefined),
    );
  }

  #lookForTrouble(): void {
    if (this.#connection.link === undefined) this.#refused.clear();
    const refused = this.#refused.size > 0 ? 'subscription-refused' : undefined;
    const trouble = refused ?? (this.#connection.silent ? 'silent' : undefined);
    if (trouble === this.#trouble) return;
    this.#trouble = trouble;
    for (const listener of this.#troubleListeners) listener();
  }

  #beginFirstConnect(): void {
    this.#firstConnect = setTimeout(() => {
      this.#endFirstConnect();
      this.#window.stop(this.#channels.endpoints(), () => new KaaOfflineError('not-connected', false));
    }, this.options.requestTimeout * 1000);
  }

  #endFirstConnect(): void {
    clearTimeout(this.#firstConnect);
    this.#firstConnect = undefined;
  }

  #subscriptionSettled(subscription: Subscription<Channel<Exchange>>, outcome: SubscriptionOutcome): void {
    if (outcome === 'refused') this.#refused.add(subscription);
    else this.#refused.delete(subscription);
    this.#lookForTrouble();
    for (const channel of subscription.channels) {
      if (outcome !== 'granted') this.#window.failWaiting(channel, this.#subscriptionError(channel.label, outcome));
      this.#window.wake(channel.traffic);
    }
  }

  #subscriptionError(label: string, outcome: 'refused' | 'timed-out'): Error {
    if (outcome === 'timed-out') return new KaaTimeoutError(label, this.options.requestTimeout, 'subscribing');
    return new KaaConfigError(wording('config.subscriptionRefused', { resource: label }));
  }

  #receive(text: string, payload: Buffer): void {
    const topic = readAnswerTopic(text);
    if (topic === undefined) return;
    const exchange = this.#channels.asked(topic);
    if (exchange === undefined) this.#receiveOther(topic, payload);
    else this.#answered(exchange, topic.kind, payload);
  }

  #answered(exchange: Exchange, kind: AnswerTopic['kind'], payload: Buffer): void {
    const { label, resource } = exchange.channel;
    this.#window.answered(exchange, () => {
      if (kind === 'error') throw readError(label, this.#redaction, payload);
      return readStatus(resource, label, this.#redaction, payload);
    });
  }

  /** What answers no request that is under way. */
  #receiveOther(topic: AnswerTopic, payload: Buffer): void {
    const recipient = this.#channels.find(topic);
    const channel = recipient?.channel;
    if (channel !== undefined) {
      this.#window.heard(channel.traffic);
      this.#answeredLate(channel, topic, payload);
    }
    if (topic.kind === 'error') this.#unexpectedError(channel, topic, payload);
    // An empty one says nothing: it is a late answer, or a push without content.
    else if (payload.length === 0) return;
    else if (this.#held.passing) this.#pushed({ topic, payload }, recipient);
    else this.#held.take({ topic, payload });
  }

  /** The success of a message that was given up: it changes nothing, but whoever sent it may want to know. */
  #answeredLate({ requestIds, resource, label }: Channel<Exchange>, topic: AnswerTopic, payload: Buffer): void {
    const retired = topic.requestId === undefined ? undefined : requestIds.retired.get(topic.requestId);
    if (retired?.answeredLate === undefined || topic.kind !== 'status') return;
    try {
      readStatus(resource, label, this.#redaction, payload);
    } catch {
      return;
    }
    retired.answeredLate();
  }

  /** For a message that had its receipt already, an error is as unexpected as one without request ID. */
  #unexpectedError(channel: Channel<Exchange> | undefined, { requestId }: AnswerTopic, payload: Buffer): void {
    if (channel === undefined) return;
    const { label, target, requestIds, lastSender } = channel;
    if (requestId !== undefined && requestIds.retired.get(requestId)?.reason !== 'acknowledged') return;
    lastSender?.unexpectedError(target, readError(label, this.#redaction, payload));
  }

  #pushed({ topic, payload }: HeldPush, recipient = this.#channels.find(topic)): void {
    if (recipient === undefined || recipient.observers.size === 0) return;
    const { target, channel, observers } = recipient;
    const { requestId } = topic;
    const resource: Resource = resources[target.resource];
    const label = channel?.label ?? `${resource.extension}/${resourcePath(resource, target.name)}`;
    let push: Push;
    try {
      push = readStatus(resource, label, this.#redaction, payload);
    } catch (error) {
      if (!(error instanceof KaaError)) throw error;
      for (const observer of observers) observer.pushFailed(target, error);
      return;
    }
    if (requestId !== undefined) push = { ...push, requestId };
    for (const observer of observers) observer.pushed(target, push);
  }
}

function closedError({ publishedAt }: Exchange): KaaClosedError {
  return new KaaClosedError(publishedAt !== undefined);
}
