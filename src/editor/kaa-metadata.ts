/** Edit dialog of the kaa-metadata node. */
import { choices } from '../protocol/choices.ts';
import { isMetadataOperation, metadataOperations } from '../protocol/metadata-operations.ts';
import { resources } from '../protocol/resources.ts';
import type { EditedNode } from './edited-node.ts';
import { showMetadataKeys } from './name-picker.ts';
import { showPresentVersion } from './saved-node.ts';
import { entered, previewTopic, requestTo, type TopicUse } from './topic-preview.ts';
import { choice, endpoint, type Verdict } from './validators.ts';

export const metadataValidators = {
  endpoint,
  operation: (value: unknown): Verdict => choice(choices['kaa-metadata'].operation, value),
};

function topic(): TopicUse {
  const operation = entered('operation');
  if (isMetadataOperation(operation)) return requestTo(metadataOperations[operation]);
  return { extension: resources.metadata.extension, path: '<msg.operation>', kind: 'request', requestId: '<id>' };
}

export function prepareMetadata(node: EditedNode): void {
  showPresentVersion(node);
  showMetadataKeys();
  previewTopic(topic);
}
