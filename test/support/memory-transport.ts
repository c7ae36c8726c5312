/** A transport without network: the test plays the server, step by step. */
import type {
  Link,
  LinkFailure,
  LinkListener,
  LinkOptions,
  QualityOfService,
  Transport,
} from '../../src/client/transport.ts';

export interface Published {
  readonly topic: string;
  readonly payload: string;
  readonly qos: QualityOfService;
  /** Gives the receipt: PUBACK at QoS 1, written at QoS 0. */
  readonly receipt: () => void;
}

export class MemoryLink implements Link {
  readonly options: LinkOptions;
  readonly published: Published[] = [];
  readonly filters: string[] = [];
  readonly unsubscribed: string[] = [];
  readonly subscriptionQualities: QualityOfService[] = [];
  readonly discarded: number[] = [];
  /** The SUBACK code for each filter; undefined = no SUBACK at all. */
  grant: (filter: string) => number | undefined = () => 0;
  writable = true;
  closed = false;
  /** The deadline of its close, in milliseconds. */
  closedWithin: number | undefined;
  readonly #listener: LinkListener;
  readonly #server: MemoryServer;

  constructor(options: LinkOptions, listener: LinkListener, server: MemoryServer) {
    this.options = options;
    this.#listener = listener;
    this.#server = server;
  }

  publish(topic: string, payload: Buffer, qos: QualityOfService, receipt: () => void): number | undefined {
    if (this.closed) throw new Error('published on a closed link');
    const message = { topic, payload: payload.toString(), qos, receipt };
    this.published.push(message);
    this.#server.onPublish?.(this, message);
    return qos === 1 ? this.published.length : undefined;
  }

  discard(messageId: number): void {
    this.discarded.push(messageId);
  }

  subscribe(filters: readonly string[], qos: QualityOfService): Promise<readonly number[]> {
    this.filters.push(...filters);
    this.subscriptionQualities.push(qos);
    const codes = filters.map((filter) => this.grant(filter));
    return new Promise((resolve) => {
      if (codes.every((code) => code !== undefined)) resolve(codes.map(Number));
    });
  }

  unsubscribe(filters: readonly string[]): void {
    this.unsubscribed.push(...filters);
  }

  close(deadline: number): Promise<void> {
    this.closed = true;
    this.closedWithin = deadline;
    return Promise.resolve();
  }

  accept(): void {
    this.#listener.connected();
  }

  deliver(topic: string, payload: unknown = ''): void {
    const body = Buffer.isBuffer(payload)
      ? payload
      : Buffer.from(typeof payload === 'string' ? payload : JSON.stringify(payload));
    this.#listener.message(topic, body);
  }

  drain(): void {
    this.writable = true;
    this.#listener.writable();
  }

  break(failure: LinkFailure = { reason: 'dropped' }): void {
    this.closed = true;
    this.#listener.closed(failure);
  }
}

export class MemoryServer {
  readonly links: MemoryLink[] = [];
  /** Called for each publish; by default nothing answers. */
  onPublish: ((link: MemoryLink, message: Published) => void) | undefined;

  readonly transport: Transport = (options, listener) => {
    const link = new MemoryLink(options, listener, this);
    this.links.push(link);
    return link;
  };

  /** The newest link. */
  get link(): MemoryLink {
    const link = this.links.at(-1);
    if (link === undefined) throw new Error('there was no connection attempt');
    return link;
  }

  /** Answers every request with an ID as the platform does. */
  answerAll(payload: unknown = ''): void {
    this.onPublish = (link, { topic, receipt }) => {
      receipt();
      if (/\/\d+$/.test(topic)) queueMicrotask(() => link.deliver(`${topic}/status`, payload));
    };
  }
}
