/** The kaa-endpoint config node as the other nodes see it. */
import type { Node, NodeAPI } from 'node-red';
import type { EndpointAddress } from '../client/channel.ts';
import { mqttTransport } from '../client/mqtt-transport.ts';
import { asError, KaaConfigError } from '../protocol/errors.ts';
import { wording } from '../protocol/wording.ts';
import { Deploys } from './deploys.ts';
import type { Endpoint } from './endpoint.ts';
import { placeOf } from './endpoint-place.ts';
import type { EndpointSession } from './endpoint-session.ts';
import { EndpointSessions } from './endpoint-sessions.ts';
import type { EndpointUser } from './endpoint-users.ts';
import { inUserLanguage } from './error-language.ts';
import { listenToFlows, whenFlowsStarted } from './flow-events.ts';
import { hasStore, storePath, storeThread } from './store-files.ts';
import { sharedTexts } from './texts.ts';

/** The sessions of this process. */
const deploys = new Deploys(() => sessions.deployOver());
export const sessions = new EndpointSessions(deploys);

/** From now on deploys are told from the stopping of flows. */
export function watchDeploys(RED: NodeAPI): void {
  listenToFlows(RED, deploys);
}

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

/** One kaa-endpoint node's hold on its session, which outlives it where a deploy changes nothing. */
export class EndpointConnection {
  readonly #RED: NodeAPI;
  readonly #node: Node;
  readonly #read: () => Endpoint;
  #endpoint: Endpoint | Error | undefined;
  #notStarted = (): void => {};

  /** @param read reads the node's settings; its errors reach the flow nodes that use the endpoint */
  constructor(RED: NodeAPI, node: Node, read: () => Endpoint) {
    this.#RED = RED;
    this.#node = node;
    this.#read = read;
  }

  /**
   * The first of its nodes to ask has the log told of what is wrong.
   * @throws {KaaConfigError} where the endpoint is misconfigured
   */
  get endpoint(): Endpoint {
    this.#endpoint ??= this.#tryToRead();
    if (this.#endpoint instanceof Error) throw this.#endpoint;
    return this.#endpoint;
  }

  /** The endpoint as its nodes use it; undefined where none does, or it is misconfigured. */
  get used(): Endpoint | undefined {
    return this.#endpoint instanceof Error ? undefined : this.#endpoint;
  }

  /** Whether the log was told of an error already. */
  hasTold(error: unknown): boolean {
    return error === this.#endpoint;
  }

  /** @throws {KaaConfigError} where the endpoint is misconfigured */
  register(user: EndpointUser): EndpointSession {
    const path = storePath(this.#RED, this.#node.id);
    const session = sessions.register(this.#node.id, this.endpoint, this.#node, user, () => ({
      transport: mqttTransport,
      thread: storeThread,
      path,
      texts: sharedTexts(this.#RED),
      place: placeOf(this.#RED, this.#node),
    }));
    this.#notStarted();
    // Whoever is told of samples from earlier times has to be there; where there are none, nothing is opened for them.
    this.#notStarted = whenFlowsStarted(this.#RED, () => {
      if (hasStore(path)) session.startForwarding();
      sessions.compareSoon(session);
    });
    return session;
  }

  /** A node receives for an endpoint from now on, until the returned function is called. */
  serving(session: EndpointSession, { token }: EndpointAddress): () => void {
    const end = session.tokens.add(token);
    sessions.compareSoon(session);
    return end;
  }

  /** To be told before a node closes. */
  leaving(session: EndpointSession): void {
    sessions.leaving(session);
  }

  /** @param deadline milliseconds that this may take */
  deregister(session: EndpointSession, user: EndpointUser, deadline: number): Promise<void> {
    return sessions.deregister(this.#node.id, session, user, deadline);
  }

  /** @param removed the node is deleted or disabled, and not just replaced */
  async close(removed: boolean): Promise<void> {
    this.#notStarted();
    if (removed || !deploys.underWay) await sessions.end(this.#node.id);
  }

  #tryToRead(): Endpoint | Error {
    try {
      return this.#read();
    } catch (thrown) {
      const error = inUserLanguage(asError(thrown), sharedTexts(this.#RED));
      this.#node.error(error.message);
      return error;
    }
  }
}

/**
 * The kaa-endpoint that a flow node names.
 * @throws {KaaConfigError} where there is none, or it is disabled
 */
export function findEndpoint(RED: NodeAPI, id: unknown): EndpointNode {
  if (typeof id !== 'string' || id === '') throw new KaaConfigError(wording('config.noEndpoint'));
  const node: unknown = RED.nodes.getNode(id);
  if (isEndpointNode(node)) return node;
  throw new KaaConfigError(wording('config.endpointGone'));
}

export function isEndpointNode(node: unknown): node is EndpointNode {
  return (
    typeof node === 'object' && node !== null && 'connection' in node && node.connection instanceof EndpointConnection
  );
}
