/** A node as the editor keeps it, by the names of its properties. */
export type EditedNode = Readonly<Record<string, unknown>>;

/**
 * Another property of the node that is being checked: as its open dialog has it, else as it was saved. The editor also
 * checks nodes while the dialog of another one is open.
 */
export function property(node: EditedNode, name: string): unknown {
  return RED.editor.getEditStack().includes(node) ? $(`#node-input-${name}`).val() : node[name];
}
