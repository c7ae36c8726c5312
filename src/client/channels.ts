/** The channels of one client, found by what is asked for and by the topics of their answers. */
import { type ExtensionName, findResource, type ResourceKey, resources } from '../protocol/resources.ts';
import { type AnswerTopic, parseTopic } from '../protocol/topic.ts';
import {
  addressKey,
  type Channel,
  type EndpointAddress,
  type EndpointTraffic,
  everyName,
  type Observer,
  openChannel,
  type Sender,
  type Target,
} from './channel.ts';
import type { Exchange } from './exchange.ts';
import { Fifo } from './fifo.ts';
import { RequestIdScope } from './request-ids.ts';
import { Subscription } from './subscription.ts';
import { filterGroups } from './topic-filters.ts';

/** A channel that was not used for this many milliseconds is let go, so that years of changing names leave nothing. */
const idleLimit = 3_600_000;

/** Milliseconds between two looks for idle channels. */
const lookInterval = 600_000;

/** What is kept for one endpoint. */
interface Endpoint {
  readonly token: string;
  readonly traffic: EndpointTraffic<Exchange>;
  /** By name of the extension instance. */
  readonly requestIds: Map<string, RequestIdScope<Exchange>>;
  readonly channels: Set<Channel<Exchange>>;
  /** The resources that are observed under every name. */
  readonly everyName: Map<ResourceKey, Channel<Exchange>>;
}

/** What an incoming topic belongs to. `channel` is absent where the resource was never used by us. */
export interface Recipient {
  readonly target: Target;
  readonly channel: Channel<Exchange> | undefined;
  readonly observers: ReadonlySet<Observer>;
}

const nobody: ReadonlySet<Observer> = new Set();

/** Hears what is to be subscribed, and what not any more. */
export interface ChannelsListener {
  /** What comes to the channel is waited for, without anything being sent. */
  observed(channel: Channel<Exchange>): void;
  /** No channel uses the subscription any more. */
  released(subscription: Subscription<Channel<Exchange>>): void;
}

export class Channels {
  readonly #extensions: Readonly<Record<ExtensionName, string>>;
  readonly #listener: ChannelsListener;
  readonly #endpoints = new Map<string, Endpoint>();
  /** How many endpoints have each token. */
  readonly #tokens = new Map<string, number>();
  readonly #byTarget = new Map<string, Channel<Exchange>>();
  readonly #byTopic = new Map<string, Channel<Exchange>>();
  /** By the first of their filters. */
  readonly #subscriptions = new Map<string, Subscription<Channel<Exchange>>>();
  #looked = performance.now();
  /** Channels that are kept although nobody observes them at the moment. */
  #kept: Set<Channel<Exchange>> | undefined;

  /** @param extensions names of the extension instances */
  constructor(extensions: Readonly<Record<ExtensionName, string>>, listener: ChannelsListener) {
    this.#extensions = extensions;
    this.#listener = listener;
  }

  /** The tokens of all endpoints, as keys. */
  get tokens(): ReadonlyMap<string, unknown> {
    return this.#tokens;
  }

  /** The channel of a target, opened at its first use. */
  of(target: Target): Channel<Exchange> {
    const key = keyOf(target);
    const known = this.#byTarget.get(key);
    if (known !== undefined) {
      known.lastUsed = performance.now();
      return known;
    }
    if (performance.now() - this.#looked > lookInterval) this.releaseIdle();
    const extension = this.#extensions[resources[target.resource].extension];
    const endpoint = entry(this.#endpoints, addressKey(target), () => {
      this.#countToken(target.token, 1);
      return newEndpoint(target.token);
    });
    const requestIds = entry(endpoint.requestIds, extension, () => new RequestIdScope<Exchange>());
    const channel = openChannel(target, extension, requestIds, endpoint.traffic);
    this.#byTarget.set(key, channel);
    this.#byTopic.set(channel.topic, channel);
    endpoint.channels.add(channel);
    this.#subscribe(channel, endpoint);
    return channel;
  }

  /** Lets go of the channels that were not used for an hour, are not observed and have nothing under way. */
  releaseIdle(): void {
    this.#looked = performance.now();
    for (const [address, endpoint] of this.#endpoints) {
      const { traffic, requestIds, channels } = endpoint;
      const underWay = traffic.waiting.size > 0 || traffic.outstanding > 0;
      for (const channel of channels) {
        const { observers, lastUsed } = channel;
        const used = observers.size > 0 || lastUsed > this.#looked - idleLimit || isUsed(channel.requestIds);
        if (!underWay && !used) this.#close(channel, endpoint);
      }
      const usedIds = new Set(Array.from(channels, (channel) => channel.requestIds));
      for (const [extension, ids] of requestIds) if (!usedIds.has(ids)) requestIds.delete(extension);
      if (channels.size > 0) continue;
      this.#endpoints.delete(address);
      this.#countToken(endpoint.token, -1);
    }
  }

  /**
   * From now on `observer` hears of what comes to `target`, until the returned function is called. What comes to a name
   * that has observers of its own goes to those, and not to the observers of every name.
   */
  observe(target: Target, observer: Observer): () => void {
    const channel = this.of(target);
    channel.observers.add(observer);
    this.#everyNameChanged(channel);
    this.#listener.observed(channel);
    return () => {
      channel.lastUsed = performance.now();
      channel.observers.delete(observer);
      if (this.#kept === undefined) this.#everyNameChanged(channel);
      else this.#kept.add(channel);
    };
  }

  /** Whether an incoming topic belongs to an endpoint that is spoken for. */
  knows({ text }: AnswerTopic): boolean {
    const topic = parseTopic(text);
    return topic !== undefined && this.#endpoints.has(addressKey(topic));
  }

  /** From now on what is not observed any more keeps its subscriptions: it is likely to be observed again. */
  keep(): void {
    this.#kept ??= new Set();
  }

  /** What was not observed again is let go. */
  letGoAgain(): void {
    const kept = this.#kept ?? [];
    this.#kept = undefined;
    for (const channel of kept) if (channel.observers.size === 0) this.#everyNameChanged(channel);
  }

  /** Every channel that is observed. */
  *observed(): Iterable<Channel<Exchange>> {
    for (const channel of this.#byTarget.values()) if (channel.observers.size > 0) yield channel;
  }

  /** The request under way that is answered. */
  asked({ requestTopic, requestId }: AnswerTopic): Exchange | undefined {
    if (requestId === undefined) return undefined;
    const channel = this.#byTopic.get(requestTopic);
    const exchange = channel?.requestIds.outstanding.get(requestId);
    // The resources of an extension share the IDs.
    return exchange?.channel === channel ? exchange : undefined;
  }

  /** What an incoming topic belongs to; undefined where it is none of the API's, or its endpoint is unknown to us. */
  find(answer: AnswerTopic): Recipient | undefined {
    const channel = this.#byTopic.get(answer.requestTopic);
    if (channel === undefined) return this.#findOfEveryName(answer);
    const { target, observers } = channel;
    if (observers.size > 0) return { target, channel, observers };
    const endpoint = this.#endpoints.get(addressKey(target));
    return { target, channel, observers: endpoint?.everyName.get(target.resource)?.observers ?? nobody };
  }

  /** The same where nothing was sent to its resource path and nobody observes just that. */
  #findOfEveryName({ text }: AnswerTopic): Recipient | undefined {
    const topic = parseTopic(text);
    if (topic === undefined || topic.kind === 'request') return undefined;
    const { appVersion, extension, token, path } = topic;
    for (const [resource, { observers }] of this.#endpoints.get(addressKey(topic))?.everyName ?? []) {
      const kind = resources[resource].extension;
      const match = this.#extensions[kind] === extension ? findResource(kind, path) : undefined;
      if (match?.key === resource) {
        return { target: { appVersion, token, resource, name: match.name }, channel: undefined, observers };
      }
    }
    return undefined;
  }

  /** Every endpoint that was spoken to, or the one with an address. */
  *endpoints(address?: EndpointAddress): Iterable<EndpointTraffic<Exchange>> {
    for (const { traffic } of this.#endpointsAt(address)) yield traffic;
  }

  /** After this, `sender` hears of nothing any more. */
  forget(sender: Sender, address?: EndpointAddress): void {
    for (const { channels } of this.#endpointsAt(address)) {
      for (const channel of channels) if (channel.lastSender === sender) channel.lastSender = undefined;
    }
  }

  #countToken(token: string, change: 1 | -1): void {
    const count = (this.#tokens.get(token) ?? 0) + change;
    if (count > 0) this.#tokens.set(token, count);
    else this.#tokens.delete(token);
  }

  #endpointsAt(address: EndpointAddress | undefined): Iterable<Endpoint> {
    if (address === undefined) return this.#endpoints.values();
    const endpoint = this.#endpoints.get(addressKey(address));
    return endpoint === undefined ? [] : [endpoint];
  }

  /** Filters for every name take the place of those for single names, and the other way round. */
  #everyNameChanged(channel: Channel<Exchange>): void {
    const { target, observers } = channel;
    const endpoint = this.#endpoints.get(addressKey(target));
    if (target.name !== everyName || endpoint === undefined) return;
    if (endpoint.everyName.has(target.resource) === observers.size > 0) return;
    if (observers.size > 0) {
      endpoint.everyName.set(target.resource, channel);
    } else {
      endpoint.everyName.delete(target.resource);
      this.#close(channel, endpoint);
    }
    for (const other of endpoint.channels) {
      if (other.target.resource !== target.resource) continue;
      this.#subscribe(other, endpoint);
      if (other.observers.size > 0) this.#listener.observed(other);
    }
  }

  #close(channel: Channel<Exchange>, endpoint: Endpoint): void {
    endpoint.channels.delete(channel);
    this.#byTarget.delete(keyOf(channel.target));
    this.#byTopic.delete(channel.topic);
    this.#assign(channel, []);
  }

  #subscribe(channel: Channel<Exchange>, endpoint: Endpoint): void {
    this.#assign(channel, filterGroups(channel, endpoint.everyName.has(channel.target.resource)));
  }

  #assign(channel: Channel<Exchange>, groups: readonly (readonly string[])[]): void {
    const before = channel.subscriptions;
    channel.subscriptions = groups.map((filters) =>
      entry(this.#subscriptions, filters[0] ?? '', () => new Subscription(filters)),
    );
    for (const subscription of channel.subscriptions) subscription.channels.add(channel);
    for (const subscription of before) {
      if (channel.subscriptions.includes(subscription)) continue;
      subscription.channels.delete(channel);
      if (subscription.channels.size > 0) continue;
      this.#subscriptions.delete(subscription.filters[0] ?? '');
      this.#listener.released(subscription);
    }
  }
}

function keyOf({ appVersion, token, resource, name = '' }: Target): string {
  return `${appVersion}/${token}/${resource}/${name}`;
}

function isUsed({ outstanding, retired }: RequestIdScope<Exchange>): boolean {
  return outstanding.size > 0 || retired.size > 0;
}

function newEndpoint(token: string): Endpoint {
  return {
    token,
    traffic: { waiting: new Fifo(), outstanding: 0, silent: false, heardAt: 0, queued: false },
    requestIds: new Map(),
    channels: new Set(),
    everyName: new Map(),
  };
}

function entry<Key, Value>(map: Map<Key, Value>, key: Key, create: () => Value): Value {
  const known = map.get(key);
  if (known !== undefined) return known;
  const created = create();
  map.set(key, created);
  return created;
}
