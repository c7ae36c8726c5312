import { action } from './action.ts';
import { badge, element, labelled, row, suggesting, table } from './elements.ts';
import { brief, clock, count, counted, span } from './format.ts';
import { JsonField } from './json-field.ts';
import { type Entry, KeyedList } from './keyed-list.ts';
import { type EndpointContext, Loader } from './panel.ts';
import { type ApiRequest, endpointPath, send } from './request.ts';

/** A command, as the control API gives it. */
export interface CommandRow {
  readonly id: number;
  readonly type: string;
  readonly payload?: unknown;
  readonly ttl: number;
  readonly createdAt: string;
  readonly status: 'pending' | 'completed' | 'expired';
  readonly statusCode?: number;
  readonly reasonPhrase?: string;
  readonly result?: unknown;
  readonly completedAt?: string;
  readonly deliveries: number;
  readonly results: number;
}

/** Commands that are listed, the newest. */
const shown = 100;

const headings = ['Command', 'Sent', 'State', 'Duration', 'Delivered', 'Result'] as const;

/** Sends commands to an endpoint, and shows what becomes of them. */
export function commandsPanel(context: EndpointContext): HTMLElement {
  const { live, scope, token } = context;
  let commands: readonly CommandRow[] = [];
  const type = suggesting([], { placeholder: 'reboot' });
  const payload = new JsonField('Payload (JSON, may be empty)', { rows: 3, draft: `command of ${token}` });
  const ttl = element('input', { type: 'number', min: '0', value: '3600' });
  const body = element('tbody');
  const rows = new KeyedList<CommandRow>(body, ({ id }) => id, commandEntry);
  const none = element('p', { class: 'empty' }, 'No commands yet.');
  const rest = element('p', { class: 'hint' });
  let isFirst = true;

  const request = (): ApiRequest => {
    const name = type.input.value.trim();
    if (name === '') throw new Error('enter the type of the command');
    if (ttl.value === '') throw new Error('enter the time to live');
    const path = `${endpointPath(token, 'commands', name)}?ttl=${encodeURIComponent(ttl.value)}`;
    const json = payload.read();
    return { method: 'POST', path, ...(json === undefined ? {} : { body: json }) };
  };
  const sending = action(context, {
    label: 'Send command',
    request,
    done: (answer) => `sent, ID ${(answer as { id: number }).id}`,
  });

  const draw = (): void => {
    const newest = commands.slice(-shown).toReversed();
    rows.show(newest);
    none.hidden = newest.length > 0;
    rest.textContent = commands.length > newest.length ? `The newest ${shown} of ${count(commands.length)}.` : '';
  };
  const loader = new Loader(scope, async () => {
    commands = (await send({ method: 'GET', path: endpointPath(token, 'commands') })) as CommandRow[];
    draw();
  });
  const suggestions = new Loader(scope, async () => {
    const found = await send({ method: 'GET', path: endpointPath(token) }).catch(() => undefined);
    const { commandTypes } = (found ?? { commandTypes: [] }) as { commandTypes: readonly string[] };
    type.suggest(commandTypes);
    if (isFirst && type.input.value === '' && commandTypes.length === 1) type.input.value = commandTypes[0] ?? '';
    isFirst = false;
  });
  for (const each of [loader, suggestions]) {
    each.follow(live, (change) => change.what === 'commands' && change.token === token);
  }
  // Durations of pending ones run, and their time to live ends.
  scope.every(1000, () => {
    if (commands.some(({ status }) => status === 'pending')) void loader.run();
  });

  return element(
    'div',
    {},
    element(
      'div',
      { class: 'form' },
      element(
        'div',
        { class: 'pair' },
        labelled('Type', type.input),
        labelled('Time to live (s)', ttl, '0: delivered at once or never'),
      ),
      type.list,
      payload.element,
      sending,
    ),
    loader.element,
    element('h3', {}, 'Commands'),
    none,
    table('Commands', headings, body),
    rest,
  );
}

/** Changes its cells only where they say something else, so that what is selected in them stays selected. */
function commandEntry({ id }: CommandRow): Entry<CommandRow> {
  const made = element('tr', { 'data-command': id });
  let before = '';
  return {
    element: made,
    update: (command) => {
      const duration = durationOf(command);
      const now = JSON.stringify([command, duration]);
      if (now !== before) made.replaceChildren(...cells(command, duration));
      before = now;
    },
  };
}

function durationOf({ status, createdAt, completedAt }: CommandRow): string {
  if (status === 'expired') return '–';
  return span(Date.parse(completedAt ?? new Date().toISOString()) - Date.parse(createdAt));
}

function cells(command: CommandRow, duration: string): readonly Node[] {
  const { id, type, payload, createdAt, deliveries, results } = command;
  const name = element(
    'span',
    {},
    element('strong', {}, type),
    ' ',
    element('code', {}, brief(payload)),
    element('small', {}, ` ID ${id}`),
  );
  const more = results > 1 ? ` (${results} results came)` : '';
  const result = element('span', {}, element('code', {}, brief(command.result)), more);
  return [
    ...row(headings, [name, clock(createdAt), stateBadge(command), duration, counted(deliveries, 'time'), result])
      .children,
  ];
}

/** `pending`, `expired`, or how it ended. */
function stateBadge({ status, statusCode = 0, reasonPhrase }: CommandRow): HTMLElement {
  if (status !== 'completed') return badge(status === 'pending' ? 'busy' : 'warn', status);
  const good = statusCode >= 200 && statusCode < 300;
  const reason = reasonPhrase === undefined ? '' : ` ${reasonPhrase}`;
  return badge(good ? 'good' : 'bad', `completed ${statusCode}${reason}`);
}
