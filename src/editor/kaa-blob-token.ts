/** Edit dialog of the kaa-blob-token node. */
import { choices } from '../protocol/choices.ts';
import type { EditedNode } from './edited-node.ts';
import { showPresentVersion } from './saved-node.ts';
import { previewTopic, requestTo } from './topic-preview.ts';
import { choice, endpoint, type Verdict } from './validators.ts';

export const blobTokenValidators = {
  endpoint,
  output: (value: unknown): Verdict => choice(choices['kaa-blob-token'].output, value),
};

export function prepareBlobToken(node: EditedNode): void {
  showPresentVersion(node);
  previewTopic(() => requestTo('blobToken'));
}
