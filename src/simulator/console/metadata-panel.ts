import { action } from './action.ts';
import { element } from './elements.ts';
import { type EndpointContext, Loader } from './panel.ts';
import { type ApiRequest, endpointPath, send } from './request.ts';

type Attributes = Readonly<Record<string, unknown>>;

interface AttributeRow {
  readonly element: HTMLElement;
  readonly key: HTMLInputElement;
  readonly value: HTMLInputElement;
}

/** The metadata of an endpoint, to be read and edited. */
export function metadataPanel(context: EndpointContext): HTMLElement {
  const { live, scope, token } = context;
  let saved: Attributes = {};
  /** As the simulator has it, with what the device has changed meanwhile. */
  let latest: Attributes = {};
  let rows: AttributeRow[] = [];
  const list = element('div', { class: 'attributes', 'data-test': 'attributes' });
  const none = element('p', { class: 'empty' }, 'No metadata yet. The device writes it, or you do.');
  const meanwhile = element('p', { class: 'notice', role: 'status', hidden: true });
  const path = endpointPath(token, 'metadata');

  const addRow = (key: string, text: string): AttributeRow => {
    const keyField = element('input', {
      type: 'text',
      'aria-label': 'Key',
      value: key,
      spellcheck: 'false',
      autocomplete: 'off',
      placeholder: 'key',
    });
    const valueField = element('input', {
      type: 'text',
      'aria-label': `Value of ${key || 'the new key'}`,
      value: text,
      spellcheck: 'false',
      autocomplete: 'off',
      placeholder: 'value, as JSON or text',
    });
    const remove = element(
      'button',
      { type: 'button', class: 'quiet', 'aria-label': `Delete ${key || 'this key'}` },
      'Delete',
    );
    const added = {
      element: element('div', { class: 'attribute' }, keyField, valueField, remove),
      key: keyField,
      value: valueField,
    };
    remove.addEventListener('click', () => {
      rows = rows.filter((each) => each !== added);
      added.element.remove();
      none.hidden = rows.length > 0;
    });
    rows.push(added);
    list.append(added.element);
    none.hidden = true;
    return added;
  };
  const show = (attributes: Attributes): void => {
    saved = attributes;
    latest = attributes;
    rows = [];
    list.replaceChildren();
    for (const [key, value] of Object.entries(attributes)) addRow(key, textOf(value));
    none.hidden = rows.length > 0;
    meanwhile.hidden = true;
  };
  const edited = (): Attributes =>
    Object.fromEntries(
      rows
        .filter(({ key }) => key.value.trim() !== '')
        .map(({ key, value }) => [key.value.trim(), valueOf(value.value)]),
    );
  // A row without a key counts too: somebody is about to fill it in.
  const isEdited = (): boolean => rows.length !== Object.keys(saved).length || !isSame(edited(), saved);

  const loader = new Loader(scope, async () => {
    const attributes = (await send({ method: 'GET', path })) as Attributes;
    latest = attributes;
    if (!isEdited()) show(attributes);
    else if (!isSame(attributes, saved)) {
      meanwhile.hidden = false;
      meanwhile.replaceChildren(
        'The metadata was changed by the device or somebody else meanwhile. ',
        element(
          'button',
          { type: 'button', class: 'quiet small', onclick: () => show(attributes) },
          'Discard my changes',
        ),
      );
    }
  });
  const save = action(context, {
    label: 'Save',
    request: () => {
      requireKeys(rows);
      return changeRequest(path, saved, edited(), latest);
    },
    done: (answer) => {
      const attributes = answer as Attributes;
      // What was entered meanwhile stays, and is not saved yet.
      if (isSame(edited(), attributes)) show(attributes);
      else saved = attributes;
      return 'saved';
    },
  });
  const add = element(
    'button',
    { type: 'button', class: 'quiet', onclick: () => addRow('', '').key.focus() },
    'Add a key',
  );
  loader.follow(live, (change) => change.what === 'metadata' && change.token === token);
  return element('div', {}, meanwhile, loader.element, none, list, element('div', { class: 'bar' }, add, save));
}

/** Only what has changed is sent. Where keys have to go it has to be all, with what the device has changed meanwhile. */
function changeRequest(path: string, saved: Attributes, edited: Attributes, latest: Attributes): ApiRequest {
  const gone = Object.keys(saved).filter((key) => !Object.hasOwn(edited, key));
  const changed = Object.entries(edited).filter(([key, value]) => JSON.stringify(value) !== JSON.stringify(saved[key]));
  if (gone.length === 0) return { method: 'PATCH', path, body: Object.fromEntries(changed) };
  const kept = Object.entries(latest).filter(([key]) => !gone.includes(key));
  return { method: 'PUT', path, body: Object.fromEntries([...kept, ...changed]) };
}

/** @throws {Error} where a key stands there twice, or is missing */
function requireKeys(rows: readonly AttributeRow[]): void {
  const keys = rows.map(({ key }) => key.value.trim());
  const twice = keys.find((key, index) => key !== '' && keys.indexOf(key) !== index);
  if (twice !== undefined) throw new Error(`the key ${twice} stands there twice`);
  if (rows.some(({ key, value }) => key.value.trim() === '' && value.value !== '')) throw new Error('enter the key');
}

function isSame(one: Attributes, other: Attributes): boolean {
  const written = (attributes: Attributes): string =>
    JSON.stringify(Object.entries(attributes).toSorted(([a], [b]) => (a < b ? -1 : 1)));
  return written(one) === written(other);
}

/** A text stands as it is, unless it would be read as something else. */
function textOf(value: unknown): string {
  const isPlain = typeof value === 'string' && valueOf(value) === value && !/[\r\n]/.test(value);
  return isPlain ? value : JSON.stringify(value);
}

function valueOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
