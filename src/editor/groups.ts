/** The folded groups of a dialog. */
import { type EditedNode, formOf } from './edited-node.ts';

/** Keeps those open that hold a field which is marked as wrong. */
export function openWrongGroups(node: EditedNode): void {
  const form = formOf(node).get(0);
  if (form === undefined) return;
  const open = (): void => {
    for (const field of form.querySelectorAll('details .input-error'))
      field.closest('details')?.setAttribute('open', '');
  };
  // It ends with the form, which the editor makes anew for each dialog.
  new MutationObserver(open).observe(form, { subtree: true, attributeFilter: ['class'] });
}
