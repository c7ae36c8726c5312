/** A node that is new in a flow uses the only kaa-endpoint there is. */

/** A node while the editor adds it to a flow. */
interface AddedNode {
  readonly id: string;
  readonly z?: string;
  endpoint: string;
}

/** Nodes that are pasted or imported are known to the editor by then, and keep what they have. */
export function chooseOnlyEndpoint(node: AddedNode): void {
  if (node.endpoint !== '' || RED.nodes.node(node.id)) return;
  const endpoints: string[] = [];
  RED.nodes.eachConfig(({ id, type, z, d }) => {
    const isReachable = z === undefined || z === '' || z === node.z;
    if (type === 'kaa-endpoint' && isReachable && d !== true) endpoints.push(id);
  });
  const [only, ...others] = endpoints;
  if (only !== undefined && others.length === 0) node.endpoint = only;
}
