/** Tells nodes when the flows run: whatever they report while being created, no Status node receives. */
import type { NodeAPI } from 'node-red';

const waiting = new Set<() => void>();

/** Calls back once when the flows have started, unless the returned function was called before. */
export function whenFlowsStarted(RED: NodeAPI, callback: () => void): () => void {
  // One listener for all nodes: Node warns of more than ten.
  if (waiting.size === 0) RED.events.once('flows:started', callAll);
  waiting.add(callback);
  return () => {
    waiting.delete(callback);
    if (waiting.size === 0) RED.events.removeListener('flows:started', callAll);
  };
}

function callAll(): void {
  const callbacks = [...waiting];
  waiting.clear();
  for (const callback of callbacks) callback();
}
