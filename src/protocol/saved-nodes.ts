/**
 * Nodes as earlier versions of this package saved them, brought to the present version. No imports: the browser uses it
 * too. What a step writes stays as it is for ever, whatever the defaults of the nodes become.
 */

/** A node's properties as they stand in a flow, nothing about them being certain. */
export type SavedProperties = Readonly<Record<string, unknown>>;

/** From one version to the next. */
type Step = (properties: SavedProperties) => SavedProperties;

const isAbsent = (value: unknown): boolean => value === undefined || value === null || value === '';

/** Gives what is absent its value. */
function complete(values: SavedProperties): Step {
  return (properties) => {
    const absent = Object.entries(values).filter(([name]) => isAbsent(properties[name]));
    return { ...properties, ...Object.fromEntries(absent) };
  };
}

/** A yes or no that was written as text. */
function readFlags(...names: readonly string[]): Step {
  return (properties) => {
    const texts = names.filter((name) => properties[name] === 'true' || properties[name] === 'false');
    return { ...properties, ...Object.fromEntries(texts.map((name) => [name, properties[name] === 'true'])) };
  };
}

function inTurn(...steps: readonly Step[]): Step {
  return (properties) => steps.reduce((result, step) => step(result), properties);
}

/** A metric that says nothing comes from `msg.topic`, whatever its type. */
const completeMetric: Step = (properties) =>
  isAbsent(properties['metric']) ? { ...properties, metric: 'topic', metricType: 'msg' } : properties;

const qosAsText: Step = (properties) =>
  typeof properties['qos'] === 'number' ? { ...properties, qos: String(properties['qos']) } : properties;

const metadataOperations = ['updateKeys', 'update', 'get', 'getKeys', 'deleteKeys', 'msg'];

/** Kaa's own package has a node of this type too, without endpoint: its words mean nothing here, but ours stay. */
const forgetForeignOperation: Step = (properties) => {
  const { endpoint, operation } = properties;
  const isOurs = typeof operation === 'string' && (metadataOperations.includes(operation) || operation.startsWith('$'));
  return isAbsent(endpoint) && !isOurs ? { ...properties, operation: 'updateKeys' } : properties;
};

/** By type, the steps to version 1, 2 and so on. Version 0 is what was written by hand, or before there were versions. */
const steps: Readonly<Record<string, readonly Step[]>> = {
  'kaa-endpoint': [inTurn(qosAsText, complete({ qos: 'auto', outboxOverflow: 'reject' }))],
  'kaa-telemetry': [
    inTurn(
      completeMetric,
      complete({
        format: 'json',
        metricType: 'msg',
        delivery: 'confirmed',
        timestamp: 'none',
        timestampField: 'timestamp',
      }),
    ),
  ],
  'kaa-metadata': [inTurn(forgetForeignOperation, complete({ operation: 'updateKeys' }))],
  'kaa-command': [
    inTurn(
      readFlags('dynamic'),
      complete({
        mode: 'receive',
        afterRestart: 'fail',
        statusCodeType: 'num',
        reasonPhraseType: 'str',
        tokensType: 'env',
        dynamic: false,
      }),
    ),
  ],
  'kaa-config': [
    inTurn(
      readFlags('autoApply', 'dynamic'),
      complete({ mode: 'observe', emit: 'always', autoApply: true, tokensType: 'env', dynamic: false }),
    ),
  ],
  'kaa-ota': [
    inTurn(
      readFlags('dynamic'),
      complete({ mode: 'observe', currentVersionType: 'str', tokensType: 'env', dynamic: false }),
    ),
  ],
  'kaa-blob-token': [complete({ output: 'payload' })],
  'kaa-simulator': [complete({ mode: 'kpc' })],
};

/** The version that this package saves nodes of a type as. */
export function presentVersion(type: string): number {
  return steps[type]?.length ?? 0;
}

/** NaN where it is none. */
function versionOf({ configVersion }: SavedProperties): number {
  if (isAbsent(configVersion)) return 0;
  return typeof configVersion === 'number' || typeof configVersion === 'string' ? Number(configVersion) : Number.NaN;
}

/** Whether a node was saved by this version of the package or by an earlier one. */
export function isKnownVersion(type: string, properties: SavedProperties): boolean {
  const version = versionOf(properties);
  return Number.isInteger(version) && version >= 0 && version <= presentVersion(type);
}

/** The properties at the present version; undefined where the package is too old to read them. */
export function migrate(type: string, properties: SavedProperties): SavedProperties | undefined {
  if (!isKnownVersion(type, properties)) return undefined;
  const outstanding = steps[type]?.slice(versionOf(properties)) ?? [];
  return { ...inTurn(...outstanding)(properties), configVersion: presentVersion(type) };
}
