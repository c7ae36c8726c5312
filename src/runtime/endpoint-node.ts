/** The kaa-endpoint config node as the other nodes see it. */
import type { Node, NodeAPI } from 'node-red';
import type { KaaClient } from '../client/client.ts';
import type { ConnectionStatus } from '../client/connection.ts';
import { mqttTransport } from '../client/mqtt-transport.ts';
import { ClientRegistry, type ClientUser } from '../client/registry.ts';
import { KaaConfigError } from '../protocol/errors.ts';
import { MemoryStore } from '../store/memory-store.ts';
import type { Store } from '../store/store.ts';
import type { Endpoint } from './endpoint.ts';
import { sharedTexts, type Texts } from './texts.ts';

/** The connections of this process. */
const registry = new ClientRegistry(mqttTransport);

/** What is remembered, by the id of the kaa-endpoint node; it outlives the nodes, which every deploy replaces. */
const stores = new Map<string, Store>();

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

/** One kaa-endpoint node's hold on its connection; it also writes the connection's story to the log. */
export class EndpointConnection {
  readonly #node: Node;
  readonly #texts: Texts;
  readonly #read: () => Endpoint;
  #endpoint: Endpoint | undefined;
  /** The client whose story is in the log. */
  #logged: KaaClient | undefined;

  /** @param read reads the node's settings; its errors reach the flow nodes that use the endpoint */
  constructor(RED: NodeAPI, node: Node, read: () => Endpoint) {
    this.#node = node;
    this.#texts = sharedTexts(RED);
    this.#read = read;
  }

  /** @throws {KaaConfigError} where the endpoint is misconfigured */
  get endpoint(): Endpoint {
    this.#endpoint ??= this.#read();
    return this.#endpoint;
  }

  get store(): Store {
    const { id } = this.#node;
    const store = stores.get(id) ?? new MemoryStore();
    stores.set(id, store);
    return store;
  }

  /** @throws {KaaConfigError} where the endpoint is misconfigured */
  register(user: ClientUser): KaaClient {
    const client = registry.register(this.#node.id, this.endpoint.client, user);
    if (this.#logged !== client) {
      this.#logged = client;
      const logged = new Set<string>();
      client.onStatus((status) => this.#log(logged, status));
    }
    return client;
  }

  /** @param deadline milliseconds that this may take */
  async deregister(user: ClientUser, deadline: number): Promise<void> {
    await registry.deregister(this.#node.id, user, deadline);
  }

  async close(): Promise<void> {
    await registry.end(this.#node.id);
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
