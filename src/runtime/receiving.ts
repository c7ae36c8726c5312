/** The settings that all receiving nodes share. */
import type { Node, NodeAPI } from 'node-red';
import { booleanProperty, type Properties, typedProperty } from './properties.ts';
import type { ReceivingOptions } from './served-endpoints.ts';
import { typedValue } from './typed-value.ts';

/** A literal would export secrets. */
const tokensTypes = ['env', 'flow', 'global', 'jsonata'] as const;

/** @throws {KaaConfigError} a property that cannot be used */
export function readReceiving(RED: NodeAPI, node: Node, properties: Properties): ReceivingOptions {
  const property = typedProperty(properties, 'tokens', 'env');
  const tokens = property.value === '' ? undefined : typedValue(RED, node, 'tokens', property, tokensTypes);
  return {
    tokens: tokens === undefined ? undefined : () => tokens({ _msgid: '' }),
    dynamic: booleanProperty(properties, 'dynamic', false),
  };
}
