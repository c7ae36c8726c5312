import type { Node, NodeAPI, NodeDef } from 'node-red';
import { Telemetry } from '../src/extensions/telemetry.ts';
import { startFlowNode } from '../src/runtime/flow-node.ts';
import { addressOf, withOutcome } from '../src/runtime/messages.ts';
import type { Properties } from '../src/runtime/properties.ts';
import { readTelemetry } from '../src/runtime/telemetry.ts';
import { typedValue } from '../src/runtime/typed-value.ts';

const metricTypes = ['msg', 'str', 'flow', 'global', 'env', 'jsonata'] as const;

export default function register(RED: NodeAPI): void {
  function KaaTelemetry(this: Node, definition: NodeDef & Properties): void {
    RED.nodes.createNode(this, definition);
    startFlowNode(RED, this, definition['endpoint'], () => {
      const { options, metric } = readTelemetry(definition);
      const metricOf = typedValue(RED, this, 'metric', metric, metricTypes);
      return ({ client, endpoint, sender }) => {
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
      };
    });
  }

  RED.nodes.registerType('kaa-telemetry', KaaTelemetry);
}
