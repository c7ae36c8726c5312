import { element, labelled } from './elements.ts';
import { ago, count } from './format.ts';
import type { EndpointRow } from './live.ts';
import type { PanelContext } from './panel.ts';
import { type EndpointView, hashOf, type Route, routeOf } from './route.ts';

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
  const list = element('ul', { class: 'endpoints', 'data-test': 'endpoints' });
  const more = element('p', { class: 'hint' });
  const update = (): void => {
    const wanted = filter.value.trim();
    const found = [...live.endpoints.values()].filter(({ token, appVersion }) =>
      `${token} ${appVersion}`.toLowerCase().includes(wanted.toLowerCase()),
    );
    const route = current();
    const chosen = 'token' in route ? route.token : undefined;
    const listed = found.toSorted((one, other) => (one.token < other.token ? -1 : 1)).slice(0, shown);
    list.replaceChildren(...listed.map((each) => entry(each, each.token === chosen)));
    const connected = found.filter((each) => each.connected).length;
    const rest = found.length > listed.length ? `, the first ${count(listed.length)} shown` : '';
    more.textContent =
      live.endpoints.size === 0
        ? 'None has spoken yet.'
        : `${count(found.length)} endpoint${found.length === 1 ? '' : 's'}, ${count(connected)} connected${rest}`;
    if (wanted !== '' && !live.endpoints.has(wanted) && !/[/+#]/.test(wanted)) list.append(newcomer(wanted));
  };
  filter.addEventListener('input', update);
  scope.on(live.endpointsChanged, update);
  // The times that have passed.
  scope.every(5000, update);
  update();
  return { element: element('div', {}, labelled('Endpoints', filter), more, list), update };
}

function entry(
  { token, appVersion, connected, connection, lastSeenAt, samples }: EndpointRow,
  isChosen: boolean,
): HTMLElement {
  const state = connection === undefined ? 'never spoken' : connected ? 'connected' : 'offline';
  const facts = [appVersion, state === 'connected' ? '' : state, `${count(samples)} samples`, ago(lastSeenAt)].filter(
    (text) => text !== '',
  );
  return element(
    'li',
    {},
    element(
      'a',
      { href: hashOf({ view: currentView(), token }), 'aria-current': isChosen ? 'true' : undefined },
      element('span', { class: `dot ${connected ? 'good' : ''}`, role: 'img', 'aria-label': state }),
      element('span', { class: 'token' }, token),
      element('small', {}, facts.join(' · ')),
    ),
  );
}

/** Somebody who looks at the commands of one endpoint looks at those of the next one too. */
function currentView(): EndpointView {
  const route = routeOf(window.location.hash);
  return 'token' in route ? route.view : 'telemetry';
}

function newcomer(token: string): HTMLElement {
  return element(
    'li',
    {},
    element('a', { href: hashOf({ view: 'metadata', token }) }, `Assign something to “${token}” before it speaks`),
  );
}
