/** Whether what nodes receive from Kaa can be answered: commands by results, configurations and software by reports. */
import type { DeployedFlow, DeployedNode } from './deployed-flow.ts';
import { type Mark, type MessagePaths, various } from './message-paths.ts';

/**
 * Nodes through which an answer may leave without any node of ours: a flow that was wired by hand publishes results
 * itself. Whatever else messages are handed to cannot speak for an endpoint, or comes back to the flow.
 */
const exits = new Set(['mqtt out', 'exec']);

/** What the messages of a node come to. */
export type Answer =
  /** Or it cannot be told. */
  | { readonly kind: 'possible' }
  | { readonly kind: 'none' }
  /** All through another endpoint. */
  | { readonly kind: 'elsewhere'; readonly endpoint: DeployedNode };

export class Answers {
  readonly #flow: DeployedFlow;
  readonly #paths: MessagePaths;
  readonly #endpoints: ReadonlyMap<string, DeployedNode>;
  readonly #leaving: readonly DeployedNode[];

  /** @param isOpaque whether nodes that nobody sees are inside of one, which may answer */
  constructor(flow: DeployedFlow, paths: MessagePaths, isOpaque: (node: DeployedNode) => boolean) {
    this.#flow = flow;
    this.#paths = paths;
    this.#leaving = flow.nodes.filter((node) => exits.has(node.type) || isOpaque(node));
    this.#endpoints = new Map(flow.nodes.filter(({ type }) => type === 'kaa-endpoint').map((node) => [node.id, node]));
  }

  /**
   * Looks for answers to what some nodes receive.
   * @param receiving all nodes that receive this sort of things
   * @param answering all nodes that answer it
   * @returns what becomes of the messages of one of `receiving`
   */
  between(receiving: readonly DeployedNode[], answering: readonly DeployedNode[]): (receiver: DeployedNode) => Answer {
    const marks = this.#paths.spread([
      ...answering.map((node) => [node, this.#endpointOf(node) ?? various] as const),
      ...this.#leaving.map((node) => [node, various] as const),
    ]);
    const fed = new Set(this.#fedOtherwise(receiving, answering).map((node) => this.#endpointOf(node) ?? various));
    return (receiver) => {
      const own = this.#endpointOf(receiver);
      const found = marks(receiver.id);
      // A node without an endpoint receives nothing, and says so.
      if (own === undefined || found === various || found === own) return { kind: 'possible' };
      if (fed.has(various) || fed.has(own) || (own === various && fed.size > 0)) return { kind: 'possible' };
      if (found === undefined) return { kind: 'none' };
      const endpoint = this.#endpoints.get(found);
      return own === various || endpoint === undefined ? { kind: 'possible' } : { kind: 'elsewhere', endpoint };
    };
  }

  /**
   * Nodes that answer messages from somewhere else: they may do it for a node that leaves its messages where another
   * finds them, in a context or behind a connection. An error that is caught is no such source.
   */
  #fedOtherwise(receiving: readonly DeployedNode[], answering: readonly DeployedNode[]): readonly DeployedNode[] {
    const behind = this.#paths.behind(receiving, { errors: true });
    const receivers = new Set(receiving);
    const sources = this.#flow.nodes.filter((node) => !receivers.has(node) && !behind(node));
    return answering.filter(this.#paths.behind(sources, { errors: false }));
  }

  /** Undefined where none is chosen, or one that does not run. */
  #endpointOf({ properties }: DeployedNode): Mark | undefined {
    const { endpoint } = properties;
    if (typeof endpoint !== 'string') return undefined;
    if (endpoint.startsWith('$')) return various;
    return this.#endpoints.has(endpoint) ? endpoint : undefined;
  }
}
