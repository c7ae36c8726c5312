/**
 * The subscriptions to answers: each channel once, confirmed by SUBACK before its first message goes, and restored after
 * a reconnect. Filters go out in few packets, some at a time; channels that are waited for go first.
 */
import type { Channel } from './channel.ts';
import { Fifo } from './fifo.ts';
import type { Link, QualityOfService } from './transport.ts';

/** Keeps a SUBSCRIBE at some 30 filters: few packets, and none that a server would refuse for its size. */
const channelsPerPacket = 10;

/** Packets whose SUBACK is awaited at a time, so that a slow link restores thousands of channels without a flood. */
const packetsAtATime = 8;

/** MQTT 3.1.1, 3.9.3: SUBACK codes from here on are refusals. */
const refusal = 128;

export type SubscriptionOutcome = 'granted' | 'refused' | 'timed-out';

interface Packet<Request> {
  readonly channels: readonly Channel<Request>[];
  readonly timer: NodeJS.Timeout;
}

export class Subscriptions<Request> {
  readonly #qos: QualityOfService;
  readonly #timeout: number;
  readonly #settled: (channel: Channel<Request>, outcome: SubscriptionOutcome) => void;
  readonly #known = new Set<Channel<Request>>();
  readonly #granted = new Set<Channel<Request>>();
  /** Asked for and not settled yet. */
  readonly #requested = new Set<Channel<Request>>();
  readonly #packets = new Set<Packet<Request>>();
  #alone = new Fifo<Channel<Request>>();
  #urgent = new Fifo<Channel<Request>>();
  #restoring = new Fifo<Channel<Request>>();
  #link: Link | undefined;
  /** Whether this link has brought any SUBACK. */
  #serverAnswers = false;

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
    // Later, so that channels that are asked for together share a packet.
    if (this.#urgent.size === 1) queueMicrotask(() => this.#send());
  }

  /** A channel is not used any more: it is not restored after a reconnect. */
  forget(channel: Channel<Request>): void {
    this.#known.delete(channel);
    this.#granted.delete(channel);
  }

  /** A new link knows no subscriptions: all that were granted before are asked for again. */
  start(link: Link): void {
    this.stop();
    this.#link = link;
    this.#serverAnswers = false;
    for (const channel of this.#known) this.#restoring.push(channel);
    this.#send();
  }

  stop(): void {
    for (const { timer } of this.#packets) clearTimeout(timer);
    this.#packets.clear();
    this.#link = undefined;
    this.#granted.clear();
    this.#requested.clear();
    this.#alone = new Fifo();
    this.#urgent = new Fifo();
    this.#restoring = new Fifo();
  }

  #send(): void {
    const link = this.#link;
    if (link === undefined) return;
    while (this.#packets.size < packetsAtATime) {
      const channels = this.#nextChannels();
      if (channels.length === 0) return;
      const timer = setTimeout(() => this.#timedOut(packet), this.#timeout);
      const packet = { channels, timer };
      this.#packets.add(packet);
      const filters = channels.flatMap((channel) => channel.filters);
      void link.subscribe(filters, this.#qos).then((codes) => this.#answered(packet, codes));
    }
  }

  #nextChannels(): readonly Channel<Request>[] {
    const alone = this.#urgent.size > 0 ? undefined : this.#alone.shift();
    if (alone !== undefined) return [alone];
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

  /** @param codes one per filter, in the channels' order */
  #answered(packet: Packet<Request>, codes: readonly number[]): void {
    if (!this.#finish(packet)) return;
    this.#serverAnswers = true;
    let offset = 0;
    for (const channel of packet.channels) {
      const own = codes.slice(offset, offset + channel.filters.length);
      offset += channel.filters.length;
      this.#settle(channel, own.some((code) => code >= refusal) ? 'refused' : 'granted');
    }
    this.#send();
  }

  /** Where the server answers others, one channel may be why it is silent: each is tried again alone. */
  #timedOut(packet: Packet<Request>): void {
    if (!this.#finish(packet)) return;
    const tryAlone = packet.channels.length > 1 && this.#serverAnswers;
    for (const channel of packet.channels) {
      if (tryAlone) this.#alone.push(channel);
      else this.#settle(channel, 'timed-out');
    }
    this.#send();
  }

  /** False where the packet is not awaited any more. */
  #finish(packet: Packet<Request>): boolean {
    clearTimeout(packet.timer);
    return this.#packets.delete(packet);
  }

  #settle(channel: Channel<Request>, outcome: SubscriptionOutcome): void {
    this.#requested.delete(channel);
    if (outcome === 'granted') {
      this.#granted.add(channel);
      this.#known.add(channel);
    }
    this.#settled(channel, outcome);
  }
}
