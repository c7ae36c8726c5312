/** The flow that the dialogs are opened on: one node of each type, and some in another mode than the first. */
import type { FlowNode } from '../support/node-red.ts';

/** A node for the endpoint of the flow. */
function flowNode(type: string, id: string, y: number, properties: object): FlowNode {
  return {
    id,
    type,
    z: 'tab',
    x: 300,
    y,
    name: '',
    endpoint: 'endpoint',
    configVersion: 1,
    wires: [[]],
    ...properties,
  };
}

const others = { tokens: '', tokensType: 'env', dynamic: false };

const command = {
  mode: 'receive',
  commandType: '',
  replyTimeout: '0',
  afterRestart: 'fail',
  statusCode: '',
  statusCodeType: 'num',
  reasonPhrase: '',
  reasonPhraseType: 'str',
  ...others,
};

const telemetry = {
  format: 'json',
  metric: 'topic',
  metricType: 'msg',
  delivery: 'confirmed',
  timestamp: 'none',
  timestampField: 'timestamp',
  batchSize: '1',
  batchInterval: '0',
};

export const flow: readonly FlowNode[] = [
  { id: 'tab', type: 'tab', label: 'Test' },
  {
    id: 'endpoint',
    type: 'kaa-endpoint',
    url: 'mqtt://127.0.0.1:1',
    appVersion: 'v1',
    credentials: { token: 'secret-token' },
  },
  flowNode('kaa-telemetry', 'telemetry', 60, telemetry),
  flowNode('kaa-telemetry', 'stored', 540, { ...telemetry, delivery: 'stored', batchSize: '10' }),
  flowNode('kaa-metadata', 'metadata', 120, { operation: 'updateKeys' }),
  flowNode('kaa-command', 'command', 180, { ...command, inputs: 0 }),
  flowNode('kaa-command', 'dynamic', 240, { ...command, dynamic: true, inputs: 1 }),
  flowNode('kaa-command', 'respond', 300, { ...command, mode: 'respond', inputs: 1 }),
  flowNode('kaa-config', 'config', 360, {
    mode: 'observe',
    configName: '',
    emit: 'always',
    autoApply: true,
    ...others,
    inputs: 0,
  }),
  flowNode('kaa-ota', 'ota', 420, {
    mode: 'observe',
    currentVersion: '',
    currentVersionType: 'str',
    ...others,
    inputs: 0,
  }),
  flowNode('kaa-blob-token', 'blob', 480, { output: 'payload' }),
  {
    id: 'inject',
    type: 'inject',
    z: 'tab',
    x: 100,
    y: 300,
    name: '',
    props: [],
    repeat: '',
    crontab: '',
    once: false,
    onceDelay: 0.1,
    topic: '',
    wires: [['respond', 'dynamic']],
  },
];
