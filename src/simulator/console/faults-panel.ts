import { resources } from '../../protocol/resources.ts';
import { action } from './action.ts';
import { element, labelled, select, suggesting } from './elements.ts';
import { describeFault, endFaults, type Fault, type Faults, presets, putFaults } from './faults.ts';
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
  const list = element('ul', { class: 'faults', 'data-test': 'faults' });
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
  const show = (): void => {
    none.hidden = faults.list.length > 0;
    list.replaceChildren(
      ...faults.list.map((fault, index) => {
        const others = faults.list.filter((_, position) => position !== index);
        const text = describeFault(fault);
        const edit = element('button', { type: 'button', class: 'quiet small', 'aria-label': `Edit: ${text}` }, 'Edit');
        edit.addEventListener('click', () => {
          form.show(fault);
          void replace(others);
        });
        const remove = element(
          'button',
          { type: 'button', class: 'quiet small', 'aria-label': `Remove: ${text}` },
          'Remove',
        );
        remove.addEventListener('click', () => void replace(others));
        return element('li', {}, element('span', {}, text), edit, remove);
      }),
    );
  };
  scope.on(faults.changed, show);
  show();

  const took = (answer: unknown): undefined => {
    faults.took(answer);
  };
  const add = action(context, {
    label: 'Add this fault',
    request: () => putFaults([...faults.list, form.read()]),
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
    list,
    failed,
    well,
    element('h3', {}, 'A fault of your own'),
    element('div', { class: 'form' }, form.element, add),
  );
}

interface FaultForm {
  readonly element: HTMLElement;
  /** @throws {Error} that says what cannot be read */
  read(): Fault;
  show(fault: Fault): void;
}

function faultForm(tokens: readonly string[]): FaultForm {
  const all = Object.values(resources);
  const extensions = [...new Set(all.map(({ extension }) => extension))];
  const kind = select(actions, 'drop');
  const extension = select([['', 'every extension'], ...extensions.map((each) => [each, each] as const)]);
  const resource = suggesting([], { placeholder: 'every resource' });
  const token = suggesting(tokens.slice(0, 200), { placeholder: 'every endpoint' });
  const probability = element('input', { type: 'number', min: '1', max: '100', placeholder: '100' });
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
    read: () => ({
      action: kind.value as Fault['action'],
      ...(extension.value === '' ? {} : { extension: extension.value }),
      ...(resource.input.value.trim() === '' ? {} : { resource: resource.input.value.trim() }),
      ...(token.input.value.trim() === '' ? {} : { token: token.input.value.trim() }),
      ...(probability.value === '' ? {} : { probability: Number(probability.value) / 100 }),
      ...(times.value === '' ? {} : { count: Number(times.value) }),
      ...(kind.value === 'delay' ? { delayMs: Number(delay.value) } : {}),
      ...(kind.value === 'error' ? { statusCode: Number(status.value) } : {}),
      ...(kind.value === 'error' && reason.value !== '' ? { reasonPhrase: reason.value } : {}),
    }),
    show: (fault) => {
      kind.value = fault.action;
      extension.value = fault.extension ?? '';
      resource.input.value = fault.resource ?? '';
      token.input.value = fault.token ?? '';
      probability.value = fault.probability === undefined ? '' : String(Math.round(fault.probability * 100));
      times.value = String(fault.count ?? '');
      delay.value = String(fault.delayMs ?? 2000);
      status.value = String(fault.statusCode ?? 500);
      reason.value = fault.reasonPhrase ?? '';
      adapt();
    },
  };
}
