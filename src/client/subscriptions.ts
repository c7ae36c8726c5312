/**
 * The subscriptions to answers and pushes: each once, confirmed by SUBACK before the first message of its channels goes,
 * and restored after a reconnect. Filters go out in few packets, some at a time; what is waited for goes first.
 */
import type { Channel } from './channel.ts';
import { Fifo } from './fifo.ts';
import type { Subscription } from './subscription.ts';
import type { Link, QualityOfService } from './transport.ts';

/** Few packets, and none that a server would refuse for its size. */
const filtersPerPacket = 30;

/** Packets whose SUBACK is awaited at a time, so that a slow link restores thousands of channels without a flood. */
const packetsAtATime = 8;

/** MQTT 3.1.1, 3.9.3: SUBACK codes from here on are refusals. */
const refusal = 128;

export type SubscriptionOutcome = 'granted' | 'refused' | 'timed-out';

interface Packet<Request> {
  readonly subscriptions: readonly Subscription<Channel<Request>>[];
  readonly timer: NodeJS.Timeout;
}

export class Subscriptions<Request> {
  readonly #qos: QualityOfService;
  readonly #timeout: number;
  readonly #settled: (subscription: Subscription<Channel<Request>>, outcome: SubscriptionOutcome) => void;
  /** Granted on this link or on an earlier one. */
  readonly #known = new Set<Subscription<Channel<Request>>>();
  /** Requested on this link and not settled yet. */
  readonly #requested = new Set<Subscription<Channel<Request>>>();
  readonly #packets = new Set<Packet<Request>>();
  #alone = new Fifo<Subscription<Channel<Request>>>();
  #urgent = new Fifo<Subscription<Channel<Request>>>();
  #restoring = new Fifo<Subscription<Channel<Request>>>();
  /** Filters to be unsubscribed. */
  #ended: string[] = [];
  #sending = false;
  #link: Link | undefined;
  /** Whether this link has brought any SUBACK. */
  #serverAnswers = false;

  /** @param timeout milliseconds to wait for a SUBACK */
  constructor(
    qos: QualityOfService,
    timeout: number,
    settled: (subscription: Subscription<Channel<Request>>, outcome: SubscriptionOutcome) => void,
  ) {
    this.#qos = qos;
    this.#timeout = timeout;
    this.#settled = settled;
  }

  granted(channel: Channel<Request>): boolean {
    return channel.subscriptions.every(isGranted);
  }

  /** Asks for what a channel needs; `settled` tells how it went. */
  request(channel: Channel<Request>): void {
    for (const subscription of channel.subscriptions) {
      if (subscription.state !== 'idle') continue;
      subscription.state = 'requested';
      this.#requested.add(subscription);
      this.#urgent.push(subscription);
      if (this.#ended.length > 0) {
        this.#ended = this.#ended.filter((filter) => !subscription.filters.includes(filter));
      }
      this.#sendSoon();
    }
  }

  /** No channel uses it any more: it ends, and is not restored after a reconnect. */
  release(subscription: Subscription<Channel<Request>>): void {
    this.#known.delete(subscription);
    this.#requested.delete(subscription);
    if (subscription.state === 'idle') return;
    subscription.state = 'idle';
    // Also where its SUBACK is still to come: the server takes packets in their order.
    this.#ended.push(...subscription.filters);
    this.#sendSoon();
  }

  /** A new link knows no subscriptions: all that were granted before are asked for again. */
  start(link: Link): void {
    this.stop();
    this.#link = link;
    this.#serverAnswers = false;
    for (const subscription of this.#known) this.#restoring.push(subscription);
    this.#send();
  }

  stop(): void {
    for (const { timer } of this.#packets) clearTimeout(timer);
    this.#packets.clear();
    this.#link = undefined;
    for (const subscription of this.#known) subscription.state = 'idle';
    for (const subscription of this.#requested) subscription.state = 'idle';
    this.#requested.clear();
    this.#ended = [];
    this.#alone = new Fifo();
    this.#urgent = new Fifo();
    this.#restoring = new Fifo();
  }

  /** Later, so that what is asked for together shares a packet. */
  #sendSoon(): void {
    if (this.#sending) return;
    this.#sending = true;
    queueMicrotask(() => {
      this.#sending = false;
      this.#send();
    });
  }

  #send(): void {
    const link = this.#link;
    if (link === undefined) return;
    while (this.#packets.size < packetsAtATime) {
      const subscriptions = this.#next();
      if (subscriptions.length === 0) break;
      const timer = setTimeout(() => this.#timedOut(packet), this.#timeout);
      const packet = { subscriptions, timer };
      this.#packets.add(packet);
      const filters = subscriptions.flatMap((subscription) => subscription.filters);
      void link.subscribe(filters, this.#qos).then((codes) => this.#answered(packet, codes));
    }
    // Behind the subscriptions that may take their place, so that nothing falls in between.
    while (this.#urgent.size === 0 && this.#ended.length > 0) {
      link.unsubscribe(this.#ended.splice(0, filtersPerPacket));
    }
  }

  #next(): readonly Subscription<Channel<Request>>[] {
    while (this.#urgent.size === 0) {
      const alone = this.#alone.shift();
      if (alone === undefined) break;
      if (this.#requested.has(alone)) return [alone];
    }
    const subscriptions = new Set<Subscription<Channel<Request>>>();
    let filters = 0;
    for (const queue of [this.#urgent, this.#restoring]) {
      while (filters < filtersPerPacket) {
        const subscription = queue.shift();
        if (subscription === undefined) break;
        // What was released since, or is requested already.
        if (subscription.channels.size === 0) continue;
        if (queue === this.#restoring && subscription.state !== 'idle') continue;
        subscription.state = 'requested';
        this.#requested.add(subscription);
        subscriptions.add(subscription);
        filters += subscription.filters.length;
      }
    }
    return [...subscriptions];
  }

  /** @param codes one per filter, in the subscriptions' order */
  #answered(packet: Packet<Request>, codes: readonly number[]): void {
    if (!this.#finish(packet)) return;
    this.#serverAnswers = true;
    let offset = 0;
    for (const subscription of packet.subscriptions) {
      const own = codes.slice(offset, offset + subscription.filters.length);
      offset += subscription.filters.length;
      this.#settle(subscription, own.some((code) => code >= refusal) ? 'refused' : 'granted');
    }
    this.#send();
  }

  /** Where the server answers others, one filter may be why it is silent: each subscription is tried again alone. */
  #timedOut(packet: Packet<Request>): void {
    if (!this.#finish(packet)) return;
    const tryAlone = packet.subscriptions.length > 1 && this.#serverAnswers;
    for (const subscription of packet.subscriptions) {
      if (tryAlone) this.#alone.push(subscription);
      else this.#settle(subscription, 'timed-out');
    }
    this.#send();
  }

  /** False where the packet is not awaited any more. */
  #finish(packet: Packet<Request>): boolean {
    clearTimeout(packet.timer);
    return this.#packets.delete(packet);
  }

  #settle(subscription: Subscription<Channel<Request>>, outcome: SubscriptionOutcome): void {
    // Released since.
    if (!this.#requested.delete(subscription)) return;
    subscription.state = outcome === 'granted' ? 'granted' : 'idle';
    if (outcome === 'granted') this.#known.add(subscription);
    this.#settled(subscription, outcome);
  }
}

function isGranted({ state }: Subscription<unknown>): boolean {
  return state === 'granted';
}
