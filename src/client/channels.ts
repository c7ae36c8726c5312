/** The channels of one client, found by what is asked for and by the topics of their answers. */
import { type ExtensionName, resources } from '../protocol/resources.ts';
import type { Topic } from '../protocol/topic.ts';
import { type Channel, type EndpointTraffic, openChannel, type Sender, type Target } from './channel.ts';
import type { Exchange } from './exchange.ts';
import { Fifo } from './fifo.ts';
import { RequestIdScope } from './request-ids.ts';

/** A channel that was not used for this many milliseconds is let go, so that years of changing names leave nothing. */
const idleLimit = 3_600_000;

/** Milliseconds between two looks for idle channels. */
const lookInterval = 600_000;

export class Channels {
  readonly #extensions: Readonly<Record<ExtensionName, string>>;
  readonly #released: (channel: Channel<Exchange>) => void;
  readonly #byTarget = new Map<string, Channel<Exchange>>();
  readonly #byTopic = new Map<string, Channel<Exchange>>();
  readonly #traffic = new Map<string, EndpointTraffic<Exchange>>();
  readonly #requestIds = new Map<string, RequestIdScope<Exchange>>();
  #looked = performance.now();

  /**
   * @param extensions names of the extension instances
   * @param released told of each channel that is let go
   */
  constructor(extensions: Readonly<Record<ExtensionName, string>>, released: (channel: Channel<Exchange>) => void) {
    this.#extensions = extensions;
    this.#released = released;
  }

  /** The channel of a target, opened at its first use. */
  of(target: Target): Channel<Exchange> {
    const { appVersion, token, resource, name = '' } = target;
    const endpoint = `${appVersion}/${token}`;
    const key = `${endpoint}/${resource}/${name}`;
    const known = this.#byTarget.get(key);
    if (known !== undefined) {
      known.lastUsed = performance.now();
      return known;
    }
    if (performance.now() - this.#looked > lookInterval) this.releaseIdle();
    const extension = this.#extensions[resources[resource].extension];
    const requestIds = entry(this.#requestIds, `${endpoint}/${extension}`, () => new RequestIdScope<Exchange>());
    const channel = openChannel(target, extension, requestIds, entry(this.#traffic, endpoint, newTraffic));
    this.#byTarget.set(key, channel);
    this.#byTopic.set(channel.topic, channel);
    return channel;
  }

  /** Lets go of the channels that were not used for an hour and have nothing under way. */
  releaseIdle(): void {
    this.#looked = performance.now();
    const usedTraffic = new Set<unknown>();
    const usedIds = new Set<unknown>();
    for (const [key, channel] of this.#byTarget) {
      const { traffic, requestIds, lastUsed } = channel;
      const underWay = traffic.waiting.size > 0 || traffic.outstanding > 0 || requestIds.retired.size > 0;
      if (underWay || lastUsed > this.#looked - idleLimit) {
        usedTraffic.add(traffic);
        usedIds.add(requestIds);
      } else {
        this.#byTarget.delete(key);
        this.#byTopic.delete(channel.topic);
        this.#released(channel);
      }
    }
    for (const [key, traffic] of this.#traffic) if (!usedTraffic.has(traffic)) this.#traffic.delete(key);
    for (const [key, ids] of this.#requestIds) if (!usedIds.has(ids)) this.#requestIds.delete(key);
  }

  /** The channel that an incoming topic belongs to. */
  find({ appVersion, extension, token, path }: Topic): Channel<Exchange> | undefined {
    return this.#byTopic.get(`kp1/${appVersion}/${extension}/${token}/${path}`);
  }

  /** Every endpoint that was spoken to. */
  endpoints(): Iterable<EndpointTraffic<Exchange>> {
    return this.#traffic.values();
  }

  /** After this, `sender` hears of nothing any more. */
  forget(sender: Sender): void {
    for (const channel of this.#byTarget.values()) {
      if (channel.lastSender === sender) channel.lastSender = undefined;
    }
  }
}

function newTraffic(): EndpointTraffic<Exchange> {
  return { waiting: new Fifo(), outstanding: 0, silent: false, queued: false };
}

function entry<Value>(map: Map<string, Value>, key: string, create: () => Value): Value {
  const known = map.get(key);
  if (known !== undefined) return known;
  const created = create();
  map.set(key, created);
  return created;
}
