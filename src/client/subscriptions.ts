/**
 * The subscriptions to answers: each channel once, confirmed by SUBACK before its first message goes, and restored after
 * a reconnect. Filters go out in few packets, one at a time; channels that are waited for go first.
 */
import type { Channel } from './channel.ts';
import { Fifo } from './fifo.ts';
import type { Link, QualityOfService } from './transport.ts';

/** Keeps a SUBSCRIBE at some 30 filters: few packets, and none that a server would refuse for its size. */
const channelsPerPacket = 10;

/** MQTT 3.1.1, 3.9.3: SUBACK codes from here on are refusals. */
const refusal = 128;

export type SubscriptionOutcome = 'granted' | 'refused' | 'timed-out';

export class Subscriptions<Request> {
  readonly #qos: QualityOfService;
  readonly #timeout: number;
  readonly #settled: (channel: Channel<Request>, outcome: SubscriptionOutcome) => void;
  readonly #known = new Set<Channel<Request>>();
  #granted = new Set<Channel<Request>>();
  #requested = new Set<Channel<Request>>();
  #urgent = new Fifo<Channel<Request>>();
  #restoring = new Fifo<Channel<Request>>();
  #link: Link | undefined;
  /** The channels whose SUBACK is awaited. */
  #batch: readonly Channel<Request>[] | undefined;
  #timer: NodeJS.Timeout | undefined;

  /** @param timeout milliseconds to wait for a SUBACK */
  constructor(
    qos: QualityOfService,
    timeout: number,
    settled: (channel: Channel<Request>, outcome: SubscriptionOutcome) => void,
  ) {
    this.#qos = qos;
    this.#timeout = timeout;
    this.#settled = settled;
  }

  granted(channel: Channel<Request>): boolean {
    return this.#granted.has(channel);
  }

  /** Asks for a channel; `settled` tells how it went. */
  request(channel: Channel<Request>): void {
    if (this.#requested.has(channel) || this.#granted.has(channel)) return;
    this.#requested.add(channel);
    this.#urgent.push(channel);
    if (this.#batch === undefined) queueMicrotask(() => this.#sendNext());
  }

  /** A new link knows no subscriptions: all that were granted before are asked for again. */
  start(link: Link): void {
    this.stop();
    this.#link = link;
    for (const channel of this.#known) this.#restoring.push(channel);
    this.#sendNext();
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#link = undefined;
    this.#batch = undefined;
    this.#granted = new Set();
    this.#requested = new Set();
    this.#urgent = new Fifo();
    this.#restoring = new Fifo();
  }

  #sendNext(): void {
    const link = this.#link;
    if (link === undefined || this.#batch !== undefined) return;
    const channels = this.#nextChannels();
    if (channels.length === 0) return;

    this.#batch = channels;
    this.#timer = setTimeout(() => this.#settle(channels, undefined), this.#timeout);
    const filters = channels.flatMap((channel) => channel.filters);
    void link.subscribe(filters, this.#qos).then((codes) => this.#settle(channels, codes));
  }

  #nextChannels(): Channel<Request>[] {
    const channels = new Set<Channel<Request>>();
    for (const queue of [this.#urgent, this.#restoring]) {
      while (channels.size < channelsPerPacket) {
        const channel = queue.shift();
        if (channel === undefined) break;
        if (!this.#granted.has(channel)) channels.add(channel);
      }
    }
    return [...channels];
  }

  /** @param codes one per filter in the channels' order, or undefined where the SUBACK did not come in time */
  #settle(channels: readonly Channel<Request>[], codes: readonly number[] | undefined): void {
    if (channels !== this.#batch) return;
    clearTimeout(this.#timer);
    this.#batch = undefined;
    let offset = 0;
    for (const channel of channels) {
      const own = codes?.slice(offset, offset + channel.filters.length);
      offset += channel.filters.length;
      this.#requested.delete(channel);
      const outcome = own === undefined ? 'timed-out' : own.some((code) => code >= refusal) ? 'refused' : 'granted';
      if (outcome === 'granted') {
        this.#granted.add(channel);
        this.#known.add(channel);
      }
      this.#settled(channel, outcome);
    }
    this.#sendNext();
  }
}
