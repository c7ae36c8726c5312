/** Which endpoints have a card, and what stands above it. */
import type { EndpointReport } from '../protocol/live-report.ts';
import { text } from './validators.ts';

/** An endpoint that is known to the editor, is running, or both. */
export interface TitledEndpoint {
  /** Of its node in the editor; of one in a subflow, in the template. */
  readonly nodeId: string;
  readonly title: string;
}

/** By the id that it runs with. A template in a subflow runs as its copies in the instances, and has no card itself. */
export function titledEndpoints(running: readonly EndpointReport[]): ReadonlyMap<string, TitledEndpoint> {
  const titled = new Map<string, TitledEndpoint>();
  RED.nodes.eachConfig(({ id, type, z = '' }) => {
    if (type === 'kaa-endpoint' && !RED.nodes.subflow(z)) titled.set(id, { nodeId: id, title: labelOf(id) ?? id });
  });
  for (const report of running) {
    if (!titled.has(report.id)) titled.set(report.id, { nodeId: report.nodeId, title: titleOf(report) });
  }
  return titled;
}

function titleOf({ nodeId, instances, name }: EndpointReport): string {
  const [label, labels] = [labelOf(nodeId), instances.map(labelOf)];
  const around = labels.filter((each) => each !== undefined).join(' / ');
  const own = label ?? (name || 'kaa-endpoint');
  const title = around === '' ? own : `${own} (${around})`;
  const isHere = label !== undefined && !labels.includes(undefined);
  return isHere ? title : text('sidebar.deleted', { title });
}

/** Undefined where the editor has no such node: it is deleted and not deployed, or somebody else has deployed it. */
export function labelOf(nodeId: string): string | undefined {
  const node = RED.nodes.node(nodeId);
  return node ? RED.utils.getNodeLabel(node, nodeId) : undefined;
}
