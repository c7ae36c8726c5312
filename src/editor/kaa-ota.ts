/** Edit dialog of the kaa-ota node. */
import { type EditedNode, property } from './edited-node.ts';
import { prepareModes } from './modes.ts';
import { endpoint, typed, type Verdict } from './validators.ts';

/** A field that its mode hides is not used and cannot be wrong. */
export const otaValidators = {
  endpoint,
  currentVersion: (value: unknown, node: EditedNode): Verdict =>
    property(node, 'mode') === 'applied' || typed(value, property(node, 'currentVersionType')),
  tokens: (value: unknown, node: EditedNode): Verdict =>
    property(node, 'mode') !== 'observe' || typed(value, property(node, 'tokensType')),
};

export function prepareOta(): void {
  $('#node-input-currentVersion').typedInput({
    default: 'str',
    typeField: $('#node-input-currentVersionType'),
    types: ['str', 'env', 'flow', 'global', 'jsonata'],
  });
  prepareModes('observe');
}
