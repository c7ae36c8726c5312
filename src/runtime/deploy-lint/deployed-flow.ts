/** The deployed flows as Node-RED lists them, without what does not run. Nothing about their values is certain. */
import type { Properties } from '../properties.ts';

export interface DeployedNode {
  readonly id: string;
  readonly type: string;
  /** The tab or subflow that it stands on; `''` where it stands on none. */
  readonly place: string;
  readonly properties: Properties;
}

/** What is wired inside a subflow, by ids of nodes; the subflow's own id stands for its input. */
export interface Subflow {
  readonly id: string;
  readonly input: readonly string[];
  readonly outputs: readonly (readonly string[])[];
}

export class DeployedFlow {
  /** Nodes and config nodes that run; those of a subflow once, however many instances it has. */
  readonly nodes: readonly DeployedNode[];
  /** All, with those that have no instance. */
  readonly subflows: readonly Subflow[];
  readonly #disabledTabs = new Set<string>();
  /** Instances by subflow. */
  readonly #instances = new Map<string, DeployedNode[]>();
  /** What Node-RED puts in front of the ids of nodes, by place; undefined where nothing runs. */
  readonly #prefixes = new Map<string, string | undefined>();

  /** @param listed every node of the flow file, with tabs, subflows and groups among them */
  constructor(listed: Iterable<Properties>) {
    const nodes: DeployedNode[] = [];
    const subflows: Subflow[] = [];
    for (const properties of listed) {
      const { id, type, z, d } = properties;
      if (typeof id !== 'string' || typeof type !== 'string') continue;
      if (type === 'tab') {
        if (properties['disabled']) this.#disabledTabs.add(id);
      } else if (type === 'subflow') {
        this.#instances.set(id, []);
        subflows.push(readSubflow(id, properties));
      } else if (type !== 'group' && d !== true) {
        nodes.push({ id, type, place: typeof z === 'string' ? z : '', properties });
      }
    }
    for (const node of nodes) this.#instances.get(subflowOf(node) ?? '')?.push(node);
    this.nodes = nodes.filter(({ place }) => this.#prefixOf(place) !== undefined);
    this.subflows = subflows;
  }

  /** The id that a node has while it runs; of a node in a subflow, that of its copy in one of the instances. */
  runningId({ id, place }: DeployedNode): string {
    return `${this.#prefixOf(place) ?? ''}${id}`;
  }

  #prefixOf(place: string): string | undefined {
    const instances = this.#instances.get(place);
    if (instances === undefined) return this.#disabledTabs.has(place) ? undefined : '';
    if (this.#prefixes.has(place)) return this.#prefixes.get(place);
    // A subflow that contains itself runs nowhere.
    this.#prefixes.set(place, undefined);
    for (const instance of instances) {
      const outer = this.#prefixOf(instance.place);
      if (outer === undefined) continue;
      this.#prefixes.set(place, `${outer}${instance.id}-`);
      break;
    }
    return this.#prefixes.get(place);
  }
}

/** The id of the subflow that a node is an instance of. */
export function subflowOf({ type }: DeployedNode): string | undefined {
  return type.startsWith('subflow:') ? type.slice('subflow:'.length) : undefined;
}

/** What people see of a node. */
export function labelOf({ id, properties }: DeployedNode): string {
  const { name } = properties;
  return typeof name === 'string' && name !== '' ? name : id;
}

export function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

/** The ids in a list. */
export function idsOf(value: unknown): readonly string[] {
  return listOf(value).filter((id) => typeof id === 'string');
}

function readSubflow(id: string, properties: Properties): Subflow {
  return {
    id,
    input: listOf(properties['in']).flatMap(wiredTo),
    outputs: listOf(properties['out']).map(wiredTo),
  };
}

/** Of an input or output of a subflow, whose wires are objects. */
function wiredTo(port: unknown): readonly string[] {
  const wires: unknown = typeof port === 'object' && port !== null && 'wires' in port ? port.wires : undefined;
  return idsOf(
    listOf(wires).map((wire) => (typeof wire === 'object' && wire !== null && 'id' in wire ? wire.id : undefined)),
  );
}
