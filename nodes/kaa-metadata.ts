import type { Node, NodeAPI, NodeDef } from 'node-red';
import { performMetadata } from '../src/extensions/metadata.ts';
import { choices } from '../src/protocol/choices.ts';
import { KaaInvalidError } from '../src/protocol/errors.ts';
import {
  isMetadataOperation,
  type MetadataOperation,
  metadataOperations,
} from '../src/protocol/metadata-operations.ts';
import { wording } from '../src/protocol/wording.ts';
import { promised, startFlowNode } from '../src/runtime/flow-node.ts';
import { addressOf, type FlowMessage, withOutcome } from '../src/runtime/messages.ts';
import { choiceProperty, type Properties } from '../src/runtime/properties.ts';

function operationOf({ operation }: FlowMessage): MetadataOperation {
  if (isMetadataOperation(operation)) return operation;
  const reason = wording('reason.noChoice', { choices: Object.keys(metadataOperations).join(', ') });
  throw new KaaInvalidError('msg.operation', [{ path: '', reason }]);
}

export default function register(RED: NodeAPI): void {
  function KaaMetadata(this: Node, definition: NodeDef & Properties): void {
    RED.nodes.createNode(this, definition);
    startFlowNode(RED, this, definition, (properties) => {
      const choice = choiceProperty(properties, 'operation', choices['kaa-metadata'].operation);
      return ({ client, endpoint, sender }) => ({
        input: promised(async (message) => {
          const operation = choice === 'msg' ? operationOf(message) : choice;
          const address = addressOf(message, endpoint);
          const { body, ...outcome } = await performMetadata(client, operation, address, message.payload, sender);
          const payload = body === undefined ? {} : { payload: body };
          return withOutcome(message, address, endpoint, { extension: 'epmx', ...outcome }, payload);
        }),
      });
    });
  }

  RED.nodes.registerType('kaa-metadata', KaaMetadata);
}
