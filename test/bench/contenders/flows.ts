/** The flows of the contenders made of nodes. */
import type { FlowNode } from '../../support/node-red.ts';
import { appVersion, type BenchEndpoint, largestRequestId, sampleTopic } from '../endpoint.ts';
import { commandType, type Gateway, observeWindow } from '../gateway/endpoints.ts';
import { lostAfter } from '../orders.ts';

/** A flow with what Node-RED keeps beside it. */
export interface Flow {
  readonly nodes: readonly FlowNode[];
  /** By node id. */
  readonly credentials: Readonly<Record<string, Readonly<Record<string, string>>>>;
}

const tab = { id: 'tab', type: 'tab', label: 'Benchmark' } as const;

function flowNode(id: string, type: string, wires: readonly string[], properties: object = {}): FlowNode {
  return { id, type, z: tab.id, x: 200, y: 200, wires: [wires], ...properties };
}

/** The id of the kaa-endpoint node, by which its store is named. */
export const endpointId = 'endpoint';

/** What kaa-telemetry does with the samples of a message. */
export interface TelemetryUse {
  readonly delivery: 'confirmed' | 'sent' | 'stored';
  /** Samples that it collects before it sends them. */
  readonly batchSize?: number;
  /** Samples in each message. */
  readonly samples?: number;
  /** Seconds. */
  readonly requestTimeout?: number;
  /** Whether the driver begins with a round trip, as it does where nothing is said. */
  readonly trips?: boolean;
}

/** Telemetry by kaa-telemetry. */
export function kaaTelemetryFlow(bench: BenchEndpoint, use: TelemetryUse): Flow {
  const { samples, trips = true, requestTimeout, ...properties } = use;
  const driver = { trips, ...(samples === undefined ? {} : { samples }) };
  return {
    nodes: [
      tab,
      kaaEndpoint(bench, requestTimeout),
      flowNode('driver', 'kaa-bench-driver', ['telemetry'], driver),
      flowNode('telemetry', 'kaa-telemetry', ['driver'], { endpoint: endpointId, ...properties }),
    ],
    credentials: { [endpointId]: { token: bench.token } },
  };
}

/** Nothing but what tells that the flows start. */
export function idleFlow(): Flow {
  return { nodes: [tab, flowNode('driver', 'kaa-bench-driver', [])], credentials: {} };
}

function kaaEndpoint({ url, qos, window }: BenchEndpoint, requestTimeout = lostAfter / 1000): FlowNode {
  return {
    id: endpointId,
    type: 'kaa-endpoint',
    url,
    appVersion,
    qos: String(qos),
    maxInFlight: String(window),
    requestTimeout: String(requestTimeout),
    requestIdMax: String(largestRequestId),
  };
}

/** Many endpoints behind one kaa-endpoint: it receives their commands and sends their samples. */
export function gatewayFlow({ url }: Gateway): Flow {
  const endpoint = { id: endpointId, type: 'kaa-endpoint', url, appVersion, maxInFlight: String(observeWindow) };
  const tokens = { tokens: 'tokens', tokensType: 'global' };
  return {
    nodes: [
      tab,
      endpoint,
      flowNode('commands', 'kaa-command', ['driver'], {
        endpoint: endpointId,
        mode: 'receive',
        commandType,
        ...tokens,
      }),
      flowNode('driver', 'kaa-bench-driver', ['telemetry'], { tokens: 'tokens' }),
      flowNode('telemetry', 'kaa-telemetry', ['driver'], { endpoint: endpointId, delivery: 'confirmed' }),
    ],
    credentials: {},
  };
}

/** Confirmed telemetry by core nodes, as a person who knows Node-RED well would wire it. */
export function handWiredFlow(bench: BenchEndpoint): Flow {
  const { hostname, port } = new URL(bench.url);
  const topic = sampleTopic(bench);
  const qos = String(bench.qos);
  const broker = {
    id: 'broker',
    type: 'mqtt-broker',
    broker: hostname,
    port,
    clientid: '',
    autoConnect: true,
    usetls: false,
    protocolVersion: '4',
    keepalive: '60',
    cleansession: true,
  };
  const answersOf = (kind: 'status' | 'error'): FlowNode =>
    flowNode(kind, 'mqtt in', ['match'], { topic: `${topic}/+/${kind}`, qos, datatype: 'utf8', broker: broker.id });
  return {
    nodes: [
      tab,
      broker,
      flowNode('driver', 'kaa-bench-driver', ['request'], { trips: true }),
      functionNode('request', 'publish', {
        initialize: `flow.set('pending', { lastId: 0, messages: new Map() });`,
        func: `
          const pending = flow.get('pending');
          pending.lastId = (pending.lastId % ${largestRequestId}) + 1;
          pending.messages.set(pending.lastId, msg);
          return { topic: '${topic}/' + pending.lastId, payload: msg.payload };`,
      }),
      flowNode('publish', 'mqtt out', [], { topic: '', qos, retain: 'false', broker: broker.id }),
      answersOf('status'),
      answersOf('error'),
      functionNode('match', 'driver', {
        func: `
          const [, , , , , id, kind] = msg.topic.split('/');
          const { messages } = flow.get('pending');
          const request = messages.get(Number(id));
          if (request === undefined) return null;
          messages.delete(Number(id));
          if (kind === 'status') return request;
          node.error(msg.payload, request);
          return null;`,
      }),
    ],
    credentials: {},
  };
}

function functionNode(id: string, next: string, code: { func: string; initialize?: string }): FlowNode {
  return flowNode(id, 'function', [next], { outputs: 1, timeout: 0, noerr: 0, finalize: '', libs: [], ...code });
}
