/** Edit dialog of the kaa-endpoint node. */
import { choices } from '../protocol/choices.ts';
import { extensionProperties } from '../protocol/extension-properties.ts';
import type { ExtensionName } from '../protocol/resources.ts';
import { asText, type EditedNode, fieldOf, isEdited, property } from './edited-node.ts';
import { openWrongGroups } from './groups.ts';
import { showPresentVersion } from './saved-node.ts';
import {
  choice,
  name,
  number,
  password,
  serverUrls,
  shortText,
  text,
  tlsConfig,
  uploadUrl,
  type Verdict,
} from './validators.ts';

const words = choices['kaa-endpoint'];

/** An empty one means the extension's own name. */
function instanceName(value: unknown, ownName: string): string {
  return asText(value).trim() || ownName;
}

/** The name of an extension instance: all six differ, because their answers could not be told apart. */
function extension(own: ExtensionName, value: unknown, node: EditedNode): Verdict {
  const verdict = name('extension', value);
  if (verdict !== true) return verdict;
  const ownName = instanceName(value, own);
  const isTaken = Object.entries(extensionProperties).some(
    ([other, otherProperty]) => other !== own && instanceName(property(node, otherProperty), other) === ownName,
  );
  return isTaken ? text('validation.sameExtension') : true;
}

export const endpointValidators = {
  url: (value: unknown): Verdict => serverUrls(value),
  appVersion: (value: unknown): Verdict => name('appVersion', value),
  tls: (value: unknown, node: EditedNode): Verdict => tlsConfig(value, property(node, 'url')),
  clientId: (value: unknown): Verdict => shortText(value),
  qos: (value: unknown): Verdict => choice(words.qos, value),
  keepalive: (value: unknown): Verdict => number('keepalive', value),
  requestTimeout: (value: unknown): Verdict => number('requestTimeout', value),
  maxInFlight: (value: unknown): Verdict => number('maxInFlight', value),
  maxPayload: (value: unknown): Verdict => number('maxPayload', value),
  requestIdMax: (value: unknown): Verdict => number('requestIdMax', value),
  outboxMaxMegabytes: (value: unknown): Verdict => number('outboxMaxMegabytes', value),
  outboxMaxDays: (value: unknown): Verdict => number('outboxMaxDays', value),
  outboxOverflow: (value: unknown): Verdict => choice(words.outboxOverflow, value),
  extension,
  blobUrl: (value: unknown): Verdict => uploadUrl(value),
  token: (value: unknown): Verdict => (value === '__PWRD__' ? true : name('token', value)),
  username: (value: unknown): Verdict => shortText(value),
  /** Outside of the dialog the editor does not know the user name. */
  password: (value: unknown, node: EditedNode): Verdict =>
    !isEdited(node) || password(value, property(node, 'username')),
};

export function prepareEndpoint(node: EditedNode): void {
  showPresentVersion(node);
  openWrongGroups(node);
  for (const identity of ['appVersion', 'token']) hintWhereEmpty(node, identity);
}

/** What is not given here has to come from elsewhere: that may be meant, as in a gateway, or forgotten. */
function hintWhereEmpty(node: EditedNode, identity: string): void {
  const field = fieldOf(node, identity);
  const show = (): void => void $(`#kaa-endpoint-no-${identity}`).toggle(asText(field.val()).trim() === '');
  field.on('input change', show);
  show();
}
