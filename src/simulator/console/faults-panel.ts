import { resources } from '../../protocol/resources.ts';
import { action } from './action.ts';
import { element, labelled, select, suggesting } from './elements.ts';
import { extensionOptions } from './extension-options.ts';
import { describeFault, endFaults, type Fault, type Faults, percent, presets, putFaults } from './faults.ts';
import { KeyedList } from './keyed-list.ts';
import type { PanelContext } from './panel.ts';
import { messageOf, send } from './request.ts';

const actions = [
  ['drop', 'drop: no answer'],
  ['delay', 'delay: a late answer'],
  ['error', 'error: a refusal'],
  ['disconnect', 'disconnect the client'],
] as const;

/** The switchboard: how the platform misbehaves. */
export function faultsPanel(context: PanelContext, faults: Faults): HTMLElement {
  const { live, scope } = context;
  const none = element('p', { class: 'empty' }, 'All is well: no faults.');
  const failed = element('p', { class: 'outcome failed', role: 'status' });
  const form = faultForm([...live.endpoints.keys()]);
  const replace = async (next: readonly Fault[]): Promise<void> => {
    try {
      faults.took(await send(putFaults(next)));
      failed.textContent = '';
    } catch (error) {
      failed.textContent = messageOf(error);
    }
  };
  /** The fault that the form shows, to be replaced; undefined for a new one. */
  let edited: Fault | undefined;
  const list = new KeyedList<Fault>(
    element('ul', { class: 'faults', 'data-test': 'faults' }),
    (_, index) => index,
    (_, index) => {
      const text = element('span');
      const edit = element('button', { type: 'button', class: 'quiet small' }, 'Edit');
      edit.addEventListener('click', () => {
        const fault = faults.list[index];
        if (fault === undefined) return;
        edited = fault;
        form.show(fault);
      });
      const remove = element('button', { type: 'button', class: 'quiet small' }, 'Remove');
      remove.addEventListener('click', () => void replace(faults.list.toSpliced(index, 1)));
      return {
        element: element('li', {}, text, edit, remove),
        update: (fault) => {
          text.textContent = describeFault(fault);
          edit.setAttribute('aria-label', `Edit: ${describeFault(fault)}`);
          remove.setAttribute('aria-label', `Remove: ${describeFault(fault)}`);
        },
      };
    },
  );
  const show = (): void => {
    none.hidden = faults.list.length > 0;
    list.show(faults.list);
  };
  scope.on(faults.changed, show);
  show();

  const took = (answer: unknown): undefined => {
    edited = undefined;
    faults.took(answer);
  };
  const add = action(context, {
    label: 'Save this fault',
    request: () => {
      // The list may be another one by now, and counts go down.
      const place = edited === undefined ? -1 : faults.list.findIndex((each) => isSame(each, edited));
      return putFaults(place < 0 ? [...faults.list, form.read()] : faults.list.toSpliced(place, 1, form.read()));
    },
    done: took,
  });
  const well = action(context, { label: 'All well again', request: () => endFaults, done: () => took([]) });
  return element(
    'div',
    {},
    element('h2', {}, 'Faults'),
    element('p', {}, 'See what your flow does when the platform or the network fails.'),
    element(
      'div',
      { class: 'cards' },
      ...presets.map(({ label, explanation, faults: preset }) =>
        element(
          'section',
          { class: 'card' },
          element('p', {}, explanation),
          action(context, { label, kind: 'danger', request: () => putFaults(preset), done: took }),
        ),
      ),
    ),
    element('h3', {}, 'In force'),
    none,
    list.element,
    failed,
    well,
    element('h3', {}, 'A fault of your own'),
    element('div', { class: 'form' }, form.element, add),
  );
}

/** Whether two faults differ at most in how often they still apply. */
function isSame(one: Fault, other: Fault | undefined): boolean {
  return JSON.stringify({ ...one, count: 0 }) === JSON.stringify({ ...other, count: 0 });
}

interface FaultForm {
  readonly element: HTMLElement;
  /** @throws {Error} that says what cannot be read */
  read(): Fault;
  show(fault: Fault): void;
}

function faultForm(tokens: readonly string[]): FaultForm {
  const all = Object.values(resources);
  const extensions = extensionOptions();
  const kind = select(actions, 'drop');
  const extension = select([['', 'every extension'], ...extensions]);
  const resource = suggesting([], { placeholder: 'every resource' });
  const token = suggesting(tokens.slice(0, 200), { placeholder: 'every endpoint' });
  const probability = element('input', { type: 'number', min: '0', max: '100', step: 'any', placeholder: '100' });
  const times = element('input', { type: 'number', min: '1', placeholder: 'without end' });
  const delay = element('input', { type: 'number', min: '0', value: '2000' });
  const status = element('input', { type: 'number', min: '100', max: '599', value: '500' });
  const reason = element('input', { type: 'text', placeholder: 'the usual one' });
  const delayField = labelled('Delay (ms)', delay);
  const errorFields = element('div', { class: 'pair' }, labelled('Status code', status), labelled('Reason', reason));

  const adapt = (): void => {
    delayField.hidden = kind.value !== 'delay';
    errorFields.hidden = kind.value !== 'error';
    const chosen = all.filter((each) => extension.value === '' || each.extension === extension.value);
    resource.suggest([...new Set(chosen.map(({ path }) => path))]);
  };
  for (const field of [kind, extension]) field.addEventListener('change', adapt);
  adapt();
  return {
    element: element(
      'div',
      {},
      element('div', { class: 'pair' }, labelled('What happens', kind), delayField, errorFields),
      element(
        'div',
        { class: 'pair' },
        labelled('Extension', extension),
        labelled('Resource', resource.input),
        labelled('Endpoint', token.input),
      ),
      element('div', { class: 'pair' }, labelled('Of 100 requests', probability), labelled('How often', times)),
      resource.list,
      token.list,
    ),
    read: () => {
      for (const field of [probability, times, delay, status]) requireValid(field);
      return {
        action: kind.value as Fault['action'],
        ...(extension.value === '' ? {} : { extension: extension.value }),
        ...(resource.input.value.trim() === '' ? {} : { resource: resource.input.value.trim() }),
        ...(token.input.value.trim() === '' ? {} : { token: token.input.value.trim() }),
        ...(probability.value === '' ? {} : { probability: Number(probability.value) / 100 }),
        ...(times.value === '' ? {} : { count: Number(times.value) }),
        ...(kind.value === 'delay' ? { delayMs: Number(delay.value) } : {}),
        ...(kind.value === 'error' ? { statusCode: Number(status.value) } : {}),
        ...(kind.value === 'error' && reason.value !== '' ? { reasonPhrase: reason.value } : {}),
      };
    },
    show: (fault) => {
      kind.value = fault.action;
      extension.value = fault.extension ?? '';
      resource.input.value = fault.resource ?? '';
      token.input.value = fault.token ?? '';
      probability.value = fault.probability === undefined ? '' : String(percent(fault.probability));
      times.value = String(fault.count ?? '');
      delay.value = String(fault.delayMs ?? 2000);
      status.value = String(fault.statusCode ?? 500);
      reason.value = fault.reasonPhrase ?? '';
      adapt();
    },
  };
}

/** @throws {Error} in the words of the browser, where something else than a fitting number was entered */
function requireValid(field: HTMLInputElement): void {
  if (field.closest('[hidden]') !== null || field.checkValidity()) return;
  throw new Error(`${field.labels?.[0]?.textContent ?? ''}: ${field.validationMessage}`);
}
