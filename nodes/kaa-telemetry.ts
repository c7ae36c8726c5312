import type { Node, NodeAPI, NodeDef } from 'node-red';
import { StoredTelemetry } from '../src/extensions/stored-telemetry.ts';
import { Telemetry, type TelemetryOptions } from '../src/extensions/telemetry.ts';
import type { Stamping } from '../src/extensions/timestamp.ts';
import { type Behaviour, type FlowNodeContext, startFlowNode } from '../src/runtime/flow-node.ts';
import { addressOf, queueOf, withOutcome } from '../src/runtime/messages.ts';
import type { Properties } from '../src/runtime/properties.ts';
import { readTelemetry } from '../src/runtime/telemetry.ts';
import { type TypedValue, typedValue } from '../src/runtime/typed-value.ts';

const metricTypes = ['msg', 'str', 'flow', 'global', 'env', 'jsonata'] as const;

function sending(context: FlowNodeContext, options: TelemetryOptions, metricOf: TypedValue): Behaviour {
  const { client, endpoint, sender } = context;
  const telemetry = new Telemetry(client, options, sender);
  return {
    async input(message) {
      const address = addressOf(message, endpoint);
      const name = options.format === 'plain' ? await metricOf(message) : undefined;
      const outcome = await telemetry.send(address, message.payload, name);
      return withOutcome(message, address, endpoint, { extension: 'dcx', ...outcome });
    },
    close: () => telemetry.close(),
  };
}

function storing(context: FlowNodeContext, nodeId: string, stamping: Stamping): Behaviour {
  const { client, endpoint, store, forwarder } = context;
  const { maxPayload } = client.options;
  const telemetry = new StoredTelemetry(store.outbox, nodeId, { ...stamping, maxPayload });
  return {
    stores: true,
    async input(message) {
      const address = addressOf(message, endpoint);
      const queue = queueOf(address, endpoint);
      const outcome = await telemetry.store(queue, message.payload);
      forwarder.added(queue);
      return withOutcome(message, address, endpoint, { extension: 'dcx', ...outcome });
    },
    close: () => telemetry.close(),
  };
}

export default function register(RED: NodeAPI): void {
  function KaaTelemetry(this: Node, definition: NodeDef & Properties): void {
    RED.nodes.createNode(this, definition);
    startFlowNode(RED, this, definition['endpoint'], () => {
      const { options, metric } = readTelemetry(definition);
      const metricOf = typedValue(RED, this, 'metric', metric, metricTypes);
      const { delivery } = options;
      return (context) =>
        delivery === 'stored'
          ? storing(context, this.id, options)
          : sending(context, { ...options, delivery }, metricOf);
    });
  }

  RED.nodes.registerType('kaa-telemetry', KaaTelemetry);
}
