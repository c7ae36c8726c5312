import type { KaaClient } from '../client/client.ts';
import type { FlowNodeContext } from './flow-node.ts';

/** What the nodes of one connection share: made for the first of them, and gone with the connection. */
export function oncePerClient<Shared extends object>(
  create: (context: FlowNodeContext) => Shared,
): (context: FlowNodeContext) => Shared {
  const known = new WeakMap<KaaClient, Shared>();
  return (context) => {
    const shared = known.get(context.client) ?? create(context);
    known.set(context.client, shared);
    return shared;
  };
}
