/**
 * The window of outstanding messages and the line in front of it: publishes while the link takes more, gives out request
 * IDs, and settles every message exactly once. Nothing is published again after it settled.
 */
import { asError, KaaTimeoutError } from '../protocol/errors.ts';
import type { Channel, EndpointTraffic } from './channel.ts';
import type { Awaited } from './connection.ts';
import { type Exchange, type ExchangeOutcome, receiptSuffices } from './exchange.ts';
import { Objections } from './objections.ts';
import type { ClientOptions } from './options.ts';
import { RequestIds } from './request-ids.ts';
import { RoundTrips } from './round-trips.ts';
import type { Subscriptions } from './subscriptions.ts';
import type { Link, QualityOfService } from './transport.ts';
import { WaitingLine } from './waiting-line.ts';
import { WindowShare } from './window-share.ts';

/** A late answer is expected for this many request time-outs. */
const lateAnswers = 10;

/** A message waits for this many request time-outs behind an endpoint that does not answer at all. */
const longestWait = 10;

/** Milliseconds after which endpoints without a free request ID look again. */
const requestIdRetry = 1000;

/** Hears what happens on the wire, to tell later why a connection was lost. */
export interface WireWitness {
  published(): void;
  /** Nothing is under way, and nothing is published. */
  settled(): void;
  /** The server sent a PUBACK. */
  acknowledged(): void;
  /** A message timed out. */
  unanswered(publishedAt: number, awaited: Awaited): void;
}

export class RequestWindow {
  readonly roundTrips = new RoundTrips();
  readonly #options: ClientOptions;
  readonly #subscriptions: Subscriptions<Exchange>;
  readonly #witness: WireWitness;
  readonly #requestIds: RequestIds;
  readonly #line = new WaitingLine();
  /** In the order of publishing, so that the first is the next to time out. */
  readonly #outstanding = new Set<Exchange>();
  readonly #objections = new Objections((exchange) => {
    this.#unopposed(exchange);
    this.advance();
  });
  readonly #withoutRequestId = new Set<EndpointTraffic<Exchange>>();
  readonly #share: WindowShare;
  #link: Link | undefined;
  #advancing = false;
  #deadlineTimer: NodeJS.Timeout | undefined;
  #requestIdTimer: NodeJS.Timeout | undefined;

  constructor(options: ClientOptions, subscriptions: Subscriptions<Exchange>, witness: WireWitness) {
    this.#options = options;
    this.#subscriptions = subscriptions;
    this.#witness = witness;
    this.#share = new WindowShare(options.maxInFlight, this.#timeout);
    this.#requestIds = new RequestIds(options.requestIdMax, lateAnswers * this.#timeout);
  }

  /** Messages published and not settled yet. */
  get inFlight(): number {
    return this.#outstanding.size;
  }

  get waiting(): number {
    return this.#line.size;
  }

  get #timeout(): number {
    return this.#options.requestTimeout * 1000;
  }

  push(exchange: Exchange): void {
    this.#line.push(exchange);
    // Not only at its turn: the subscriptions of all that wait go out together.
    if (this.#link !== undefined) this.#subscribe(exchange);
    this.advance();
  }

  /** Publishes over `link` from now on. */
  start(link: Link, endpoints: Iterable<EndpointTraffic<Exchange>>): void {
    this.#link = link;
    for (const traffic of endpoints) {
      for (const exchange of traffic.waiting) this.#subscribe(exchange);
      this.#line.wake(traffic);
    }
    this.advance();
  }

  /** Publishes nothing until started again; what is under way may still be answered. */
  pause(): void {
    this.#link = undefined;
  }

  /** Settles everything, published or waiting, with what `error` gives, and publishes nothing until started again. */
  stop(endpoints: Iterable<EndpointTraffic<Exchange>>, error: (exchange: Exchange) => Error): void {
    this.#link = undefined;
    clearTimeout(this.#deadlineTimer);
    clearTimeout(this.#requestIdTimer);
    this.#deadlineTimer = undefined;
    this.#requestIdTimer = undefined;
    this.failAll(endpoints, () => true, error);
  }

  /** Settles what is published or waiting and for which `matches` holds. */
  failAll(
    endpoints: Iterable<EndpointTraffic<Exchange>>,
    matches: (exchange: Exchange) => boolean,
    error: (exchange: Exchange) => Error,
  ): void {
    for (const exchange of this.#outstanding) {
      if (matches(exchange)) this.#giveUp(exchange, error(exchange));
    }
    for (const exchange of this.#objections.endAll(matches)) {
      // A message that was only written may have been lost with the link.
      if (this.#qosFor(exchange) === 1) this.#unopposed(exchange);
      else this.#giveUp(exchange, error(exchange));
    }
    for (const traffic of endpoints) {
      for (const exchange of this.#line.remove(traffic, matches)) exchange.fail(error(exchange));
    }
  }

  /** Publishes what may go now. */
  advance(): void {
    // A receipt may come while the link is still publishing, and thousands may wait: no recursion.
    if (this.#advancing) return;
    if (this.#link === undefined) {
      if (this.#outstanding.size === 0 && this.#objections.size === 0) this.#witness.settled();
      return;
    }
    this.#advancing = true;
    try {
      this.#publishAll();
    } finally {
      this.#advancing = false;
    }
  }

  /** The link may be given up on the way. */
  #publishAll(): void {
    while (this.#outstanding.size < this.#options.maxInFlight && this.#link?.writable === true) {
      const exchange = this.#line.next((candidate) => this.#mayGo(candidate));
      const probe = exchange === undefined ? this.#share.nextProbe() : undefined;
      if (exchange !== undefined) this.#publish(this.#link, exchange);
      else if (probe !== undefined) this.#line.wake(probe);
      else return;
    }
  }

  /** An endpoint may have become able to send. */
  wake(traffic: EndpointTraffic<Exchange>): void {
    this.#line.wake(traffic);
    this.advance();
  }

  /** An endpoint has answered, or said something by itself. */
  heard(traffic: EndpointTraffic<Exchange>): void {
    this.#share.heard(traffic);
    this.wake(traffic);
  }

  /** Fails everything that waits for `channel`. */
  failWaiting(channel: Channel<Exchange>, error: Error): void {
    const waiting = this.#line.remove(
      channel.traffic,
      (exchange) => exchange.channel === channel || exchange.observed === channel,
    );
    for (const exchange of waiting) exchange.fail(error);
  }

  /** Settles a published message with the platform's answer; throws nothing, a failing `read` fails the message. */
  answered(exchange: Exchange, read: () => Partial<ExchangeOutcome>): void {
    const { traffic } = exchange.channel;
    this.#share.heard(traffic);
    this.#line.wake(traffic);
    this.#objections.end(exchange);
    try {
      const roundTripMs = elapsed(exchange);
      this.roundTrips.add(roundTripMs);
      const outcome = { ...read(), ...idOf(exchange), roundTripMs };
      exchange.listener.answered?.(outcome);
      this.#leave(exchange);
      this.#freeId(exchange);
      exchange.succeed(outcome);
    } catch (error) {
      this.#fail(exchange, asError(error));
    }
    this.advance();
  }

  #subscribe({ channel, observed }: Exchange): void {
    this.#subscriptions.request(channel);
    if (observed !== undefined) this.#subscriptions.request(observed);
  }

  #mayGo(exchange: Exchange): boolean {
    const { channel, observed } = exchange;
    const { traffic, requestIds } = channel;
    if (!this.#share.mayTake(traffic)) return false;
    if (!this.#subscriptions.granted(channel) || (observed !== undefined && !this.#subscriptions.granted(observed))) {
      // Asked for again where the request failed or was forgotten since the message came in.
      this.#subscribe(exchange);
      return false;
    }
    if (wantsId(exchange) && !this.#requestIds.available(requestIds)) {
      this.#retryForRequestId(traffic);
      return false;
    }
    return true;
  }

  #publish(link: Link, exchange: Exchange): void {
    const { channel, payload } = exchange;
    let { topic } = channel;
    if (wantsId(exchange)) {
      exchange.requestId = this.#requestIds.next(channel.requestIds);
      channel.requestIds.outstanding.set(exchange.requestId, exchange);
      topic += `/${exchange.requestId}`;
    }
    exchange.publishedAt = performance.now();
    exchange.isProbe = channel.traffic.silent;
    channel.lastSender = exchange.sender;
    this.#share.take(channel.traffic, exchange.isProbe);
    this.#outstanding.add(exchange);
    this.#deadlineTimer ??= setTimeout(() => this.#expire(), this.#timeout);
    this.#witness.published();
    const qos = this.#qosFor(exchange);
    exchange.messageId = link.publish(topic, payload, qos, () => {
      exchange.messageId = undefined;
      if (qos === 1) this.#witness.acknowledged();
      if (receiptSuffices(exchange) && this.#outstanding.has(exchange)) this.#acknowledged(exchange);
    });
  }

  #qosFor(exchange: Exchange): QualityOfService {
    const { qos } = this.#options;
    if (qos !== 'auto') return qos;
    return receiptSuffices(exchange) ? 1 : 0;
  }

  #acknowledged(exchange: Exchange): void {
    exchange.receivedAt = performance.now();
    this.#share.heard(exchange.channel.traffic);
    this.#leave(exchange);
    if (exchange.settlement === 'answer') {
      this.#objections.wait(exchange);
      exchange.listener.acknowledged?.();
    } else this.#unopposed(exchange);
    this.advance();
  }

  /** Settles a message that had its receipt and no answer. */
  #unopposed(exchange: Exchange): void {
    const { requestId, channel } = exchange;
    this.#freeId(exchange);
    if (requestId !== undefined) this.#requestIds.retire(channel.requestIds, requestId, { reason: 'acknowledged' });
    const roundTripMs = elapsed(exchange);
    this.roundTrips.add(roundTripMs);
    exchange.succeed({ ...idOf(exchange), roundTripMs });
  }

  #expire(): void {
    this.#deadlineTimer = undefined;
    const now = performance.now();
    for (const exchange of this.#outstanding) {
      const due = (exchange.publishedAt ?? now) + this.#timeout - now;
      if (due > 0) {
        this.#deadlineTimer = setTimeout(() => this.#expire(), Math.ceil(due));
        break;
      }
      const { channel, listener, isProbe } = exchange;
      const isTentative = listener.isTentative === true;
      if (!isTentative) {
        channel.traffic.silent = true;
        this.#witness.unanswered(exchange.publishedAt ?? now, receiptSuffices(exchange) ? 'receipt' : 'answer');
      }
      this.#giveUp(exchange, new KaaTimeoutError(channel.label, this.#options.requestTimeout, 'sent'));
      if (isProbe && !isTentative) this.#failStale(channel.traffic, now - longestWait * this.#timeout);
    }
    this.advance();
  }

  /** An endpoint that stays silent gets one request per time-out: what waits behind it is not left waiting for days. */
  #failStale(traffic: EndpointTraffic<Exchange>, before: number): void {
    for (const exchange of this.#line.remove(traffic, ({ enteredAt }) => enteredAt <= before)) {
      const seconds = longestWait * this.#options.requestTimeout;
      exchange.fail(new KaaTimeoutError(exchange.channel.label, seconds, 'waiting'));
    }
  }

  /** Settles a message without its answer, which may still come: its request ID is not used again for a while. */
  #giveUp(exchange: Exchange, error: Error): void {
    const { requestId, messageId, channel, listener } = exchange;
    const { answeredLate } = listener;
    if (requestId !== undefined) {
      this.#requestIds.retire(channel.requestIds, requestId, { reason: 'timed-out', answeredLate });
    }
    if (messageId !== undefined) this.#link?.discard(messageId);
    this.#fail(exchange, error);
  }

  #fail(exchange: Exchange, error: Error): void {
    this.#leave(exchange);
    this.#freeId(exchange);
    exchange.fail(error);
  }

  /** Gives the slot in the window back, if the message has one. */
  #leave(exchange: Exchange): void {
    if (!this.#outstanding.delete(exchange)) return;
    const { traffic } = exchange.channel;
    this.#share.giveBack(traffic, exchange.isProbe);
    this.#line.wake(traffic);
  }

  #freeId({ requestId, channel }: Exchange): void {
    if (requestId !== undefined) channel.requestIds.outstanding.delete(requestId);
  }

  /** Retired IDs come back by time alone, so that somebody has to look. */
  #retryForRequestId(traffic: EndpointTraffic<Exchange>): void {
    this.#withoutRequestId.add(traffic);
    this.#requestIdTimer ??= setTimeout(() => {
      this.#requestIdTimer = undefined;
      for (const starved of this.#withoutRequestId) this.#line.wake(starved);
      this.#withoutRequestId.clear();
      this.advance();
    }, requestIdRetry);
  }
}

function wantsId({ channel, settlement }: Exchange): boolean {
  return settlement === 'answer' || channel.alwaysWithId;
}

function idOf({ requestId }: Exchange): { requestId?: number } {
  return requestId === undefined ? {} : { requestId };
}

/** Milliseconds from publishing to the receipt or, where none is waited for, to now. */
function elapsed({ publishedAt, receivedAt }: Exchange): number {
  const now = performance.now();
  const milliseconds = (receivedAt ?? now) - (publishedAt ?? now);
  return Math.round(milliseconds * 100) / 100;
}
