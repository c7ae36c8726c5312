/** A platform of a few lines for tests of what the extensions do with time: it answers requests as it is told. */
import FakeTimers from '@sinonjs/fake-timers';
import { KaaClient } from '../../src/client/client.ts';
import { parseTopic } from '../../src/protocol/topic.ts';
import { clientOptions } from '../support/client-options.ts';
import { MemoryServer } from '../support/memory-transport.ts';

export interface Request {
  readonly appVersion: string;
  readonly token: string;
  readonly extension: string;
  /** Without request ID. */
  readonly path: string;
  readonly body: unknown;
}

/** An `/error` with a status other than 400. */
export class Rejection extends Error {
  readonly statusCode: number;

  constructor(statusCode: number) {
    super(`refused with ${statusCode}`);
    this.statusCode = statusCode;
  }
}

export class Platform {
  readonly clock = FakeTimers.install({ toFake: ['setTimeout', 'clearTimeout', 'performance', 'Date'] });
  readonly server = new MemoryServer();
  /** Everything that was asked, over all connections. */
  readonly requests: Request[] = [];
  /** The body of the `/status` for a request; undefined = silence, an Error = `/error`. */
  answer: (request: Request) => unknown = () => '';
  client: KaaClient;

  constructor() {
    this.client = this.#newClient();
    this.server.onPublish = (link, { topic, payload, receipt }) => {
      receipt();
      const { appVersion = '', token = '', extension = '', path = '' } = parseTopic(topic) ?? {};
      const body = payload === '' ? undefined : (JSON.parse(payload) as unknown);
      const request = { appVersion, token, extension, path, body };
      this.requests.push(request);
      const answer = this.answer(request);
      if (answer instanceof Error) {
        const statusCode = answer instanceof Rejection ? answer.statusCode : 400;
        queueMicrotask(() => link.deliver(`${topic}/error`, { statusCode, reasonPhrase: answer.message }));
      } else if (answer !== undefined) queueMicrotask(() => link.deliver(`${topic}/status`, answer));
    };
  }

  /** Connects the client, and waits until nothing more happens. */
  async connect(): Promise<void> {
    this.server.link.accept();
    await this.settle();
  }

  async disconnect(): Promise<void> {
    this.server.link.break();
    await this.settle();
  }

  async reconnect(): Promise<void> {
    await this.disconnect();
    const attempts = this.server.links.length;
    while (this.server.links.length === attempts) await this.clock.tickAsync(100);
    await this.connect();
  }

  /** Ends the client and makes a new one, as a deploy does. */
  async deploy(): Promise<void> {
    await this.client.close(0);
    this.client = this.#newClient();
  }

  /** Pushes to a resource path. */
  async push(extension: string, path: string, body: unknown): Promise<void> {
    this.server.link.deliver(`kp1/v1/${extension}/secret/${path}/status`, body);
    await this.settle();
  }

  /** What was asked on a path. */
  bodies(path: string): unknown[] {
    return this.requests.filter((request) => request.path === path).map(({ body }) => body);
  }

  async settle(): Promise<void> {
    await this.clock.tickAsync(0);
  }

  async close(): Promise<void> {
    await this.client.close(0);
    const left = this.clock.countTimers();
    this.clock.uninstall();
    if (left > 0) throw new Error(`${left} timers survived the client`);
  }

  #newClient(): KaaClient {
    const client = new KaaClient(clientOptions(), this.server.transport);
    client.open();
    return client;
  }
}

/** The endpoint that speaks. */
export const address = { appVersion: 'v1', token: 'secret' };
