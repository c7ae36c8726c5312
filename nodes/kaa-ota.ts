import type { Node, NodeAPI, NodeDef } from 'node-red';
import { choices } from '../src/protocol/choices.ts';
import { assignmentsOf, kaaOf, reporting, reportOf, withAssignment } from '../src/runtime/assignment.ts';
import { type Behaviour, type FlowNodeContext, promised, startFlowNode } from '../src/runtime/flow-node.ts';
import { addressOf, withOutcome } from '../src/runtime/messages.ts';
import { readCurrentVersion, versionOf } from '../src/runtime/ota.ts';
import { choiceProperty, type Properties } from '../src/runtime/properties.ts';
import { readReceiving } from '../src/runtime/receiving.ts';
import { receiveFor } from '../src/runtime/served-endpoints.ts';

export default function register(RED: NodeAPI): void {
  function observe(node: Node, definition: Properties): (context: FlowNodeContext) => Behaviour {
    const currentVersion = readCurrentVersion(RED, node, definition);
    const receiving = readReceiving(RED, node, definition);
    return (context) => {
      const assignments = assignmentsOf(context);
      const { emit, raise: failed, observing } = context;
      return receiveFor(context, receiving, (served) =>
        assignments.software(served).observe({
          currentVersion: () => versionOf(served, context.endpoint, currentVersion),
          received(address, received, redelivered) {
            const { configId, config: payload } = received;
            const again = redelivered ? { redelivered } : {};
            emit(address, { payload, version: configId, configId, ...again, kaa: kaaOf('software', '', received) });
          },
          failed,
          observing,
        }),
      );
    };
  }

  function get(node: Node, definition: Properties): (context: FlowNodeContext) => Behaviour {
    const currentVersion = readCurrentVersion(RED, node, definition);
    return (context) => {
      const { endpoint, sender } = context;
      const assignments = assignmentsOf(context);
      return {
        input: promised(async (message) => {
          const address = addressOf(message, endpoint);
          const version = await versionOf(address, endpoint, currentVersion);
          const outcome = await assignments.software(address).getFor(version, sender);
          const named = { version: outcome.assignment?.configId };
          return withAssignment(message, address, endpoint, 'cmx_ota', outcome, named);
        }),
      };
    };
  }

  function applied(context: FlowNodeContext): Behaviour {
    const { endpoint, sender } = context;
    const assignments = assignmentsOf(context);
    return {
      input: promised(async (message) => {
        const address = addressOf(message, endpoint);
        const report = reportOf(message, message.version ?? message.configId, 'msg.version');
        const software = assignments.software(address);
        const outcome = await reporting(message, report, () => software.report(report, sender));
        return withOutcome(message, address, endpoint, { extension: 'cmx_ota', ...outcome });
      }),
    };
  }

  function KaaOta(this: Node, definition: NodeDef & Properties): void {
    RED.nodes.createNode(this, definition);
    startFlowNode(RED, this, definition, (properties) => {
      switch (choiceProperty(properties, 'mode', choices['kaa-ota'].mode)) {
        case 'observe':
          return observe(this, properties);
        case 'get':
          return get(this, properties);
        case 'applied':
          return applied;
      }
    });
  }

  RED.nodes.registerType('kaa-ota', KaaOta);
}
