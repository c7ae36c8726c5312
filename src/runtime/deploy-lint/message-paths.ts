/**
 * Where messages can go in the deployed flows: over wires, links, subflows, and by way of the catch, complete and status
 * nodes. Paths that exist in one instance of a subflow count for all: whatever is called unreachable really is.
 */
import { type DeployedFlow, type DeployedNode, idsOf, listOf, type Subflow, subflowOf } from './deployed-flow.ts';

/** Stations of messages: nodes, and what lies between them. */
type Station = string;

const nodeStation = (id: string): Station => `node ${id}`;
/** What a node reports: errors, statuses, and that it is done. */
const reportsOf = (id: string): Station => `reports of ${id}`;
/** What all nodes of a tab or subflow report. */
const reportsIn = (place: string): Station => `reports in ${place}`;
const outputOf = (subflow: string, index: number): Station => `output ${index} of ${subflow}`;
/** A link call that messages tell the target may go to any. */
const anyLinkIn: Station = 'any link in';

/** From each station on, and back. */
class Ways {
  readonly #next = new Map<Station, Station[]>();
  readonly #previous = new Map<Station, Station[]>();

  add(from: Station, to: Station): void {
    append(this.#next, from, to);
    append(this.#previous, to, from);
  }

  next(from: Station): readonly Station[] {
    return this.#next.get(from) ?? [];
  }

  previous(to: Station): readonly Station[] {
    return this.#previous.get(to) ?? [];
  }
}

function append(map: Map<Station, Station[]>, key: Station, value: Station): void {
  const known = map.get(key);
  if (known === undefined) map.set(key, [value]);
  else known.push(value);
}

/** What a path can end in, where it is not known or there are several. */
export const various = Symbol('various');

export type Mark = string | typeof various;

/** Reads marks that were spread backwards from where they stand. */
export type Marks = (id: string) => Mark | undefined;

export class MessagePaths {
  readonly #ways = new Ways();
  /** Of errors to catch nodes. */
  readonly #caught = new Ways();

  constructor(flow: DeployedFlow) {
    for (const subflow of flow.subflows) this.#addSubflow(subflow);
    for (const node of flow.nodes) this.#addNode(node);
  }

  /**
   * The nodes behind some nodes; these only where they are behind each other or themselves.
   * @param errors whether to follow errors too
   */
  behind(nodes: Iterable<DeployedNode>, { errors }: { readonly errors: boolean }): (node: DeployedNode) => boolean {
    const reached = new Set<Station>();
    const open: Station[] = [];
    const follow = (from: Station): void => {
      for (const ways of errors ? [this.#ways, this.#caught] : [this.#ways]) {
        for (const to of ways.next(from)) {
          if (reached.has(to)) continue;
          reached.add(to);
          open.push(to);
        }
      }
    };
    for (const { id } of nodes) follow(nodeStation(id));
    for (let from = open.pop(); from !== undefined; from = open.pop()) follow(from);
    return ({ id }) => reached.has(nodeStation(id));
  }

  /**
   * What the messages that leave a node can come to.
   * @param marked nodes with what they stand for
   */
  spread(marked: Iterable<readonly [DeployedNode, Mark]>): Marks {
    const marks = new Map<Station, Mark>();
    const open: Station[] = [];
    // Each station is marked at most twice: with one mark, then with various.
    const mark = (station: Station, added: Mark): void => {
      const known = marks.get(station);
      if (known === added || known === various) return;
      marks.set(station, known === undefined ? added : various);
      open.push(station);
    };
    for (const [{ id }, added] of marked) mark(nodeStation(id), added);
    for (let to = open.pop(); to !== undefined; to = open.pop()) {
      const spreading = marks.get(to);
      if (spreading === undefined) continue;
      for (const ways of [this.#ways, this.#caught]) for (const from of ways.previous(to)) mark(from, spreading);
    }
    return (id) => {
      // What the node reports of itself is about no message that leaves it.
      const behind = this.#ways.next(nodeStation(id)).filter((station) => station !== reportsOf(id));
      const [first, ...others] = new Set(
        behind.map((station) => marks.get(station)).filter((each) => each !== undefined),
      );
      return others.length === 0 ? first : various;
    };
  }

  #addSubflow({ id, input, outputs }: Subflow): void {
    for (const inner of input) this.#ways.add(nodeStation(id), nodeStation(inner));
    for (const [index, inside] of outputs.entries()) {
      for (const inner of inside) this.#ways.add(nodeStation(inner), outputOf(id, index));
    }
  }

  #addNode(node: DeployedNode): void {
    const { id, place, properties } = node;
    const station = nodeStation(id);
    const wires = listOf(properties['wires']).map(idsOf);
    const subflow = subflowOf(node);
    if (subflow === undefined) for (const to of wires.flat()) this.#ways.add(station, nodeStation(to));
    else this.#addInstance(id, subflow, wires);
    this.#ways.add(station, reportsOf(id));
    this.#ways.add(reportsOf(id), reportsIn(place));
    this.#addLinks(node, station);
    if (node.type === 'catch') this.#addReceiver(this.#caught, node, station);
    if (node.type === 'status' || node.type === 'complete') this.#addReceiver(this.#ways, node, station);
  }

  #addInstance(id: string, subflow: string, wires: readonly (readonly string[])[]): void {
    this.#ways.add(nodeStation(id), nodeStation(subflow));
    for (const [index, outside] of wires.entries()) {
      for (const to of outside) this.#ways.add(outputOf(subflow, index), nodeStation(to));
    }
    // Errors that nobody inside takes, and the status, are the instance's.
    this.#ways.add(reportsIn(subflow), reportsOf(id));
  }

  #addLinks({ type, properties }: DeployedNode, station: Station): void {
    const { links, linkType } = properties;
    const linked = typeof links === 'string' ? [links] : idsOf(links);
    if (type === 'link in') {
      this.#ways.add(anyLinkIn, station);
      for (const from of linked) this.#ways.add(nodeStation(from), station);
    } else if (type === 'link out' || type === 'link call') {
      // What comes back to a link call leaves it over its wires, as if it went straight through.
      for (const to of linked) this.#ways.add(station, nodeStation(to));
      if (linkType === 'dynamic') this.#ways.add(station, anyLinkIn);
    }
  }

  /** Without a list of nodes it takes what all nodes beside it report. */
  #addReceiver(ways: Ways, { place, properties }: DeployedNode, station: Station): void {
    const { scope } = properties;
    if (!Array.isArray(scope)) ways.add(reportsIn(place), station);
    for (const id of idsOf(scope)) ways.add(reportsOf(id), station);
  }
}
