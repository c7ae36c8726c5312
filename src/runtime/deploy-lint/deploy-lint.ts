/** Tells of misuse after each deploy: each finding once per process, until it has vanished and comes again. */
import { EventEmitter } from 'node:events';
import type { Node, NodeAPI } from 'node-red';
import type { Misuse } from '../../protocol/live-report.ts';
import { isEndpointNode } from '../endpoint-node.ts';
import { type FlowsListener, listenToFlows } from '../flow-events.ts';
import type { Properties } from '../properties.ts';
import { sharedTexts } from '../texts.ts';
import { DeployedFlow, type DeployedNode, subflowOf } from './deployed-flow.ts';
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
    const found = findMisuse(flow, {
      loginOf: (endpoint) => loginOf(running(endpoint)),
      isSubflowModule: (node) => subflowOf(node) === undefined && isSubflow(running(node)),
    });
    this.#present = found.map(({ node, rule, values }) => {
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

/** A type of nodes has a constructor of its own; what Node-RED makes of a subflow is a bare node. */
function isSubflow(node: Node | null): boolean {
  if (!(node instanceof EventEmitter)) return false;
  const prototype: unknown = Object.getPrototypeOf(node);
  return Object.getPrototypeOf(prototype) === EventEmitter.prototype;
}

function keyOf({ nodeId, rule }: FoundMisuse): string {
  return `${rule} ${nodeId}`;
}
