/** Edit dialog of the kaa-command node. */
import { choices } from '../protocol/choices.ts';
import { type EditedNode, property } from './edited-node.ts';
import { openWrongGroups } from './groups.ts';
import { prepareModes } from './modes.ts';
import { offerNames } from './name-picker.ts';
import { showPresentVersion } from './saved-node.ts';
import { entered, previewTopic, pushesOf, requestTo, type TopicUse } from './topic-preview.ts';
import { choice, endpoint, flag, name, number, typed, type Verdict } from './validators.ts';

const words = choices['kaa-command'];

const receives = (node: EditedNode): boolean => property(node, 'mode') !== 'respond';

/** A field that its mode hides is not used and cannot be wrong. */
export const commandValidators = {
  endpoint,
  mode: (value: unknown): Verdict => choice(words.mode, value),
  commandType: (value: unknown, node: EditedNode): Verdict => !receives(node) || name('commandType', value),
  replyTimeout: (value: unknown, node: EditedNode): Verdict => !receives(node) || number('replyTimeout', value),
  afterRestart: (value: unknown, node: EditedNode): Verdict => !receives(node) || choice(words.afterRestart, value),
  tokens: (value: unknown, node: EditedNode): Verdict => !receives(node) || typed(value, property(node, 'tokensType')),
  tokensType: (value: unknown, node: EditedNode): Verdict => !receives(node) || choice(words.tokensType, value),
  dynamic: (value: unknown, node: EditedNode): Verdict => !receives(node) || flag(value),
  statusCode(value: unknown, node: EditedNode): Verdict {
    if (receives(node)) return true;
    const type = property(node, 'statusCodeType');
    return type === 'num' ? number('statusCode', value) : typed(value, type);
  },
  statusCodeType: (value: unknown, node: EditedNode): Verdict => receives(node) || choice(words.statusCodeType, value),
  reasonPhrase: (value: unknown, node: EditedNode): Verdict =>
    receives(node) || typed(value, property(node, 'reasonPhraseType')),
  reasonPhraseType: (value: unknown, node: EditedNode): Verdict =>
    receives(node) || choice(words.reasonPhraseType, value),
};

function topic(): TopicUse {
  if (entered('mode') === 'respond') return requestTo('commandResults', '<msg.command>');
  return pushesOf('commands', entered('commandType') || '+');
}

export function prepareCommand(node: EditedNode): void {
  showPresentVersion(node);
  $('#node-input-statusCode').typedInput({
    default: 'num',
    typeField: $('#node-input-statusCodeType'),
    types: words.statusCodeType.filter((type) => type !== 'str'),
  });
  $('#node-input-reasonPhrase').typedInput({
    default: 'str',
    typeField: $('#node-input-reasonPhraseType'),
    types: words.reasonPhraseType.filter((type) => type !== 'num'),
  });
  prepareModes('receive');
  offerNames('#node-input-commandType', 'commandTypes', { type: 'kaa-command', property: 'commandType' });
  openWrongGroups(node);
  previewTopic(topic);
}
