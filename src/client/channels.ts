/** The channels of one client, found by what is asked for and by the topics of their answers. */
import { type ExtensionName, resources } from '../protocol/resources.ts';
import type { Topic } from '../protocol/topic.ts';
import { type Channel, type EndpointTraffic, openChannel, type Sender, type Target } from './channel.ts';
import type { Exchange } from './exchange.ts';
import { Fifo } from './fifo.ts';
import { RequestIdScope } from './request-ids.ts';

export class Channels {
  readonly #extensions: Readonly<Record<ExtensionName, string>>;
  readonly #byTarget = new Map<string, Channel<Exchange>>();
  readonly #byTopic = new Map<string, Channel<Exchange>>();
  readonly #traffic = new Map<string, EndpointTraffic<Exchange>>();
  readonly #requestIds = new Map<string, RequestIdScope<Exchange>>();

  /** @param extensions names of the extension instances */
  constructor(extensions: Readonly<Record<ExtensionName, string>>) {
    this.#extensions = extensions;
  }

  /** The channel of a target, opened at its first use. */
  of(target: Target): Channel<Exchange> {
    const { appVersion, token, resource, name = '' } = target;
    const endpoint = `${appVersion}/${token}`;
    return entry(this.#byTarget, `${endpoint}/${resource}/${name}`, () => {
      const extension = this.#extensions[resources[resource].extension];
      const requestIds = entry(this.#requestIds, `${endpoint}/${extension}`, () => new RequestIdScope<Exchange>());
      const channel = openChannel(target, extension, requestIds, entry(this.#traffic, endpoint, newTraffic));
      this.#byTopic.set(channel.topic, channel);
      return channel;
    });
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
