/** Edit dialog of the kaa-command node. */
import { type EditedNode, property } from './edited-node.ts';
import { prepareModes } from './modes.ts';
import { offerNames } from './name-picker.ts';
import { endpoint, name, number, typed, type Verdict } from './validators.ts';

const receives = (node: EditedNode): boolean => property(node, 'mode') !== 'respond';

/** A field that its mode hides is not used and cannot be wrong. */
export const commandValidators = {
  endpoint,
  commandType: (value: unknown, node: EditedNode): Verdict => !receives(node) || name('commandType', value),
  replyTimeout: (value: unknown, node: EditedNode): Verdict => !receives(node) || number('replyTimeout', value),
  tokens: (value: unknown, node: EditedNode): Verdict => !receives(node) || typed(value, property(node, 'tokensType')),
  statusCode(value: unknown, node: EditedNode): Verdict {
    if (receives(node)) return true;
    const type = property(node, 'statusCodeType');
    return type === 'num' ? number('statusCode', value) : typed(value, type);
  },
  reasonPhrase: (value: unknown, node: EditedNode): Verdict =>
    receives(node) || typed(value, property(node, 'reasonPhraseType')),
};

export function prepareCommand(): void {
  $('#node-input-statusCode').typedInput({
    default: 'num',
    typeField: $('#node-input-statusCodeType'),
    types: ['num', 'msg', 'flow', 'global', 'env', 'jsonata'],
  });
  $('#node-input-reasonPhrase').typedInput({
    default: 'str',
    typeField: $('#node-input-reasonPhraseType'),
    types: ['str', 'msg', 'flow', 'global', 'env', 'jsonata'],
  });
  prepareModes('receive');
  offerNames('#node-input-commandType', 'commandTypes', { type: 'kaa-command', property: 'commandType' });
}
