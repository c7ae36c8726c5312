/** Edit dialog of the kaa-ota node. */
import { choices } from '../protocol/choices.ts';
import { type EditedNode, property } from './edited-node.ts';
import { openWrongGroups } from './groups.ts';
import { prepareModes } from './modes.ts';
import { showPresentVersion } from './saved-node.ts';
import { entered, previewTopic, pushesOf, requestTo, type TopicUse } from './topic-preview.ts';
import { choice, endpoint, flag, typed, type Verdict } from './validators.ts';

const words = choices['kaa-ota'];

const reports = (node: EditedNode): boolean => property(node, 'mode') === 'applied';

const observes = (node: EditedNode): boolean => !reports(node) && property(node, 'mode') !== 'get';

/** A field that its mode hides is not used and cannot be wrong. */
export const otaValidators = {
  endpoint,
  mode: (value: unknown): Verdict => choice(words.mode, value),
  currentVersion: (value: unknown, node: EditedNode): Verdict =>
    reports(node) || typed(value, property(node, 'currentVersionType')),
  currentVersionType: (value: unknown, node: EditedNode): Verdict =>
    reports(node) || choice(words.currentVersionType, value),
  tokens: (value: unknown, node: EditedNode): Verdict => !observes(node) || typed(value, property(node, 'tokensType')),
  tokensType: (value: unknown, node: EditedNode): Verdict => !observes(node) || choice(words.tokensType, value),
  dynamic: (value: unknown, node: EditedNode): Verdict => !observes(node) || flag(value),
};

function topic(): TopicUse {
  const mode = entered('mode');
  if (mode === 'applied') return requestTo('softwareApplied');
  return mode === 'get' ? requestTo('software') : pushesOf('software');
}

export function prepareOta(node: EditedNode): void {
  showPresentVersion(node);
  $('#node-input-currentVersion').typedInput({
    default: 'str',
    typeField: $('#node-input-currentVersionType'),
    types: words.currentVersionType,
  });
  prepareModes('observe');
  openWrongGroups(node);
  previewTopic(topic);
}
