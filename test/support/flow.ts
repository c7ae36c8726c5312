/** Flows in a real Node-RED runtime (the test helper's): load, inject, and wait for what comes out. */
import { mkdtempSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Node, NodeAPI, NodeDef, NodeInitializer, NodeMessage } from 'node-red';
import kaaBlobToken from '../../nodes/kaa-blob-token.ts';
import kaaCommand from '../../nodes/kaa-command.ts';
import kaaConfig from '../../nodes/kaa-config.ts';
import kaaEndpoint from '../../nodes/kaa-endpoint.ts';
import kaaMetadata from '../../nodes/kaa-metadata.ts';
import kaaOta from '../../nodes/kaa-ota.ts';
import kaaTelemetry from '../../nodes/kaa-telemetry.ts';

const initializers = [
  kaaEndpoint,
  kaaTelemetry,
  kaaMetadata,
  kaaCommand,
  kaaConfig,
  kaaOta,
  kaaBlobToken,
] satisfies NodeInitializer[];

const require = createRequire(import.meta.url);

export type Message = Record<string, unknown> & NodeMessage;
export type FlowNode = Record<string, unknown> & { id: string; type: string };

interface TestHelper {
  init(runtimePath: string): void;
  settings(settings: object): void;
  startServer(): Promise<void>;
  stopServer(): Promise<void>;
  load(nodes: readonly NodeInitializer[], flow: readonly FlowNode[], credentials: object): Promise<void>;
  unload(): Promise<void>;
  getNode(id: string): Node | null;
  log(): { readonly args: readonly (readonly unknown[])[] };
}

const helper = require('node-red-node-test-helper') as TestHelper;
helper.init(require.resolve('node-red'));

/** Everything that a collecting node received, in order. */
export class Collected {
  readonly messages: Message[] = [];
  #wake: () => void = () => {};

  push(message: Message): void {
    this.messages.push(message);
    this.#wake();
  }

  /** Waits until `count` messages have come in all, and gives the last of them. */
  async number(count: number): Promise<Message> {
    return this.until(() => this.messages.length >= count);
  }

  /** Waits until a message satisfies `condition`, and gives the newest one. */
  async until(condition: (messages: readonly Message[]) => boolean): Promise<Message> {
    while (!condition(this.messages)) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
    const last = this.messages.at(-1);
    if (last === undefined) throw new Error('no message');
    return last;
  }
}

/** A node beside the one under test, and what it does. */
export class Neighbour {
  readonly outputs = new Collected();
  readonly caught = new Collected();
  readonly id: string;

  constructor(id: string) {
    this.id = id;
  }

  inject(message: object): void {
    injectInto(this.id, message);
  }
}

/** The node that an error came from. */
function sourceOf(message: Message): string {
  const { error } = message as { readonly error?: { readonly source?: { readonly id?: string } } };
  return error?.source?.id ?? '';
}

function injectInto(id: string, message: object): void {
  const node = helper.getNode(id);
  if (node === null) throw new Error(`the node ${id} is not there`);
  node.receive(message as NodeMessage);
}

const userDirectories: string[] = [];

function newUserDirectory(): string {
  const directory = mkdtempSync(join(tmpdir(), 'kaa-flow-'));
  userDirectories.push(directory);
  return directory;
}

interface ContextValue {
  readonly scope: 'flow' | 'global';
  readonly key: string;
  readonly value: unknown;
}

/** A node that fails with `msg.topic` as the reason, so that Catch gets its messages. */
function registerFailing(RED: NodeAPI): void {
  RED.nodes.registerType('failing', function failing(this: Node, definition: NodeDef) {
    RED.nodes.createNode(this, definition);
    this.on('input', (message, _send, done) => done(new Error(message.topic ?? '')));
  });
}

/** A node under test with everything around it that sees what it does. */
export class Flow {
  readonly outputs = new Collected();
  readonly caught = new Collected();
  readonly completed = new Collected();
  readonly statuses = new Collected();
  /** Nodes whose errors are caught; one catch node is all that the test helper loads. */
  readonly #catching = ['node'];
  readonly #caught = new Map([['node', this.caught]]);
  readonly #collections = new Map([
    ['out', this.outputs],
    ['completed', this.completed],
    ['statuses', this.statuses],
  ]);
  readonly #flow: FlowNode[];
  readonly #credentials: Record<string, object>;
  readonly #context: ContextValue[] = [];
  readonly #userDirectory = newUserDirectory();

  /**
   * @param node properties of the node under test, whose id becomes `node` and its endpoint `endpoint`
   * @param endpoint properties of the kaa-endpoint
   */
  constructor(
    node: Record<string, unknown> & { type: string },
    endpoint: Record<string, unknown>,
    credentials: Record<string, string> = { token: 'own-secret' },
  ) {
    this.#flow = [
      { id: 'tab', type: 'tab' },
      { id: 'endpoint', type: 'kaa-endpoint', appVersion: 'v1', requestTimeout: '2', ...endpoint },
      { id: 'node', z: 'tab', x: 0, y: 0, endpoint: 'endpoint', wires: [['out']], ...node },
      { id: 'out', z: 'tab', x: 0, y: 0, type: 'collector', wires: [] },
      { id: 'catch', z: 'tab', x: 0, y: 0, type: 'catch', scope: this.#catching, wires: [['caught']] },
      { id: 'caught', z: 'tab', x: 0, y: 0, type: 'collector', wires: [] },
      { id: 'complete', z: 'tab', x: 0, y: 0, type: 'complete', scope: ['node'], wires: [['completed']] },
      { id: 'completed', z: 'tab', x: 0, y: 0, type: 'collector', wires: [] },
      { id: 'status', z: 'tab', x: 0, y: 0, type: 'status', scope: ['node'], wires: [['statuses']] },
      { id: 'statuses', z: 'tab', x: 0, y: 0, type: 'collector', wires: [] },
    ];
    this.#credentials = { endpoint: credentials };
  }

  get nodes(): FlowNode[] {
    return this.#flow;
  }

  /** Adds a node on the same endpoint, before the start. */
  add(id: string, node: Record<string, unknown> & { type: string }): Neighbour {
    const neighbour = new Neighbour(id);
    this.#collections.set(`${id}-out`, neighbour.outputs);
    this.#caught.set(id, neighbour.caught);
    this.#flow.push(
      { id, z: 'tab', x: 0, y: 0, endpoint: 'endpoint', wires: [[`${id}-out`]], ...node },
      { id: `${id}-out`, z: 'tab', x: 0, y: 0, type: 'collector', wires: [] },
    );
    this.#catching.push(id);
    return neighbour;
  }

  /** Sets a value of the flow's or the global context, which is there before the flow runs. */
  setContext(scope: ContextValue['scope'], key: string, value: unknown): void {
    this.#context.push({ scope, key, value });
    helper.getNode('out')?.context()[scope].set(key, value);
  }

  /** Starts the flow; again after a stop, as a deploy does. */
  async start(): Promise<void> {
    const register = (RED: NodeAPI): void => {
      this.#registerCollector(RED);
      registerFailing(RED);
    };
    helper.settings({ userDir: this.#userDirectory });
    await helper.load([...initializers, register], this.#flow, this.#credentials);
  }

  async stop(): Promise<void> {
    await helper.unload();
  }

  inject(message: object): void {
    injectInto('node', message);
  }

  /** All that Node-RED logged, with the stacks of errors. */
  log(): string {
    return JSON.stringify(helper.log().args, (_key, value: unknown) =>
      value instanceof Error ? [value.message, value.stack, Object.entries(value)] : value,
    );
  }

  /** A node that collects from its creation on, so that nothing is missed. */
  #registerCollector(RED: NodeAPI): void {
    const collections = this.#collections;
    const caughtFrom = this.#caught;
    const context = this.#context;
    RED.nodes.registerType('collector', function collector(this: Node, definition: NodeDef) {
      RED.nodes.createNode(this, definition);
      if (this.id === 'out') for (const { scope, key, value } of context) this.context()[scope].set(key, value);
      this.on('input', (message, _send, done) => {
        const collected = this.id === 'caught' ? caughtFrom.get(sourceOf(message)) : collections.get(this.id);
        collected?.push(message);
        done();
      });
    });
  }
}

export const startRuntime = (): Promise<void> => helper.startServer();

export async function stopRuntime(): Promise<void> {
  await helper.stopServer();
  for (const directory of userDirectories.splice(0)) rmSync(directory, { recursive: true, force: true });
}
