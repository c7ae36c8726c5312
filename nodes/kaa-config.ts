import type { Node, NodeAPI, NodeDef } from 'node-red';
import { choices } from '../src/protocol/choices.ts';
import { assignmentsOf, kaaOf, reporting, reportOf, withAssignment } from '../src/runtime/assignment.ts';
import { configNameOf, readConfigObserver } from '../src/runtime/config.ts';
import { type Behaviour, type FlowNodeContext, promised, startFlowNode } from '../src/runtime/flow-node.ts';
import { addressOf, withOutcome } from '../src/runtime/messages.ts';
import { choiceProperty, nameProperty, type Properties } from '../src/runtime/properties.ts';
import { readReceiving } from '../src/runtime/receiving.ts';
import { receiveFor } from '../src/runtime/served-endpoints.ts';

export default function register(RED: NodeAPI): void {
  function observe(node: Node, definition: Properties, configName: string): (context: FlowNodeContext) => Behaviour {
    const options = readConfigObserver(definition);
    const receiving = readReceiving(RED, node, definition);
    return (context) => {
      const assignments = assignmentsOf(context);
      const { emit, raise: failed, observing } = context;
      return receiveFor(context, receiving, (served) =>
        assignments.configuration(served, configName).observe({
          ...options,
          id: node.id,
          received(address, name, received) {
            const { configId, config: payload } = received;
            emit(address, { payload, configId, configName: name, kaa: kaaOf('configuration', name, received) });
          },
          failed,
          observing,
        }),
      );
    };
  }

  function get(configName: string): (context: FlowNodeContext) => Behaviour {
    return (context) => {
      const { endpoint, sender } = context;
      const assignments = assignmentsOf(context);
      return {
        input: promised(async (message) => {
          const address = addressOf(message, endpoint);
          const outcome = await assignments.configuration(address, configName).get(sender);
          return withAssignment(message, address, endpoint, 'cmx', outcome, { configName });
        }),
      };
    };
  }

  function applied(configName: string): (context: FlowNodeContext) => Behaviour {
    return (context) => {
      const { endpoint, sender } = context;
      const assignments = assignmentsOf(context);
      return {
        input: promised(async (message) => {
          const address = addressOf(message, endpoint);
          const report = reportOf(message, message.configId, 'msg.configId');
          const configuration = assignments.configuration(address, configNameOf(message, configName));
          const outcome = await reporting(message, report, () => configuration.report(report, sender));
          return withOutcome(message, address, endpoint, { extension: 'cmx', ...outcome });
        }),
      };
    };
  }

  function KaaConfig(this: Node, definition: NodeDef & Properties): void {
    RED.nodes.createNode(this, definition);
    startFlowNode(RED, this, definition, (properties) => {
      const configName = nameProperty(properties, 'configName', 'configName');
      switch (choiceProperty(properties, 'mode', choices['kaa-config'].mode)) {
        case 'observe':
          return observe(this, properties, configName);
        case 'get':
          return get(configName);
        case 'applied':
          return applied(configName);
      }
    });
  }

  RED.nodes.registerType('kaa-config', KaaConfig);
}
