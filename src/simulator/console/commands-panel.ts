import { action } from './action.ts';
import { element, labelled, row, suggesting, table } from './elements.ts';
import { brief, clock, span } from './format.ts';
import { JsonField } from './json-field.ts';
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
  const payload = new JsonField('Payload (JSON, may be empty)', '', { rows: 3 });
  const ttl = element('input', { type: 'number', min: '0', value: '3600' });
  const body = element('tbody');
  const none = element('p', { class: 'empty' }, 'No commands yet.');

  const request = (): ApiRequest => {
    const name = type.input.value.trim();
    if (name === '') throw new Error('enter the type of the command');
    const path = `${endpointPath(token, 'commands', name)}?ttl=${encodeURIComponent(ttl.value || '0')}`;
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
    body.replaceChildren(...newest.map(commandRow));
    none.hidden = newest.length > 0;
  };
  const loader = new Loader(scope, async () => {
    commands = (await send({ method: 'GET', path: endpointPath(token, 'commands') })) as CommandRow[];
    draw();
    const found = await send({ method: 'GET', path: endpointPath(token) }).catch(() => undefined);
    const { commandTypes } = (found ?? { commandTypes: [] }) as { commandTypes: readonly string[] };
    type.suggest(commandTypes);
    if (type.input.value === '' && commandTypes.length === 1) type.input.value = commandTypes[0] ?? '';
  });
  loader.follow(live, (change) => change.what === 'commands' && change.token === token);
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
  );
}

function commandRow(command: CommandRow): HTMLTableRowElement {
  const { id, type, payload, createdAt, completedAt, deliveries, results } = command;
  const name = element(
    'span',
    {},
    element('strong', {}, type),
    ' ',
    element('code', {}, brief(payload, 80)),
    element('small', {}, ` ID ${id}`),
  );
  const duration = span(Date.parse(completedAt ?? new Date().toISOString()) - Date.parse(createdAt));
  const times = `${deliveries} time${deliveries === 1 ? '' : 's'}`;
  const result = element(
    'span',
    {},
    element('code', {}, brief(command.result, 120)),
    results > 1 ? ` (${results} results came)` : '',
  );
  const cells = [
    name,
    clock(createdAt),
    stateBadge(command),
    command.status === 'expired' ? '–' : duration,
    times,
    result,
  ];
  const made = row(headings, cells);
  made.dataset['command'] = String(id);
  return made;
}

/** `pending`, `expired`, or how it ended. */
export function stateBadge({ status, statusCode = 0, reasonPhrase }: CommandRow): HTMLElement {
  if (status !== 'completed')
    return element('span', { class: `badge ${status === 'pending' ? 'busy' : 'warn'}` }, status);
  const good = statusCode >= 200 && statusCode < 300;
  const text = `completed ${statusCode}${reasonPhrase === undefined ? '' : ` ${reasonPhrase}`}`;
  return element('span', { class: `badge ${good ? 'good' : 'bad'}` }, text);
}
