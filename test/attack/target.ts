/** A real Node-RED with every node of ours in it, behind a hostile server, and what can be seen of it from outside. */
import assert from 'node:assert/strict';
import { HostileServer, type Published } from '../support/hostile-server.ts';
import { type FlowNode, NodeRed, runtimes } from '../support/node-red.ts';
import { until } from '../support/until.ts';

export const ownToken = 'own-secret-token';

/** The other endpoints that the receiving nodes serve. */
export const gateway = [
  { token: 'press-secret-token', appVersion: 'v1' },
  { token: 'oven-secret-token', appVersion: 'v2' },
] as const;

/** The nodes that take messages. */
export const takers = {
  confirmed: { type: 'kaa-telemetry' },
  sent: { type: 'kaa-telemetry', delivery: 'sent' },
  stored: { type: 'kaa-telemetry', delivery: 'stored', timestamp: 'epoch' },
  stamped: { type: 'kaa-telemetry', timestamp: 'iso' },
  batched: { type: 'kaa-telemetry', batchSize: 2, batchInterval: 0.001 },
  plain: { type: 'kaa-telemetry', format: 'plain' },
  plainSent: { type: 'kaa-telemetry', format: 'plain', delivery: 'sent' },
  metadata: { type: 'kaa-metadata', operation: 'msg' },
  updateKeys: { type: 'kaa-metadata', operation: 'updateKeys' },
  update: { type: 'kaa-metadata', operation: 'update' },
  getMetadata: { type: 'kaa-metadata', operation: 'get' },
  getKeys: { type: 'kaa-metadata', operation: 'getKeys' },
  deleteKeys: { type: 'kaa-metadata', operation: 'deleteKeys' },
  respond: { type: 'kaa-command', mode: 'respond' },
  getConfig: { type: 'kaa-config', mode: 'get' },
  getLimits: { type: 'kaa-config', mode: 'get', configName: 'limits' },
  appliedConfig: { type: 'kaa-config', mode: 'applied' },
  getSoftware: { type: 'kaa-ota', mode: 'get' },
  appliedSoftware: { type: 'kaa-ota', mode: 'applied' },
  blobToken: { type: 'kaa-blob-token' },
  upload: { type: 'kaa-blob-token', output: 'request' },
  dynamicCommand: { type: 'kaa-command', mode: 'receive', commandType: 'dynamic', dynamic: true },
  dynamicConfig: { type: 'kaa-config', mode: 'observe', configName: 'dynamic', dynamic: true },
  dynamicSoftware: { type: 'kaa-ota', mode: 'observe', dynamic: true },
} as const;

export type Taker = keyof typeof takers;

export const takerNames = Object.keys(takers) as readonly Taker[];

const list = { tokens: 'gateway', tokensType: 'global' };

/** The nodes that receive. */
const receivers = {
  reboot: { type: 'kaa-command', mode: 'receive', commandType: 'reboot', ...list },
  every: { type: 'kaa-command', mode: 'receive', ...list },
  config: { type: 'kaa-config', mode: 'observe', ...list },
  limits: { type: 'kaa-config', mode: 'observe', configName: 'limits', autoApply: false, ...list },
  software: { type: 'kaa-ota', mode: 'observe', ...list },
} as const;

export type Receiver = keyof typeof receivers;

export interface Seen {
  readonly count: number;
  /** How often each `payload.mark` came. */
  readonly marks: Readonly<Record<string, number>>;
}

export interface State {
  readonly seen: Readonly<Partial<Record<Receiver, Seen>>>;
  /** Errors that belong to no message of the flow, by code. */
  readonly caught: Readonly<Record<string, number>>;
  /** Errors without code: the start of their messages. */
  readonly untyped: readonly string[];
  /** Names that were added to built-in prototypes, or changed there. */
  readonly polluted: readonly string[];
  /** Milliseconds that the event loop was late at most, since the last `reset`. */
  readonly longestDelay: number;
  readonly medianDelay: number;
  /** Megabytes: resident, the most of it since the last `reset`, and what is alive behind a collection of garbage. */
  readonly resident: number;
  readonly peak: number;
  readonly alive: number;
}

/** What became of a message that was sent into a node. */
export interface Outcome {
  readonly done: boolean;
  readonly code?: string;
  readonly message?: string;
  readonly cause?: unknown;
  readonly payload?: unknown;
  readonly kaa?: Readonly<Record<string, unknown>>;
}

/** In settings.cjs: what the function nodes of the probe look through. */
const probe = (more: string): string => `
  functionGlobalContext: (() => {
    const { monitorEventLoopDelay } = require('node:perf_hooks');
    require('node:v8').setFlagsFromString('--expose-gc');
    const collect = require('node:vm').runInNewContext('gc');
    const delay = monitorEventLoopDelay({ resolution: 5 });
    delay.enable();
    const builtIns = { Object, Array, Function, String, Number, Promise, Map, Set, Error };
    const describe = () => Object.entries(builtIns).flatMap(([name, { prototype }]) =>
      Reflect.ownKeys(prototype).map((key) => name + '.' + String(key)));
    const before = new Set(describe());
    let peak = 0;
    const look = () => { peak = Math.max(peak, process.memoryUsage.rss()); };
    setInterval(look, 10).unref();
    const megabytes = (bytes) => Math.round(bytes / 1048576);
    const box = {
      ${more}
      seen: {}, caught: {}, untyped: [],
      polluted: () => describe().filter((name) => !before.has(name)),
      reset() { delay.reset(); peak = 0; box.seen = {}; box.caught = {}; box.untyped = []; },
      figures(thorough) {
        look();
        const { max } = delay;
        const medianDelay = delay.percentile(50) / 1e6;
        if (thorough) { collect(); collect(); }
        const { heapUsed, external, rss } = process.memoryUsage();
        return { longestDelay: Math.round(max / 1e6), medianDelay, resident: megabytes(rss), peak: megabytes(peak),
          alive: megabytes(heapUsed + external) };
      },
    };
    return { box, gateway: ${JSON.stringify(gateway)} };
  })()`;

const receivedCode = (id: string): string => `
  const { seen } = global.get('box');
  const entry = seen['${id}'] ??= { count: 0, marks: {} };
  entry.count += 1;
  const mark = msg.payload?.mark;
  if (typeof mark === 'string') entry.marks[mark] = (entry.marks[mark] ?? 0) + 1;`;

const doneCode = `
  const { res, req } = msg;
  if (res) return { res, req, payload: { done: true, payload: msg.payload, kaa: msg.kaa } };`;

const caughtCode = `
  const { code, cause, message } = msg.error;
  if (msg.res) return { res: msg.res, req: msg.req, payload: { done: false, code, message, cause } };
  const { caught, untyped } = global.get('box');
  caught[code] = (caught[code] ?? 0) + 1;
  if (typeof code !== 'string' && untyped.length < 10) untyped.push(message.slice(0, 200));`;

/** In the realm of function nodes there are prototypes of their own. */
const stateCode = `
  const box = global.get('box');
  const own = Object.keys(Object.prototype).concat(Object.keys(Array.prototype));
  for (const key in {}) own.push(key);
  const figures = box.figures(msg.req.query.thorough === '1');
  const { seen, caught, untyped } = box;
  msg.payload = { seen, caught, untyped, polluted: box.polluted().concat(own), ...figures };
  if (msg.req.query.reset === '1') box.reset();
  return msg;`;

const place = { z: 'tab', x: 0, y: 0 };

function code(id: string, func: string, wires: readonly (readonly string[])[]): FlowNode {
  return { id, type: 'function', func, outputs: wires.length, wires, ...place };
}

function httpIn(url: string, method: string, next: string): FlowNode {
  return { id: `in-${url.slice(1)}`, type: 'http in', url, method, wires: [[next]], ...place };
}

export interface TargetOptions {
  /** Properties of the kaa-endpoint. */
  readonly endpoint?: object;
  /** More nodes. */
  readonly nodes?: readonly FlowNode[];
  /** Receiving nodes that are left out. */
  readonly without?: readonly Receiver[];
  /** Code of more settings, and of more that the function nodes find in the probe. */
  readonly inside?: string;
  readonly more?: string;
}

/** Every node of ours on one endpoint, with the probe around them. */
export function targetFlow(url: string, { endpoint, nodes = [], without = [] }: TargetOptions = {}): FlowNode[] {
  const takerIds = Object.keys(takers);
  const observers = Object.entries(receivers).filter(([id]) => !without.some((other) => other === id));
  return [
    { id: 'tab', type: 'tab', label: 'Target' },
    {
      id: 'endpoint',
      type: 'kaa-endpoint',
      url,
      appVersion: 'v1',
      requestTimeout: '2',
      ...endpoint,
      credentials: { token: ownToken },
    },
    ...observers.flatMap(([id, node]) => [
      { id, endpoint: 'endpoint', wires: [[`got-${id}`]], ...place, ...node },
      code(`got-${id}`, receivedCode(id), []),
    ]),
    ...Object.entries(takers).map(([id, node]) => ({
      id,
      endpoint: 'endpoint',
      wires: [['done']],
      ...place,
      ...node,
    })),
    { id: 'catch', type: 'catch', scope: [...takerIds, ...observers.map(([id]) => id)], wires: [['caught']], ...place },
    code('done', doneCode, [['answer']]),
    code('caught', caughtCode, [['answer']]),
    httpIn('/inject', 'post', 'inject'),
    code(
      'inject',
      `const { node: wanted, message } = msg.payload;
       const { req, res } = msg;
       return ${JSON.stringify(takerIds)}.map((id) => (id === wanted ? { ...message, req, res } : null));`,
      takerIds.map((id) => [id]),
    ),
    httpIn('/state', 'get', 'state'),
    code('state', stateCode, [['answer']]),
    { id: 'answer', type: 'http response', wires: [], ...place },
    ...nodes,
  ];
}

/** Answers as the platform would, so that nothing waits for a time-out. */
export function wellBehaved({ topic }: Published): { topic: string; payload: string }[] {
  const level = topic.split('/');
  const [resource, id] = [`${level[2]}/${level[4]}`, level.at(-1) ?? ''];
  if (!/^\d+$/.test(id)) return [];
  const payloads: Readonly<Record<string, string>> = {
    'cex/command': '[]',
    'epmx/get': level[5] === 'keys' ? '[]' : '{}',
    'bcx/token': '{"token":"upload-secret-token"}',
  };
  return [{ topic: `${topic}/status`, payload: payloads[resource] ?? '' }];
}

export class Target {
  readonly nodeRed: NodeRed;
  readonly server: HostileServer;
  #marks = 0;

  private constructor(nodeRed: NodeRed, server: HostileServer) {
    this.nodeRed = nodeRed;
    this.server = server;
  }

  static async start(options: TargetOptions = {}): Promise<Target> {
    const [runtime] = runtimes;
    const server = new HostileServer();
    server.answer = wellBehaved;
    const url = await server.listen();
    const target = new Target(
      await NodeRed.start(runtime, { inside: `${options.inside ?? ''}${probe(options.more ?? '')}` }),
      server,
    );
    await target.nodeRed.deploy(targetFlow(url, options));
    await target.settled();
    return target;
  }

  async close(): Promise<void> {
    await this.nodeRed.remove();
    await this.server.close();
  }

  /** Waits until the flow runs, is connected and has asked for what it observes. */
  async settled(): Promise<void> {
    while (!(await this.#answers())) await new Promise((resolve) => setImmediate(resolve));
    // The last endpoint of the list is the last to be asked for.
    const asked = ({ topic, payload }: Published): boolean =>
      topic.includes(gateway[1].token) && payload.toString() === '{"observe":true}';
    await until(() => this.server.published.filter(asked).length >= 4);
    while (!(await this.inject('confirmed', { payload: { a: 1 } })).done);
  }

  async state(thorough = false, reset = false): Promise<State> {
    return (await this.#ask(`state?thorough=${Number(thorough)}&reset=${Number(reset)}`)) as State;
  }

  /** Sends a message into a node, and waits for its outcome. */
  async inject(node: Taker, message: object): Promise<Outcome> {
    return (await this.#ask('inject', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ node, message }),
    })) as Outcome;
  }

  /**
   * Good traffic works: a sample is confirmed, a command is handed out once although it comes twice.
   * @param token of the endpoint that is commanded, of application version v1
   */
  async works(token: string = ownToken): Promise<void> {
    assert.equal((await this.inject('confirmed', { payload: { a: 1 } })).done, true);
    this.#marks += 1;
    const mark = `mark-${this.#marks}`;
    const command = {
      topic: `kp1/v1/cex/${token}/command/reboot/status`,
      payload: JSON.stringify([{ id: 7_000_000 + this.#marks, payload: { mark } }]),
    };
    await this.server.publish([command, command]);
    for (const id of ['reboot', 'every'] as const) {
      let count = 0;
      while (count === 0) count = (await this.state()).seen[id]?.marks[mark] ?? 0;
      assert.equal(count, 1);
    }
    await this.inject('confirmed', { payload: { a: 1 } });
    const { seen, polluted } = await this.state();
    assert.deepEqual([seen.reboot?.marks[mark], seen.every?.marks[mark], polluted], [1, 1, []]);
  }

  /** Again where the connection is gone: Node-RED ends idle ones, and a blocked one ends those that were not. */
  async #ask(path: string, request: RequestInit = {}): Promise<unknown> {
    for (;;) {
      try {
        const response = await fetch(`${this.nodeRed.url}/${path}`, request);
        return await response.json();
      } catch (error) {
        if (!this.nodeRed.running) {
          throw new Error(`Node-RED has ended:\n${this.nodeRed.output.slice(-2000)}`, { cause: error });
        }
        if (!(error instanceof TypeError)) throw error;
      }
    }
  }

  async #answers(): Promise<boolean> {
    return fetch(`${this.nodeRed.url}/state`).then(
      ({ ok }) => ok,
      () => false,
    );
  }
}
