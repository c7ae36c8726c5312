/** Edit dialog of the kaa-config node. */
import { choices } from '../protocol/choices.ts';
import { type EditedNode, property } from './edited-node.ts';
import { openWrongGroups } from './groups.ts';
import { prepareModes } from './modes.ts';
import { offerNames } from './name-picker.ts';
import { showPresentVersion } from './saved-node.ts';
import { entered, previewTopic, pushesOf, requestTo, type TopicUse } from './topic-preview.ts';
import { choice, endpoint, flag, name, typed, type Verdict } from './validators.ts';

const words = choices['kaa-config'];

/** An absent mode means the first. */
const observes = (node: EditedNode): boolean => !['get', 'applied'].includes(String(property(node, 'mode')));

/** A field that its mode hides is not used and cannot be wrong. */
export const configValidators = {
  endpoint,
  mode: (value: unknown): Verdict => choice(words.mode, value),
  configName: (value: unknown): Verdict => name('configName', value),
  emit: (value: unknown, node: EditedNode): Verdict => !observes(node) || choice(words.emit, value),
  autoApply: (value: unknown, node: EditedNode): Verdict => !observes(node) || flag(value),
  tokens: (value: unknown, node: EditedNode): Verdict => !observes(node) || typed(value, property(node, 'tokensType')),
  tokensType: (value: unknown, node: EditedNode): Verdict => !observes(node) || choice(words.tokensType, value),
  dynamic: (value: unknown, node: EditedNode): Verdict => !observes(node) || flag(value),
};

function topic(): TopicUse {
  const [mode, configName] = [entered('mode'), entered('configName')];
  if (mode === 'applied') return requestTo('configurationApplied', configName);
  return mode === 'get' ? requestTo('configuration', configName) : pushesOf('configuration', configName);
}

export function prepareConfig(node: EditedNode): void {
  showPresentVersion(node);
  prepareModes('observe');
  offerNames('#node-input-configName', 'configNames', { type: 'kaa-config', property: 'configName' });
  openWrongGroups(node);
  previewTopic(topic);
}
