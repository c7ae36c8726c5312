/** Tells of misuse after each deploy: each finding once per process, until it has vanished and comes again. */
import type { Node, NodeAPI } from 'node-red';
import type { Misuse } from '../../protocol/live-report.ts';
import { isEndpointNode } from '../endpoint-node.ts';
import { type FlowsListener, listenToFlows } from '../flow-events.ts';
import type { Properties } from '../properties.ts';
import { sharedTexts } from '../texts.ts';
import { DeployedFlow, type DeployedNode } from './deployed-flow.ts';
import { type Finding, findMisuse, type Login } from './find-misuse.ts';

/** With the rule by which it was found. */
interface FoundMisuse extends Misuse {
  readonly rule: Finding['rule'];
}

class DeployLint implements Pick<FlowsListener, 'started'> {
  #RED: NodeAPI | undefined;
  #present: readonly FoundMisuse[] = [];

  get present(): readonly Misuse[] {
    return this.#present;
  }

  watch(RED: NodeAPI): void {
    this.#RED = RED;
    listenToFlows(RED, this);
  }

  started(): void {
    const RED = this.#RED;
    if (RED === undefined) return;
    const flow = new DeployedFlow(listed(RED));
    const running = (node: DeployedNode): Node | null => RED.nodes.getNode(flow.runningId(node));
    const texts = sharedTexts(RED);
    const told = new Set(this.#present.map(keyOf));
    this.#present = findMisuse(flow, (endpoint) => loginOf(running(endpoint))).map(({ node, rule, values }) => {
      const key = `lint.${rule}`;
      const misuse = { nodeId: node.id, rule, text: { key, values } };
      if (!told.has(keyOf(misuse))) running(node)?.warn(texts(key, values));
      return misuse;
    });
  }
}

const deployLint = new DeployLint();

/** From now on deploys are looked at. */
export function watchForMisuse(RED: NodeAPI): void {
  deployLint.watch(RED);
}

/** What was found at the last deploy. */
export function presentMisuse(): readonly Misuse[] {
  return deployLint.present;
}

/** Every node of the flow file. */
function listed(RED: NodeAPI): readonly Properties[] {
  const nodes: Properties[] = [];
  RED.nodes.eachNode((node) => nodes.push({ ...node }));
  return nodes;
}

function loginOf(node: unknown): Login | undefined {
  const client = isEndpointNode(node) ? node.connection.used?.client : undefined;
  return client === undefined ? undefined : { urls: client.urls, hasPassword: client.password !== undefined };
}

function keyOf({ nodeId, rule }: FoundMisuse): string {
  return `${rule} ${nodeId}`;
}
