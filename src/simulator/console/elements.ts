/** Builds the page's elements. Texts become text nodes only: nothing that a device sent is ever read as HTML. */

type Child = Node | string | undefined;

/** Attributes by their names; `true` sets an empty one, `false` and undefined none. Listeners by `on` and the event. */
export type Attributes = Readonly<Record<string, string | number | boolean | undefined | ((event: Event) => void)>>;

export function element<Tag extends keyof HTMLElementTagNameMap>(
  tag: Tag,
  attributes: Attributes = {},
  ...children: readonly Child[]
): HTMLElementTagNameMap[Tag] {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === 'function') made.addEventListener(name.slice('on'.length), value);
    else if (value === true) made.setAttribute(name, '');
    else if (value !== undefined && value !== false) made.setAttribute(name, String(value));
  }
  made.append(...children.filter((child) => child !== undefined));
  return made;
}

let labels = 0;

/** A form field below its label, with what there is to explain. */
export function labelled(label: string, field: HTMLElement, hint?: string): HTMLElement {
  labels += 1;
  field.id ||= `field-${labels}`;
  const explained = hint === undefined ? undefined : element('span', { class: 'hint', id: `${field.id}-hint` }, hint);
  if (explained !== undefined) field.setAttribute('aria-describedby', explained.id);
  return element('div', { class: 'field' }, element('label', { for: field.id }, label), field, explained);
}

/** A choice of one among several. */
export function select(options: readonly (readonly [value: string, text: string])[], chosen = ''): HTMLSelectElement {
  const list = options.map(([value, text]) => element('option', { value, selected: value === chosen }, text));
  return element('select', {}, ...list);
}

let suggestions = 0;

/** A text field that suggests values, but takes any. */
export function suggesting(values: readonly string[], attributes: Attributes = {}): SuggestingField {
  suggestions += 1;
  const list = element('datalist', { id: `suggestions-${suggestions}` });
  const input = element('input', {
    type: 'text',
    autocomplete: 'off',
    spellcheck: 'false',
    ...attributes,
    list: list.id,
  });
  const suggest = (next: readonly string[]): void =>
    list.replaceChildren(...next.map((value) => element('option', { value })));
  suggest(values);
  return { input, list, suggest };
}

export interface SuggestingField {
  readonly input: HTMLInputElement;
  /** Has to stand in the page too. */
  readonly list: HTMLDataListElement;
  suggest(values: readonly string[]): void;
}

/** A word that stands out. */
export function badge(kind: 'good' | 'bad' | 'warn' | 'busy', text: string): HTMLElement {
  return element('span', { class: `badge ${kind}` }, text);
}

/** A table with a caption for those who cannot see it. */
export function table(caption: string, headings: readonly string[], body: HTMLTableSectionElement): HTMLElement {
  const head = element('tr', {}, ...headings.map((heading) => element('th', { scope: 'col' }, heading)));
  const made = element('table', {}, element('caption', { class: 'unseen' }, caption), element('thead', {}, head), body);
  return element('div', { class: 'scroll', tabindex: '0', role: 'region', 'aria-label': caption }, made);
}

/** A row; `label` is what a narrow page shows in front of a cell. */
export function row(headings: readonly string[], cells: readonly (Node | string)[]): HTMLTableRowElement {
  return element('tr', {}, ...cells.map((cell, index) => element('td', { 'data-label': headings[index] }, cell)));
}
