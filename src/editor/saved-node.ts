/** Nodes that another version of this package saved, in their dialogs. */
import { isKnownVersion, migrate } from '../protocol/saved-nodes.ts';
import { type EditedNode, fieldOf, formOf } from './edited-node.ts';
import { text, type Verdict } from './validators.ts';

export function configVersion(type: string, value: unknown): Verdict {
  return isKnownVersion(type, { configVersion: value }) || text('validation.newer');
}

/**
 * Fills in the fields as the present version would have saved the node; the node itself stays as it is until Done. One
 * that a newer version saved is left alone, and the dialog says so.
 */
export function showPresentVersion(node: EditedNode): void {
  const present = migrate(String(node['type']), node);
  if (present === undefined) {
    formOf(node).prepend($('<div class="form-tips">').text(text('validation.newer')));
    return;
  }
  for (const [name, value] of Object.entries(present)) {
    if (value === node[name]) continue;
    const field = fieldOf(node, name);
    if (typeof value === 'boolean') field.prop('checked', value);
    else field.val(value);
  }
}
