import { element, labelled } from './elements.ts';
import { ago, count, counted } from './format.ts';
import { type Entry, KeyedList } from './keyed-list.ts';
import type { EndpointRow } from './live.ts';
import type { PanelContext } from './panel.ts';
import { type EndpointView, hashOf, type Route } from './route.ts';

/** Endpoints that are listed; the filter finds the others. */
const shown = 200;

/** All endpoints, to choose one of. */
export function endpointList(
  { live, scope }: PanelContext,
  current: () => Route,
): { element: HTMLElement; update: () => void } {
  const filter = element('input', {
    type: 'search',
    placeholder: 'token, or a new one',
    spellcheck: 'false',
    autocomplete: 'off',
  });
  const list = new KeyedList<Listed>(
    element('ul', { class: 'endpoints', 'data-test': 'endpoints' }),
    ({ row }) => row.token,
    ({ row }) => entry(row.token),
  );
  const unknown = element('p', { hidden: true });
  const more = element('p', { class: 'hint' });
  const update = (): void => {
    const wanted = filter.value.trim();
    const found = [...live.endpoints.values()].filter(({ token, appVersion }) =>
      `${token} ${appVersion}`.toLowerCase().includes(wanted.toLowerCase()),
    );
    const route = current();
    const chosen = 'token' in route ? route.token : undefined;
    const listed = found.toSorted((one, other) => (one.token < other.token ? -1 : 1)).slice(0, shown);
    list.show(
      listed.map((row) => ({ row, isChosen: row.token === chosen, view: 'token' in route ? route.view : 'telemetry' })),
    );
    const connected = found.filter((each) => each.connected).length;
    const rest = found.length > listed.length ? `, the first ${count(listed.length)} shown` : '';
    more.textContent =
      live.endpoints.size === 0
        ? 'None has spoken yet.'
        : `${counted(found.length, 'endpoint')}, ${count(connected)} connected${rest}`;
    const isNew = wanted !== '' && !live.endpoints.has(wanted) && !/[/+#]/.test(wanted);
    unknown.hidden = !isNew;
    unknown.replaceChildren(...(isNew ? [newcomer(wanted)] : []));
  };
  filter.addEventListener('input', update);
  scope.on(live.endpointsChanged, update);
  // The times that have passed.
  scope.every(5000, update);
  update();
  return { element: element('div', {}, labelled('Endpoints', filter), more, list.element, unknown), update };
}

interface Listed {
  readonly row: EndpointRow;
  readonly isChosen: boolean;
  /** Somebody who looks at the commands of one endpoint looks at those of the next one too. */
  readonly view: EndpointView;
}

function entry(token: string): Entry<Listed> {
  const dot = element('span', { class: 'dot', role: 'img' });
  const facts = element('small');
  const link = element('a', {}, dot, element('span', { class: 'token' }, token), facts);
  return {
    element: element('li', {}, link),
    update: ({ row: { appVersion, connected, connection, lastSeenAt, samples }, isChosen, view }) => {
      const state = connection === undefined ? 'never spoken' : connected ? 'connected' : 'offline';
      dot.classList.toggle('good', connected);
      dot.setAttribute('aria-label', state);
      const texts = [appVersion, connected ? '' : state, counted(samples, 'sample'), ago(lastSeenAt)];
      facts.textContent = texts.filter((text) => text !== '').join(' · ');
      link.href = hashOf({ view, token });
      if (isChosen) link.setAttribute('aria-current', 'true');
      else link.removeAttribute('aria-current');
    },
  };
}

function newcomer(token: string): HTMLElement {
  return element('a', { href: hashOf({ view: 'metadata', token }) }, `Assign something to “${token}” before it speaks`);
}
