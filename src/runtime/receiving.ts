/** The settings that all receiving nodes share. */
import type { Node, NodeAPI } from 'node-red';
import { choices } from '../protocol/choices.ts';
import { KaaInvalidError } from '../protocol/errors.ts';
import { wording } from '../protocol/wording.ts';
import { booleanProperty, type Properties, typedProperty } from './properties.ts';
import type { ReceivingOptions } from './served-endpoints.ts';
import { type TypedValue, typedValue } from './typed-value.ts';

/** @throws {KaaConfigError} a property that cannot be used */
export function readReceiving(RED: NodeAPI, node: Node, properties: Properties): ReceivingOptions {
  const property = typedProperty(properties, 'tokens', 'env');
  const tokens =
    property.value === '' ? undefined : typedValue(RED, node, 'tokens', property, choices['kaa-command'].tokensType);
  return {
    tokens: tokens === undefined ? undefined : () => evaluate(tokens),
    dynamic: booleanProperty(properties, 'dynamic', false),
  };
}

async function evaluate(tokens: TypedValue): Promise<unknown> {
  try {
    return await tokens({ _msgid: '' });
  } catch {
    // What went wrong would be told with the values that it went wrong with, and these are secrets.
    throw new KaaInvalidError(wording('subject.tokens'), [{ path: '', reason: wording('reason.notEvaluated') }]);
  }
}
