/** The console page of the simulator. */
import { element } from './elements.ts';
import { endpointList } from './endpoint-list.ts';
import { endpointPanel } from './endpoint-panel.ts';
import { EventLog } from './event-log.ts';
import { faultBanner } from './fault-banner.ts';
import { Faults } from './faults.ts';
import { faultsPanel } from './faults-panel.ts';
import { Live, type LiveState } from './live.ts';
import { logPanel } from './log-panel.ts';
import { hashOf, type Route, routeOf } from './route.ts';
import { Scope } from './scope.ts';
import { startPanel } from './start-panel.ts';
import { themeSwitch } from './theme.ts';

const connectionTexts: Readonly<Record<LiveState, string>> = {
  connecting: 'connecting',
  live: 'live',
  lost: 'The simulator does not answer; trying again',
};

/** What lives as long as the page. */
const page = new Scope();
const live = new Live(page);
const faults = new Faults(live, page);
const log = new EventLog(live, page);

let route = routeOf(window.location.hash);
let shown = new Scope();
const main = element('main', { id: 'main', tabindex: '-1' });
const context = { live, scope: page };
const list = endpointList(context, () => route);
const links = (['start', 'faults', 'log'] as const).map((view) => {
  const title = { start: 'Start', faults: 'Faults', log: 'Log' }[view];
  return { view, link: element('a', { href: hashOf({ view }) }, title) };
});

function panelOf(to: Route, scope: Scope): HTMLElement {
  if ('token' in to) return endpointPanel({ live, scope, token: to.token }, to.view);
  switch (to.view) {
    case 'start':
      return startPanel({ live, scope }, faults);
    case 'faults':
      return faultsPanel({ live, scope }, faults);
    case 'log':
      return logPanel({ live, scope }, log);
  }
}

function show(): void {
  shown.close();
  shown = new Scope();
  const { activeElement } = document;
  const onTab = activeElement instanceof HTMLElement && activeElement.role === 'tab';
  main.replaceChildren(panelOf(route, shown));
  main.querySelector('[role=tab][aria-selected=true]')?.scrollIntoView({ inline: 'nearest', block: 'nearest' });
  for (const { view, link } of links) {
    if (route.view === view) link.setAttribute('aria-current', 'page');
    else link.removeAttribute('aria-current');
  }
  document.title = `${'token' in route ? route.token : 'Kaa'} · Kaa simulator`;
  list.update();
  // The keyboard stays on the tabs while it walks along them, and goes on in the view that was chosen from the list.
  if (onTab) main.querySelector<HTMLElement>('[role=tab][aria-selected=true]')?.focus();
  else if (list.element.contains(activeElement)) main.querySelector('h2')?.focus();
}

const badge = element('span', { class: 'badge busy', role: 'status', 'data-test': 'live' }, connectionTexts.connecting);
page.on(live.stateChanged, (state) => {
  badge.textContent = connectionTexts[state];
  badge.className = `badge ${{ connecting: 'busy', live: 'good', lost: 'bad' }[state]}`;
});
/** On a narrow page the list of endpoints is folded away. */
const wide = window.matchMedia('(min-width: 801px)');
const side = element('details', { open: wide.matches }, element('summary', {}, 'Endpoints'), list.element);
wide.addEventListener('change', () => {
  side.open = wide.matches;
});
list.element.addEventListener('click', ({ target }) => {
  if (!wide.matches && target instanceof Element && target.closest('a') !== null) side.open = false;
});

window.addEventListener('hashchange', () => {
  route = routeOf(window.location.hash);
  show();
});

const navigation = element('nav', { 'aria-label': 'Views' }, ...links.map(({ link }) => link));
document.body.append(
  element('a', { class: 'skip', href: '#main', onclick: skip }, 'Skip to the content'),
  element('header', {}, element('h1', {}, 'Kaa simulator'), navigation, badge, themeSwitch()),
  faultBanner(context, faults),
  element('div', { class: 'layout' }, element('aside', { 'aria-label': 'List of endpoints' }, side), main),
);
show();

function skip(event: Event): void {
  event.preventDefault();
  main.focus();
}
