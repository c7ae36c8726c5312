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
  const isEdited = (): boolean =>
    rows.length !== Object.keys(saved).length || JSON.stringify(edited()) !== JSON.stringify(saved);

  const loader = new Loader(scope, async () => {
    const attributes = (await send({ method: 'GET', path })) as Attributes;
    if (!isEdited()) show(attributes);
    else if (JSON.stringify(attributes) !== JSON.stringify(saved)) {
      meanwhile.hidden = false;
      meanwhile.replaceChildren(
        'The device has changed its metadata meanwhile. ',
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
    request: () => changeRequest(path, saved, edited()),
    done: (answer) => {
      show(answer as Attributes);
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

/** Only what has changed is sent, unless keys have to go. */
function changeRequest(path: string, saved: Attributes, edited: Attributes): ApiRequest {
  const isGone = Object.keys(saved).some((key) => !Object.hasOwn(edited, key));
  if (isGone) return { method: 'PUT', path, body: edited };
  const changed = Object.entries(edited).filter(([key, value]) => JSON.stringify(value) !== JSON.stringify(saved[key]));
  return { method: 'PATCH', path, body: Object.fromEntries(changed) };
}

/** A text stands as it is, unless it would be read as something else. */
function textOf(value: unknown): string {
  return typeof value === 'string' && valueOf(value) === value ? value : JSON.stringify(value);
}

function valueOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
