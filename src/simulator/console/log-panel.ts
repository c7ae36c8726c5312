import { element, labelled, select } from './elements.ts';
import type { EventLog } from './event-log.ts';
import { extensionOptions } from './extension-options.ts';
import { count, preciseClock, size } from './format.ts';
import type { LoggedEvent, MessageEvent } from './live.ts';
import { fixed, KeyedList } from './keyed-list.ts';
import { isFailure, type LogFilter, passes } from './log-filter.ts';
import type { PanelContext } from './panel.ts';

/** Events that are shown, the newest. */
const shown = 200;

/** Every message in and out, clients that come and go, and uploads. */
export function logPanel({ scope }: PanelContext, log: EventLog): HTMLElement {
  const text = element('input', { type: 'search', placeholder: 'topic, ID, payload …', spellcheck: 'false' });
  const direction = select([
    ['', 'in and out'],
    ['in', 'in'],
    ['out', 'out'],
  ]);
  const extension = select([['', 'every extension'], ...extensionOptions()]);
  const token = element('input', {
    type: 'text',
    placeholder: 'every endpoint',
    spellcheck: 'false',
    autocomplete: 'off',
  });
  const failures = element('input', { type: 'checkbox' });
  const pause = element('button', { type: 'button', class: 'quiet', 'aria-pressed': 'false' }, 'Pause');
  const clear = element('button', { type: 'button', class: 'quiet' }, 'Clear');
  const exporting = element('button', { type: 'button', class: 'quiet' }, 'Export');
  const summary = element('p', { class: 'facts' });
  const keys = new WeakMap<LoggedEvent, number>();
  let made = 0;
  const keyOf = (event: LoggedEvent): number => {
    const key = keys.get(event) ?? (made += 1);
    keys.set(event, key);
    return key;
  };
  const list = new KeyedList<LoggedEvent>(element('ol', { class: 'log', 'data-test': 'log' }), keyOf, (event) =>
    fixed(eventLine(event)),
  );
  let events = log.events;

  const filter = (): LogFilter => ({
    text: text.value.trim(),
    direction: direction.value as LogFilter['direction'],
    extension: extension.value,
    token: token.value.trim(),
    failuresOnly: failures.checked,
  });
  const matching = (): LoggedEvent[] => {
    const wanted = filter();
    return events.filter((event) => passes(event, wanted));
  };
  const draw = (): void => {
    const found = matching();
    const newest = found.slice(-shown).toReversed();
    list.show(newest);
    const rest = found.length > newest.length ? `, the newest ${count(newest.length)} shown` : '';
    summary.textContent =
      events.length === 0
        ? 'Nothing has happened since this page was opened.'
        : `${count(found.length)} of ${count(events.length)} events${rest}`;
  };
  const hovers = window.matchMedia('(hover: hover)');
  const isPaused = (): boolean => pause.getAttribute('aria-pressed') === 'true';
  // What is being read must not move away.
  const isReading = (): boolean =>
    (hovers.matches && list.element.matches(':hover')) ||
    list.element.querySelector('details[open], :focus-visible') !== null;
  const follow = (): void => {
    if (isPaused()) return;
    if (isReading()) {
      summary.textContent = 'Stands still while it is being read.';
      return;
    }
    events = log.events;
    draw();
  };
  scope.on(log.changed, follow);
  for (const end of ['pointerleave', 'focusout']) list.element.addEventListener(end, () => queueMicrotask(follow));
  list.element.addEventListener('toggle', follow, true);
  for (const field of [text, direction, extension, token, failures]) field.addEventListener('input', draw);
  pause.addEventListener('click', () => {
    pause.setAttribute('aria-pressed', String(!isPaused()));
    pause.textContent = isPaused() ? 'Resume' : 'Pause';
    events = log.events;
    draw();
  });
  clear.addEventListener('click', () => {
    log.clear();
    events = log.events;
    draw();
  });
  exporting.addEventListener('click', () => save(matching()));
  draw();
  return element(
    'div',
    {},
    element('h2', {}, 'Log'),
    element(
      'div',
      { class: 'pair filters' },
      labelled('Search', text),
      labelled('Direction', direction),
      labelled('Extension', extension),
      labelled('Endpoint', token),
      labelled('Failures only', failures),
    ),
    element('div', { class: 'bar' }, summary, pause, clear, exporting),
    list.element,
  );
}

/** One event per line, as JSON. */
function save(events: readonly LoggedEvent[]): void {
  const text = events.map((event) => `${JSON.stringify(event)}\n`).join('');
  const href = URL.createObjectURL(new Blob([text], { type: 'application/x-ndjson' }));
  element('a', { href, download: `kaa-simulator-${new Date().toISOString().replaceAll(':', '-')}.ndjson` }).click();
  URL.revokeObjectURL(href);
}

function eventLine(event: LoggedEvent): HTMLElement {
  const tone = isFailure(event) ? 'failure' : '';
  if (event.kind === 'message') return messageLine(event, tone);
  const time = element('time', {}, preciseClock(event.at));
  return element(
    'li',
    { class: `event ${tone}` },
    element('div', { class: 'line' }, time, element('span', {}, sentenceOf(event))),
  );
}

function sentenceOf(event: Exclude<LoggedEvent, MessageEvent>): string {
  switch (event.kind) {
    case 'connect':
      return `${event.clientId} has connected (${event.connection})`;
    case 'disconnect':
      return `${event.clientId} is gone (${event.connection})`;
    case 'upload':
      return `${event.token} has uploaded ${event.name} (${size(event.size)})`;
    case 'skipped':
      return `${count(event.count)} more messages within a second, too many to show`;
  }
}

function messageLine(event: MessageEvent, tone: string): HTMLElement {
  const { at, direction, topic, requestId, size: bytes, qos, payload } = event;
  const facts = [
    ['topic', topic],
    ['request ID', requestId === undefined ? 'none' : String(requestId)],
    ['QoS', String(qos)],
    ['connection', event.connection],
  ] as const;
  const line = element(
    'summary',
    { class: 'line' },
    element('time', {}, preciseClock(at)),
    element('span', { class: `way ${direction}` }, direction),
    element('span', { class: 'topic' }, topic),
    element('span', { class: 'id' }, requestId === undefined ? '' : `#${requestId}`),
    element('span', { class: 'size' }, size(bytes)),
    element('span', { class: 'result' }, outcomeOf(event)),
  );
  const details = element(
    'div',
    { class: 'details' },
    element('dl', {}, ...facts.flatMap(([name, value]) => [element('dt', {}, name), element('dd', {}, value)])),
    element('pre', {}, payload === '' ? '(no payload)' : payload + (bytes > 4096 ? '…' : '')),
  );
  return element('li', { class: `message ${tone}` }, element('details', {}, line, details));
}

function outcomeOf({ direction, outcome = '', statusCode, fault, topic }: MessageEvent): string {
  const answer =
    direction === 'out' && outcome === '' ? (topic.endsWith('/error') ? `error ${statusCode ?? ''}` : 'sent') : outcome;
  return fault === undefined ? answer : `${answer} fault: ${fault}`.trim();
}
