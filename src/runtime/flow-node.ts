/**
 * The one way in which a flow node of ours lives: it registers with its endpoint, every message ends in `done()` or in
 * `done(err)`, and closing waits a bounded time for what is under way.
 */
import type { Node, NodeAPI, NodeMessageInFlow } from 'node-red';
import type { Sender, Target } from '../client/channel.ts';
import type { KaaClient } from '../client/client.ts';
import type { ConnectionStatus } from '../client/connection.ts';
import { closeDeadline, type ClientUser } from '../client/registry.ts';
import { KaaConfigError } from '../protocol/errors.ts';
import type { Endpoint } from './endpoint.ts';
import { type EndpointNode, findEndpoint } from './endpoint-node.ts';
import { whenFlowsStarted } from './flows-started.ts';
import { addressProperties, type FlowMessage } from './messages.ts';
import { NodeStatus } from './node-status.ts';
import { sharedTexts } from './texts.ts';

/** What a node works with. */
export interface FlowNodeContext {
  readonly endpoint: Endpoint;
  readonly client: KaaClient;
  readonly sender: Sender;
}

/** What a node does. */
export interface Behaviour {
  /** Handles one message and resolves to what leaves the node; may reject with any error, also after closing. */
  input(message: FlowMessage): Promise<FlowMessage>;
  /** Takes no more input, and sends what it still holds. */
  close(): void;
}

/**
 * Starts a flow node. Where the node cannot work (`create` throws, or there is no endpoint), its status says why and
 * every message fails with KAA_CONFIG.
 */
export function startFlowNode(
  RED: NodeAPI,
  node: Node,
  endpointId: unknown,
  create: (context: FlowNodeContext) => Behaviour,
): void {
  const running = new RunningNode(RED, node);
  try {
    running.start(findEndpoint(RED, endpointId), create);
  } catch (error) {
    refuseInput(RED, node, error);
  }
}

function refuseInput(RED: NodeAPI, node: Node, error: unknown): void {
  const reason = error instanceof KaaConfigError ? error : new KaaConfigError(String(error));
  const kaa = { state: 'offline', reason: reason.code, inFlight: 0 };
  const status = { fill: 'red', shape: 'ring', text: sharedTexts(RED)('status.error.KAA_CONFIG'), kaa } as const;
  node.error(reason.message);
  node.on('input', (_message, _send, done) => done(reason));
  node.on(
    'close',
    whenFlowsStarted(RED, () => node.status(status)),
  );
}

class RunningNode implements ClientUser {
  readonly #RED: NodeAPI;
  readonly #node: Node;
  #status: NodeStatus | undefined;
  #endpoint: Endpoint | undefined;
  /** Counts the messages that came in. */
  #messages = 0;
  #underWay = 0;
  #idle: (() => void) | undefined;

  constructor(RED: NodeAPI, node: Node) {
    this.#RED = RED;
    this.#node = node;
  }

  start(endpointNode: EndpointNode, create: (context: FlowNodeContext) => Behaviour): void {
    const { connection } = endpointNode;
    const { endpoint } = connection;
    this.#endpoint = endpoint;
    const client = connection.register(this);
    let behaviour: Behaviour;
    try {
      behaviour = create({ endpoint, client, sender: this });
    } catch (error) {
      void connection.deregister(this);
      throw error;
    }
    endpointNode.users[this.#node.id] = this.#node;
    const status = new NodeStatus(this.#node, sharedTexts(this.#RED), client.status, () => client.inFlight);
    this.#status = status;
    const notStarted = whenFlowsStarted(this.#RED, () => status.start());
    this.#node.on('input', (message, send, done) => void this.#handle(behaviour, message, send, done));
    this.#node.on('close', (_removed: boolean, done: () => void) => {
      notStarted();
      delete endpointNode.users[this.#node.id];
      void this.#close(behaviour, endpointNode).finally(done);
    });
  }

  statusChanged(status: ConnectionStatus): void {
    this.#status?.connection(status);
  }

  /** An error that belongs to no message: a new one tells Catch of it. */
  unexpectedError(target: Target, error: Error): void {
    if (this.#endpoint === undefined) return;
    this.#status?.failed(error, this.#messages);
    this.#node.error(error, { _msgid: this.#RED.util.generateId(), ...addressProperties(target, this.#endpoint) });
  }

  async #handle(
    behaviour: Behaviour,
    message: NodeMessageInFlow,
    send: (message: FlowMessage) => void,
    done: (error?: Error) => void,
  ): Promise<void> {
    this.#messages += 1;
    this.#underWay += 1;
    const number = this.#messages;
    try {
      const outcome = await behaviour.input(message);
      this.#status?.succeeded(number);
      send(outcome);
      done();
    } catch (error) {
      this.#status?.failed(error, this.#messages);
      done(error instanceof Error ? error : new Error(String(error)));
    } finally {
      this.#underWay -= 1;
      if (this.#underWay === 0) this.#idle?.();
    }
  }

  async #close(behaviour: Behaviour, { connection }: EndpointNode): Promise<void> {
    behaviour.close();
    if (this.#underWay > 0) await this.#settled();
    this.#status?.close();
    await connection.deregister(this);
  }

  #settled(): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, closeDeadline);
      this.#idle = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}
