/** Edit dialog of the kaa-config node. */
import { type EditedNode, property } from './edited-node.ts';
import { prepareModes } from './modes.ts';
import { offerNames } from './name-picker.ts';
import { endpoint, name, typed, type Verdict } from './validators.ts';

/** A field that its mode hides is not used and cannot be wrong. */
export const configValidators = {
  endpoint,
  configName: (value: unknown): Verdict => name('configName', value),
  tokens: (value: unknown, node: EditedNode): Verdict =>
    property(node, 'mode') !== 'observe' || typed(value, property(node, 'tokensType')),
};

export function prepareConfig(): void {
  prepareModes('observe');
  offerNames('#node-input-configName', 'configNames', { type: 'kaa-config', property: 'configName' });
}
