/** The kaa-endpoint config node as the other nodes see it. */
import type { Node, NodeAPI } from 'node-red';
import type { KaaClient } from '../client/client.ts';
import type { ConnectionStatus } from '../client/connection.ts';
import { mqttTransport } from '../client/mqtt-transport.ts';
import { ClientRegistry, type ClientUser, closeDeadline } from '../client/registry.ts';
import { Forwarder } from '../extensions/forwarder.ts';
import { KaaConfigError } from '../protocol/errors.ts';
import { DiskStore } from '../store/disk-store.ts';
import type { Backlog } from '../store/store.ts';
import type { Endpoint } from './endpoint.ts';
import { EndpointUsers } from './endpoint-users.ts';
import { whenFlowsStarted } from './flow-events.ts';
import { LossReport } from './loss-report.ts';
import { addressOfQueue } from './messages.ts';
import { hasStore, storePath, storeThread } from './store-files.ts';
import { sharedTexts, type Texts } from './texts.ts';

/** The connections of this process. */
const registry = new ClientRegistry(mqttTransport);

/** Milliseconds that the store has at least to write what it was asked for. */
const storeDeadline = 500;

/** Kept by Node-RED apart from the flow, encrypted. */
export interface EndpointCredentials {
  token?: string;
  username?: string;
  password?: string;
}

export interface EndpointNode extends Node<EndpointCredentials> {
  connection: EndpointConnection;
  /** Node-RED delegates the status and the errors of a config node to these. */
  users: Record<string, Node>;
}

/** One kaa-endpoint node's hold on its connection and its store; it also writes their story to the log. */
export class EndpointConnection {
  readonly users = new EndpointUsers();
  readonly #RED: NodeAPI;
  readonly #node: Node;
  readonly #texts: Texts;
  readonly #read: () => Endpoint;
  #endpoint: Endpoint | undefined;
  /** The present client, whose story is in the log, and what forwards stored samples over it. */
  #present: { readonly client: KaaClient; readonly forwarder: Forwarder } | undefined;
  #store: DiskStore | undefined;
  /** A node stores samples. */
  #stores = false;
  readonly #losses: LossReport;
  #notStarted = (): void => {};

  /** @param read reads the node's settings; its errors reach the flow nodes that use the endpoint */
  constructor(RED: NodeAPI, node: Node, read: () => Endpoint) {
    this.#RED = RED;
    this.#node = node;
    this.#texts = sharedTexts(RED);
    this.#read = read;
    this.#losses = new LossReport((error) => this.#raise(undefined, undefined, error));
  }

  /** @throws {KaaConfigError} where the endpoint is misconfigured */
  get endpoint(): Endpoint {
    this.#endpoint ??= this.#read();
    return this.#endpoint;
  }

  /** What is remembered for the endpoint; the file is opened at its first use. */
  get store(): DiskStore {
    this.#store ??= new DiskStore(
      storeThread,
      { path: this.#path, ...this.endpoint.outbox },
      {
        movedAside: (aside) => this.#node.warn(this.#texts('log.store.damaged', { file: this.#path, aside })),
        lost: (dropped, expired) => this.#losses.add(dropped, expired),
        backlogChanged: () => this.users.storeChanged(),
      },
    );
    return this.#store;
  }

  /** What waits to be forwarded. */
  get backlog(): Backlog {
    return this.#store?.outbox.backlog ?? { samples: 0 };
  }

  /** Why an endpoint's samples are not forwarded although there is a connection. */
  get forwardingTrouble(): Error | undefined {
    return this.#present?.forwarder.trouble;
  }

  /** For a node that stores samples; `client` is what `register` gave. */
  forwarderOf(client: KaaClient): Forwarder {
    this.#stores = true;
    if (this.#present?.client === client) return this.#present.forwarder;
    throw new Error('the connection is not the present one');
  }

  /** @throws {KaaConfigError} where the endpoint is misconfigured */
  register(user: ClientUser): KaaClient {
    const client = registry.register(this.#node.id, this.endpoint.client, user);
    if (this.#present?.client !== client) this.#begin(client);
    return client;
  }

  /** @param deadline milliseconds that this may take */
  async deregister(user: ClientUser, deadline: number): Promise<void> {
    const started = performance.now();
    const left = (): number => Math.max(0, deadline - (performance.now() - started));
    if (this.users.size === 0) await this.#finishForwarding(left());
    await registry.deregister(this.#node.id, user, left());
    // What is under way is known to the nodes that come next.
    await this.#store?.settled(Math.max(storeDeadline, left()));
  }

  async close(): Promise<void> {
    const started = performance.now();
    this.#notStarted();
    this.#losses.close();
    await registry.end(this.#node.id);
    await this.#store?.close(Math.max(storeDeadline, closeDeadline - (performance.now() - started)));
  }

  /** Samples whose answer is on its way would be sent twice. */
  async #finishForwarding(deadline: number): Promise<void> {
    const { promise: late, resolve } = Promise.withResolvers<void>();
    const timer = setTimeout(resolve, deadline);
    await Promise.race([this.#present?.forwarder.finish(), late]);
    clearTimeout(timer);
  }

  #begin(client: KaaClient): void {
    const { endpoint, store } = this;
    const logged = new Set<string>();
    client.onStatus((status) => this.#log(logged, status));
    const forwarder = new Forwarder(client, store.outbox, {
      addressOf: (queue) => addressOfQueue(queue, endpoint),
      rejected: (address, node, sample, error) => this.users.raise(node, address, error, { payload: sample }),
      paused: (address, node, error) => this.#raise(node, address, error),
      failed: (address, error) => this.#raise(undefined, address, error),
      troubleChanged: () => this.users.storeChanged(),
    });
    this.#present = { client, forwarder };
    this.#notStarted();
    // Whoever is told of samples from earlier times has to be there; where there are none, nothing is opened for them.
    this.#notStarted = whenFlowsStarted(this.#RED, () => {
      if (this.#stores || hasStore(this.#path)) forwarder.start();
    });
  }

  /** Where no node is left to tell, the log is told. */
  #raise(...args: Parameters<EndpointUsers['raise']>): void {
    const [, , error] = args;
    if (!this.users.raise(...args)) this.#node.warn(error.message);
  }

  get #path(): string {
    return storePath(this.#RED, this.#node.id);
  }

  /** Each reason of each address once, until the connection is back. */
  #log(logged: Set<string>, status: ConnectionStatus): void {
    if (status.state === 'connected') {
      logged.clear();
      this.#node.log(this.#texts('log.connected', { server: printable(status.url) }));
    } else if (status.state === 'offline') {
      for (const { url, reason, detail } of status.failures) {
        const server = printable(url);
        if (logged.has(`${server} ${reason}`)) continue;
        logged.add(`${server} ${reason}`);
        const text = this.#texts(`log.${reason}`, { server });
        this.#node.warn(detail === undefined ? text : `${text} (${detail})`);
      }
    }
  }
}

/** An address for the log: whatever stands behind its path may be a secret. */
function printable(url: string): string {
  const { protocol, host, pathname } = new URL(url);
  return `${protocol}//${host}${pathname === '/' ? '' : pathname}`;
}

/**
 * The kaa-endpoint that a flow node names.
 * @throws {KaaConfigError} where there is none, or it is disabled
 */
export function findEndpoint(RED: NodeAPI, id: unknown): EndpointNode {
  if (typeof id !== 'string' || id === '')
    throw new KaaConfigError('No kaa-endpoint is chosen; open the node and choose one.');
  const node: unknown = RED.nodes.getNode(id);
  if (isEndpointNode(node)) return node;
  throw new KaaConfigError('The chosen kaa-endpoint is missing or disabled; open the node and choose another one.');
}

function isEndpointNode(node: unknown): node is EndpointNode {
  return (
    typeof node === 'object' && node !== null && 'connection' in node && node.connection instanceof EndpointConnection
  );
}
