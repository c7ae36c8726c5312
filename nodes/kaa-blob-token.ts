import type { Node, NodeAPI, NodeDef } from 'node-red';
import { type BlobToken, BlobTokens, prepareUpload } from '../src/extensions/blob-token.ts';
import { choices } from '../src/protocol/choices.ts';
import { resources } from '../src/protocol/resources.ts';
import { promised, startFlowNode } from '../src/runtime/flow-node.ts';
import { addressOf, type KaaProperty, withOutcome } from '../src/runtime/messages.ts';
import { oncePerClient } from '../src/runtime/once-per-client.ts';
import { choiceProperty, type Properties } from '../src/runtime/properties.ts';

const blobTokensOf = oncePerClient(({ client }) => new BlobTokens(client));

function kaaOf({ outcome }: BlobToken): KaaProperty {
  return { extension: 'bcx', resource: resources.blobToken.path, ...outcome };
}

export default function register(RED: NodeAPI): void {
  function KaaBlobToken(this: Node, definition: NodeDef & Properties): void {
    RED.nodes.createNode(this, definition);
    startFlowNode(RED, this, definition, (properties) => {
      const output = choiceProperty(properties, 'output', choices['kaa-blob-token'].output);
      return (context) => {
        const { endpoint } = context;
        const tokens = blobTokensOf(context);
        return {
          input: promised(async (message) => {
            const address = addressOf(message, endpoint);
            const refresh = message.refresh === true;
            if (output === 'payload') {
              const blobToken = await tokens.get(address, refresh);
              const { token } = blobToken;
              return withOutcome(message, address, endpoint, kaaOf(blobToken), { payload: { token } });
            }
            // Before a token is asked for: what cannot be uploaded needs none.
            const requestWith = prepareUpload(endpoint.blobUrl, message.payload, message.filename);
            const blobToken = await tokens.get(address, refresh);
            return withOutcome(message, address, endpoint, kaaOf(blobToken), requestWith(blobToken.token));
          }),
        };
      };
    });
  }

  RED.nodes.registerType('kaa-blob-token', KaaBlobToken);
}
