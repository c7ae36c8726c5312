/** Where the nodes are tested: a platform, the link to it, and the flow whose endpoint has a token never used before. */
import assert from 'node:assert/strict';
import type { Context } from 'mocha';
import { connectAsync, type MqttClient } from 'mqtt';
import { buildTopic, parseTopic, type Topic } from '../../src/protocol/topic.ts';
import type { PlatformEvent } from '../../src/simulator/platform/events.ts';
import { ControlApi } from '../conformance/control-api.ts';
import { Flow, type Message, type Neighbour, startRuntime, stopRuntime } from '../support/flow.ts';
import { Link } from '../support/link.ts';
import type { PlatformKind, TestPlatform, Variants } from '../support/platforms.ts';
import { until } from '../support/until.ts';

/** The part of a caught message that our errors fill. */
export interface Caught extends Message {
  readonly error: { readonly message: string; readonly code: string; readonly cause: Record<string, unknown> };
}

/** A message that left a node of ours. */
export interface Told extends Message {
  readonly kaa: Record<string, unknown>;
}

/** A request as the platform received it. */
export interface Request {
  readonly appVersion: string;
  readonly token: string;
  /** Extension and resource path, e.g. `cex/command/reboot`. */
  readonly resource: string;
  readonly requestId: number | undefined;
  /** Undefined where it has none. */
  readonly body: unknown;
}

/** What a status shows: fill, shape, state of the connection, and reason. */
export function shownBy({ status }: Message = { _msgid: '' }): readonly unknown[] {
  const { fill, shape, kaa } = (status ?? {}) as { fill?: string; shape?: string; kaa?: Record<string, unknown> };
  return [fill, shape, kaa?.['state'], kaa?.['reason']];
}

type Properties = Record<string, unknown>;
/** Properties of a node. */
export type Definition = Properties & { type: string };

let tokens = 0;

export class Setting {
  readonly platform: TestPlatform;
  readonly link: Link;
  /** The own token of the flow's endpoint. */
  readonly token: string;
  /** Every request that the platform received, in order. */
  readonly received: Request[] = [];
  #flow: Flow | undefined;
  #roundTrip: Neighbour | undefined;
  #impostor: MqttClient | undefined;

  constructor(platform: TestPlatform, link: Link) {
    this.platform = platform;
    this.link = link;
    tokens += 1;
    this.token = `own-secret-${tokens}`;
    platform.simulator.platform.events.subscribe((event) => this.#record(event));
  }

  get flow(): Flow {
    if (this.#flow === undefined) throw new Error('there is no flow');
    return this.#flow;
  }

  /** A flow that is not started yet, so that more can be added to it. */
  prepare(
    node: Definition,
    endpoint: Properties = {},
    credentials: Record<string, string> = { token: this.token },
  ): Flow {
    const { httpUrl } = this.platform.simulator;
    this.#flow = new Flow(node, { url: this.link.url, blobUrl: httpUrl, ...endpoint }, credentials);
    this.#roundTrip = this.#flow.add('round-trip', { type: 'kaa-telemetry' });
    return this.#flow;
  }

  async start(node: Definition, endpoint?: Properties, credentials?: Record<string, string>): Promise<Flow> {
    const flow = this.prepare(node, endpoint, credentials);
    await flow.start();
    return flow;
  }

  /** What a deploy does to the nodes. */
  async redeploy(): Promise<void> {
    await this.flow.stop();
    await this.flow.start();
  }

  /** A message goes to the platform and its answer comes back: what was on its way before has arrived on both sides. */
  async roundTrip(token?: string): Promise<void> {
    const { outputs } = this.#roundTripNode();
    const before = outputs.messages.length;
    this.#roundTripNode().inject({ payload: { a: 1 }, ...(token === undefined ? {} : { token }) });
    await outputs.number(before + 1);
  }

  /** Cuts the link, and waits until the nodes know. */
  async disconnect(): Promise<void> {
    await this.link.cut();
    const { caught } = this.#roundTripNode();
    const before = caught.messages.length;
    this.#roundTripNode().inject({ payload: { a: 1 } });
    const { error } = (await caught.number(before + 1)) as Caught;
    assert.equal(error.code, 'KAA_OFFLINE');
  }

  /** Injects a message into the node under test and waits for its outcome. */
  async settle(message: object): Promise<void> {
    const { flow } = this;
    const outcomes = (): number => flow.outputs.messages.length + flow.caught.messages.length;
    const before = outcomes();
    flow.inject(message);
    await until(() => outcomes() > before);
  }

  /** Injects a message into the node under test and gives its only outcome so far: what came out. */
  async told(message: object): Promise<Told> {
    await this.settle(message);
    const { outputs, completed, caught } = this.flow;
    assert.deepEqual(
      (caught.messages as Caught[]).map(({ error }) => error.message),
      [],
    );
    await completed.number(outputs.messages.length);
    assert.equal(completed.messages.length, outputs.messages.length, 'Complete fires exactly for successes');
    return outputs.messages.at(-1) as Told;
  }

  /** As `told`, for a message that ends in an error: what Catch got. */
  async refused(message: object): Promise<Caught> {
    await this.settle(message);
    const { outputs, completed, caught } = this.flow;
    assert.deepEqual([outputs.messages.length, completed.messages.length, caught.messages.length], [0, 0, 1]);
    return caught.messages[0] as Caught;
  }

  /** Lets the nodes connect again, which takes them a second. */
  async reconnect(): Promise<void> {
    await this.disconnect();
    await this.link.restore();
  }

  /** The control API of an endpoint. */
  control(token = this.token): ControlApi {
    return new ControlApi(`${this.platform.simulator.httpUrl}/api/v1/endpoints/${token}`);
  }

  /** Requests to a resource (extension and path) that the platform received, in order. */
  requests(resource: string, token = this.token): readonly Request[] {
    return this.received.filter((request) => request.resource === resource && request.token === token);
  }

  bodies(resource: string, token = this.token): readonly unknown[] {
    return this.requests(resource, token).map(({ body }) => body);
  }

  /** Waits until a resource was requested so often. */
  async requested(resource: string, count: number, token = this.token): Promise<void> {
    await until(() => this.requests(resource, token).length >= count);
    assert.equal(this.requests(resource, token).length, count, resource);
  }

  /**
   * Publishes as the platform would, where that is a plain broker.
   * @param resource extension and path, on which a push has no request ID
   */
  async publish(resource: string, payload: string, answer: Partial<Topic> = {}): Promise<void> {
    this.#impostor ??= await connectAsync(this.platform.url, { reconnectPeriod: 0, protocolVersion: 4 }, false);
    const [extension = '', ...path] = resource.split('/');
    const topic = { kind: 'status', appVersion: 'v1', extension, token: this.token, path: path.join('/') } as const;
    await this.#impostor.publishAsync(buildTopic({ ...topic, ...answer }), payload, { qos: 1 });
  }

  /** From now on requests to a resource get this as their success, where the platform is a plain broker. */
  answerWith(resource: string, payload: string): void {
    const { faults, events } = this.platform.simulator.platform;
    const [extension = '', ...path] = resource.split('/');
    faults.replace([{ extension, resource: path.join('/'), action: 'drop' }]);
    events.subscribe((event) => {
      const topic = event.kind === 'message' && event.direction === 'in' ? parseTopic(event.topic) : undefined;
      if (topic?.kind !== 'request' || `${topic.extension}/${topic.path}` !== resource) return;
      void this.publish(resource, payload, { ...topic, kind: 'status' });
    });
  }

  /** The endpoint's token is nowhere that a person or a flow could see it. */
  requireSecrecy(): void {
    const { outputs, caught, statuses, completed } = this.flow;
    const seen = [outputs, caught, statuses, completed].flatMap(({ messages }) => messages);
    assert.ok(!JSON.stringify(seen).includes(this.token), 'in a message or status');
    assert.ok(!this.flow.log().includes(this.token), 'in the log');
    assert.ok(!JSON.stringify(this.flow.nodes).includes(this.token), 'in the flow');
  }

  async close(): Promise<void> {
    await this.#flow?.stop();
    await this.#impostor?.endAsync(true);
    await this.link.cut();
    await this.platform.close();
  }

  #roundTripNode(): Neighbour {
    if (this.#roundTrip === undefined) throw new Error('there is no flow');
    return this.#roundTrip;
  }

  #record(event: PlatformEvent): void {
    if (event.kind !== 'message' || event.direction !== 'in') return;
    const topic = parseTopic(event.topic);
    if (topic?.kind !== 'request') return;
    const { appVersion, token, extension, path, requestId } = topic;
    const body: unknown = event.payload === '' ? undefined : JSON.parse(event.payload);
    this.received.push({ appVersion, token, resource: `${extension}/${path}`, requestId, body });
  }
}

export type Test = (title: string, body: (setting: Setting) => Promise<void>) => void;

/** Defines tests on a platform: each gets a fresh one, with a flow of its own. */
export function onPlatform(kind: PlatformKind, variants: Variants, define: (test: Test) => void): void {
  let setting: Setting | undefined;
  before(startRuntime);
  after(stopRuntime);

  beforeEach(async function startPlatform(this: Context) {
    setting = undefined;
    const platform = await kind.start(variants);
    if (platform === undefined) this.skip();
    setting = new Setting(platform, await Link.to(platform.url));
  });

  afterEach(async () => {
    await setting?.close();
  });

  define((title, body) => {
    it(title, async () => {
      if (setting === undefined) throw new Error(`${kind.name} is not running`);
      await body(setting);
    });
  });
}
