import type { Node, NodeAPI, NodeDef } from 'node-red';
import { choices } from '../src/protocol/choices.ts';
import { resourcePath, resources } from '../src/protocol/resources.ts';
import { readReceiver, readResponse, respond } from '../src/runtime/command.ts';
import { type Behaviour, type FlowNodeContext, promised, startFlowNode } from '../src/runtime/flow-node.ts';
import { addressOf, ownAddress, withOutcome } from '../src/runtime/messages.ts';
import { choiceProperty, type Properties } from '../src/runtime/properties.ts';
import { readReceiving } from '../src/runtime/receiving.ts';
import { receiveFor } from '../src/runtime/served-endpoints.ts';

export default function register(RED: NodeAPI): void {
  function receive(node: Node, definition: Properties): (context: FlowNodeContext) => Behaviour {
    const options = readReceiver(definition);
    const receiving = readReceiving(RED, node, definition);
    return (context) => {
      const { commands, emit, raise: failed, observing } = context;
      return receiveFor(context, receiving, (served) =>
        commands.serve(served, {
          ...options,
          received(address, { type, id, requestId, ...payload }) {
            const resource = resourcePath(resources.commands, type);
            const kaa = { extension: 'cex', resource, ...(requestId === undefined ? {} : { requestId }) } as const;
            emit(address, { ...payload, topic: type, command: type, commandId: id, kaa });
          },
          failed,
          observing,
        }),
      );
    };
  }

  function respondTo(node: Node, definition: Properties): (context: FlowNodeContext) => Behaviour {
    const statusOf = readResponse(RED, node, definition);
    return (context) => {
      const { commands, endpoint, lastingSender } = context;
      return {
        start() {
          if (endpoint.token !== undefined && endpoint.appVersion !== undefined) commands.resume(ownAddress(endpoint));
        },
        input: promised(async (message) => {
          const address = addressOf(message, endpoint);
          const outcome = await respond(commands, address, message, await statusOf(message), lastingSender);
          return withOutcome(message, address, endpoint, { extension: 'cex', ...outcome });
        }),
      };
    };
  }

  function KaaCommand(this: Node, definition: NodeDef & Properties): void {
    RED.nodes.createNode(this, definition);
    startFlowNode(RED, this, definition, (properties) => {
      const mode = choiceProperty(properties, 'mode', choices['kaa-command'].mode);
      return mode === 'receive' ? receive(this, properties) : respondTo(this, properties);
    });
  }

  RED.nodes.registerType('kaa-command', KaaCommand);
}
