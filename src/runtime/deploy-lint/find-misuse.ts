/** Finds what is clearly misuse, from the configuration of the flows alone. Where it cannot be told, it is none. */
import { isLoopback } from '../../protocol/loopback.ts';
import { booleanProperty, choiceProperty, numberProperty, textProperty, typedProperty } from '../properties.ts';
import { type Answer, Answers } from './answers.ts';
import { type DeployedFlow, type DeployedNode, labelOf } from './deployed-flow.ts';
import { MessagePaths } from './message-paths.ts';

/** Their texts stand in the catalogue at `lint.<rule>`. */
export const misuseRules = [
  'noResponse',
  'otherEndpoint',
  'configNotApplied',
  'versionNotReported',
  'plainPassword',
  'noTimestamp',
  'intervalWithoutSize',
] as const;

export interface Finding {
  /** Of a node in a subflow, its id in the subflow. */
  readonly node: DeployedNode;
  readonly rule: (typeof misuseRules)[number];
  /** For the text. */
  readonly values: Readonly<Record<string, string>>;
}

/** What a kaa-endpoint connects to and how. */
export interface Login {
  readonly urls: readonly string[];
  readonly hasPassword: boolean;
}

/** What the flow file does not tell of its nodes. */
export interface RunningNodes {
  /** Of a kaa-endpoint; undefined where no node uses it, or it cannot be used. */
  loginOf(endpoint: DeployedNode): Login | undefined;
  /** Whether it is a subflow that was installed as a module: the nodes inside of it are in no flow file. */
  isSubflowModule(node: DeployedNode): boolean;
}

export function findMisuse(flow: DeployedFlow, running: RunningNodes): readonly Finding[] {
  const nodesOf = (type: string): readonly DeployedNode[] => flow.nodes.filter((node) => node.type === type);
  const answers = new Answers(flow, new MessagePaths(flow), (node) => running.isSubflowModule(node));
  return [
    ...unansweredCommands(nodesOf('kaa-command'), answers),
    ...unreportedConfigurations(nodesOf('kaa-config'), answers),
    ...unreportedVersions(nodesOf('kaa-ota'), answers),
    ...nodesOf('kaa-endpoint').flatMap((node) => plainPassword(node, running.loginOf(node))),
    ...nodesOf('kaa-telemetry').flatMap(telemetryMisuse),
  ];
}

function unansweredCommands(nodes: readonly DeployedNode[], answers: Answers): readonly Finding[] {
  const mode = (node: DeployedNode) =>
    known(() => choiceProperty(node.properties, 'mode', ['receive', 'respond'] as const));
  const receiving = nodes.filter((node) => mode(node) === 'receive');
  const answerTo = answers.between(
    receiving,
    nodes.filter((node) => mode(node) !== 'receive'),
  );
  const answered = receiving.filter((node) => answerTo(node).kind === 'possible');
  return receiving.flatMap((node) => {
    const answer = answerTo(node);
    // Every node that receives a command gets it, and the first answer counts: the others may just look on.
    if (answer.kind === 'possible' || answered.some((other) => receiveSame(other, node))) return [];
    if (answer.kind === 'none') return finding(node, 'noResponse');
    return finding(node, 'otherEndpoint', { other: labelOf(answer.endpoint) });
  });
}

/** Whether two nodes may receive the same commands; one without type receives all. */
function receiveSame(a: DeployedNode, b: DeployedNode): boolean {
  const typeOf = ({ properties }: DeployedNode) => known(() => textProperty(properties, 'commandType', '')) ?? '';
  return sameEndpoint(a, b) && (typeOf(a) === typeOf(b) || typeOf(a) === '' || typeOf(b) === '');
}

function sameEndpoint(a: DeployedNode, b: DeployedNode): boolean {
  return a.properties['endpoint'] === b.properties['endpoint'];
}

function unreportedConfigurations(nodes: readonly DeployedNode[], answers: Answers): readonly Finding[] {
  const observing = nodes.filter((node) => assignmentMode(node) === 'observe');
  const configuration = ({ properties }: DeployedNode): string =>
    JSON.stringify([properties['endpoint'], known(() => textProperty(properties, 'configName', ''))]);
  const applies = ({ properties }: DeployedNode) => known(() => booleanProperty(properties, 'autoApply', true));
  const answerTo = answersToAssignments(nodes, observing, answers);
  const isReported = (node: DeployedNode): boolean => applies(node) !== false || answerTo(node).kind !== 'none';
  const reported = new Set(observing.filter(isReported).map(configuration));
  return observing
    .filter((node) => !reported.has(configuration(node)))
    .flatMap((node) => finding(node, 'configNotApplied'));
}

function unreportedVersions(nodes: readonly DeployedNode[], answers: Answers): readonly Finding[] {
  const observing = nodes.filter((node) => assignmentMode(node) === 'observe');
  const installed = ({ properties }: DeployedNode) => known(() => typedProperty(properties, 'currentVersion', 'str'));
  const answerTo = answersToAssignments(nodes, observing, answers);
  const isReported = (node: DeployedNode): boolean => installed(node)?.value !== '' || answerTo(node).kind !== 'none';
  const reported = observing.filter(isReported);
  return observing
    .filter((node) => !reported.some((other) => sameEndpoint(other, node)))
    .flatMap((node) => finding(node, 'versionNotReported'));
}

function assignmentMode({ properties }: DeployedNode) {
  return known(() => choiceProperty(properties, 'mode', ['observe', 'get', 'applied'] as const));
}

function answersToAssignments(
  nodes: readonly DeployedNode[],
  observing: readonly DeployedNode[],
  answers: Answers,
): (observer: DeployedNode) => Answer {
  const reporting = nodes.filter((node) => ['applied', undefined].includes(assignmentMode(node)));
  return answers.between(observing, reporting);
}

function plainPassword(node: DeployedNode, login: Login | undefined): readonly Finding[] {
  if (login?.hasPassword !== true) return [];
  const plain = login.urls
    .map((url) => new URL(url))
    .find(({ protocol, hostname }) => ['mqtt:', 'ws:'].includes(protocol) && !isLoopback(hostname.toLowerCase()));
  return plain === undefined ? [] : finding(node, 'plainPassword', { server: `${plain.protocol}//${plain.host}` });
}

function telemetryMisuse(node: DeployedNode): readonly Finding[] {
  const { properties } = node;
  const settings = known(() => ({
    format: choiceProperty(properties, 'format', ['json', 'plain']),
    delivery: choiceProperty(properties, 'delivery', ['confirmed', 'sent', 'stored']),
  }));
  if (settings?.format !== 'json') return [];
  if (settings.delivery === 'stored') {
    const timestamp = known(() => choiceProperty(properties, 'timestamp', ['none', 'epoch', 'iso']));
    return timestamp === 'none' ? finding(node, 'noTimestamp') : [];
  }
  const size = known(() => numberProperty(properties, 'batchSize'));
  const interval = known(() => numberProperty(properties, 'batchInterval')) ?? 0;
  return size === 1 && interval > 0 ? finding(node, 'intervalWithoutSize') : [];
}

function finding(node: DeployedNode, rule: Finding['rule'], values: Finding['values'] = {}): readonly [Finding] {
  return [{ node, rule, values }];
}

/** Undefined where a property cannot be read: it is wrong, as the node says itself, or known only where it runs. */
function known<Value>(read: () => Value): Value | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}
