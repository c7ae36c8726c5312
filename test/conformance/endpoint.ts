import assert from 'node:assert/strict';
import { Socket } from 'node:net';
import { connectAsync, type MqttClient } from 'mqtt';
import type { TestPlatform } from '../support/platforms.ts';
import { ControlApi } from './control-api.ts';

/** A topic as `{extension}/{path…}` (version, application version and token left out), and the body, undefined if empty. */
export type Arrived = readonly [topic: string, body: unknown];

const appVersion = 'demo-v1';

let tokens = 0;
let requestIds = 0;

/** An endpoint with a token and a connection of its own, which misses nothing that the platform sends to the token. */
export class Endpoint {
  readonly token: string;
  /** The control API's view of this endpoint. */
  readonly control: ControlApi;
  readonly #client: MqttClient;
  readonly #published = new Set<string>();
  #arrived: Arrived[] = [];
  #wake: () => void = () => {};

  private constructor(client: MqttClient, token: string, control: ControlApi) {
    this.token = token;
    this.control = control;
    this.#client = client;
    client.on('error', () => undefined);
    client.on('message', (topic, payload) => {
      // A broker delivers a client's own requests too where its subscriptions match them.
      if (this.#published.has(topic)) return;
      const [, , extension, , ...path] = topic.split('/');
      const body: unknown = payload.length === 0 ? undefined : JSON.parse(payload.toString());
      this.#arrived.push([[extension, ...path].join('/'), body]);
      this.#wake();
    });
  }

  /** @param token default: one that was never used */
  static async connect({ url, simulator }: TestPlatform, token = `token-${(tokens += 1)}`): Promise<Endpoint> {
    const client = await connectAsync(url, { reconnectPeriod: 0, protocolVersion: 4 }, false);
    if (client.stream instanceof Socket) client.stream.setNoDelay(true);
    const control = new ControlApi(`${simulator.httpUrl}/api/v1/endpoints/${token}`);
    const endpoint = new Endpoint(client, token, control);
    await client.subscribeAsync(`kp1/+/+/${token}/#`);
    return endpoint;
  }

  /** Publishes to `{extension}/{path…}`; what is neither text nor bytes is written as JSON. */
  async publish(topic: string, body: unknown = ''): Promise<void> {
    const [extension, ...path] = topic.split('/');
    const full = `kp1/${appVersion}/${extension}/${this.token}/${path.join('/')}`;
    this.#published.add(full);
    await this.#client.publishAsync(
      full,
      typeof body === 'string' || Buffer.isBuffer(body) ? body : JSON.stringify(body),
    );
  }

  /**
   * All that has arrived since the last call. It asks for one more answer, which the platform and its broker cannot send
   * before what was due earlier, so that what is not in the list does not come any more.
   */
  async arrived(): Promise<readonly Arrived[]> {
    const marker = `dcx/json/${this.#nextRequestId()}`;
    await this.publish(marker, '1');
    const end = (): number => this.#arrived.findIndex(([topic]) => topic === `${marker}/status`);
    while (end() < 0) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
    const before = this.#arrived.slice(0, end());
    this.#arrived = this.#arrived.slice(end() + 1);
    return before;
  }

  /** Sends a request with a request ID, whose success has to be all that arrives, and gives the body. */
  async request(path: string, body?: unknown): Promise<unknown> {
    const topic = `${path}/${this.#nextRequestId()}`;
    await this.publish(topic, body);
    const arrived = await this.arrived();
    assert.deepEqual(
      arrived.map(([each]) => each),
      [`${topic}/status`],
    );
    return arrived[0]?.[1];
  }

  async close(): Promise<void> {
    await this.#client.endAsync(true);
  }

  #nextRequestId(): number {
    requestIds += 1;
    return 1000 + requestIds;
  }
}
