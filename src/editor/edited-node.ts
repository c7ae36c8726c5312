/** A node as the editor keeps it, by the names of its properties. */
export type EditedNode = Readonly<Record<string, unknown>>;

const isConfigNode = (node: EditedNode): boolean => node['type'] === 'kaa-endpoint';

/** The dialog of a node. */
export function formOf(node: EditedNode): EditorElement {
  return $(isConfigNode(node) ? '#node-config-dialog-edit-form' : '#dialog-form');
}

/** The field of a property in the dialog of a node. */
export function fieldOf(node: EditedNode, name: string): EditorElement {
  return $(`#${isConfigNode(node) ? 'node-config-input' : 'node-input'}-${name}`);
}

export function isEdited(node: EditedNode): boolean {
  return RED.editor.getEditStack().includes(node);
}

/**
 * Another property of the node that is being checked: as its open dialog has it, else as it was saved. The editor also
 * checks nodes while the dialog of another one is open.
 */
export function property(node: EditedNode, name: string): unknown {
  return isEdited(node) ? fieldOf(node, name).val() : node[name];
}

/** A property as text; empty where it is something else. */
export function asText(value: unknown): string {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? String(value) : '';
}
