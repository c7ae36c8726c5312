/** Small flows as they stand in a flow file, and what is found in them. */
import { DeployedFlow } from '../../../src/runtime/deploy-lint/deployed-flow.ts';
import { findMisuse, type Login, type RunningNodes } from '../../../src/runtime/deploy-lint/find-misuse.ts';

export type SavedNode = Readonly<Record<string, unknown>>;

export const tab: SavedNode = { id: 'tab', type: 'tab' };

export const endpoint: SavedNode = { id: 'endpoint', type: 'kaa-endpoint' };

export function node(id: string, type: string, wires: readonly string[], properties: SavedNode = {}): SavedNode {
  return { id, type, z: 'tab', x: 0, y: 0, wires: [wires], ...properties };
}

export function kaaNode(id: string, type: string, wires: readonly string[], properties: SavedNode = {}): SavedNode {
  return node(id, type, wires, { endpoint: 'endpoint', ...properties });
}

export const receive = (wires: readonly string[], properties: SavedNode = {}): SavedNode =>
  kaaNode('receive', 'kaa-command', wires, { mode: 'receive', ...properties });

export const respond = (properties: SavedNode = {}): SavedNode =>
  kaaNode('respond', 'kaa-command', [], { mode: 'respond', ...properties });

/** A subflow from its first node to its last. */
export function subflow(first: string, last: string, ...inside: readonly SavedNode[]): readonly SavedNode[] {
  const definition = { id: 'subflow', type: 'subflow', in: [{ wires: [{ id: first }] }] };
  return [
    { ...definition, out: [{ wires: [{ id: last, port: 0 }] }] },
    ...inside.map((each) => ({ ...each, z: 'subflow' })),
  ];
}

/** Its type stands for a subflow that was installed as a module. */
export const subflowModule = (id: string, wires: readonly string[]): SavedNode => node(id, 'module', wires);

export function running(login?: Login): RunningNodes {
  return { loginOf: () => login, isSubflowModule: ({ type }) => type === 'module' };
}

/**
 * What is found in a flow with one tab and one endpoint beside these nodes, each as `<rule> <id>`.
 * @param login of each endpoint
 */
export function misuseIn(nodes: readonly SavedNode[], login?: Login): readonly string[] {
  return findMisuse(new DeployedFlow([tab, endpoint, ...nodes]), running(login)).map(
    (finding) => `${finding.rule} ${finding.node.id}`,
  );
}
