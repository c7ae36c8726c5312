/** Where in the flows a running kaa-endpoint comes from: in a subflow each instance runs one under an id of its own. */
import type { Node, NodeAPI } from 'node-red';

export interface EndpointPlace {
  /** Its id in the flow file. */
  readonly nodeId: string;
  /** The subflow instances that it runs in, from the outermost, by their ids in the flow file. */
  readonly instances: readonly string[];
}

export function placeOf(RED: NodeAPI, node: Node): EndpointPlace {
  // Of ids: the flow, the instances and the node itself.
  const path: unknown = RED.util.evaluateNodeProperty('NR_NODE_PATH', 'env', node, {});
  const [, ...ids] = String(path).split('/');
  return { nodeId: ids.at(-1) ?? node.id, instances: ids.slice(0, -1) };
}
