import { blobsPanel } from './blobs-panel.ts';
import { commandsPanel } from './commands-panel.ts';
import { configurationPanel } from './configuration-panel.ts';
import { element } from './elements.ts';
import { ago } from './format.ts';
import { metadataPanel } from './metadata-panel.ts';
import type { EndpointContext } from './panel.ts';
import { type EndpointView, endpointViews, hashOf } from './route.ts';
import { softwarePanel } from './software-panel.ts';
import { telemetryPanel } from './telemetry-panel.ts';

const panels: Readonly<
  Record<EndpointView, { readonly title: string; readonly make: (context: EndpointContext) => HTMLElement }>
> = {
  telemetry: { title: 'Telemetry', make: telemetryPanel },
  metadata: { title: 'Metadata', make: metadataPanel },
  commands: { title: 'Commands', make: commandsPanel },
  configuration: { title: 'Configuration', make: configurationPanel },
  software: { title: 'Software', make: softwarePanel },
  blobs: { title: 'Blobs', make: blobsPanel },
};

/** One endpoint: its state, and a tab for each thing that it has. */
export function endpointPanel(context: EndpointContext, view: EndpointView): HTMLElement {
  const { live, scope, token } = context;
  const state = element('p', { class: 'facts', 'data-test': 'state' });
  const show = (): void => {
    const known = live.endpoints.get(token);
    if (known?.connection === undefined) state.textContent = 'has not spoken yet';
    else
      state.textContent = `${known.connected ? 'connected' : 'offline'} · application version ${known.appVersion} · last message ${ago(known.lastSeenAt)}`;
  };
  scope.on(live.endpointsChanged, show);
  scope.every(5000, show);
  show();
  const tabs = endpointViews.map((each) =>
    element(
      'a',
      {
        href: hashOf({ view: each, token }),
        role: 'tab',
        id: `tab-${each}`,
        'aria-selected': String(each === view),
        'aria-controls': 'panel',
        tabindex: each === view ? '0' : '-1',
      },
      panels[each].title,
    ),
  );
  const bar = element('div', { role: 'tablist', class: 'tabs', 'aria-label': `Views of ${token}` }, ...tabs);
  bar.addEventListener('keydown', (event) => {
    const at = endpointViews.indexOf(view);
    const to = { ArrowRight: (at + 1) % endpointViews.length, ArrowLeft: at - 1, Home: 0, End: -1 }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    const next = endpointViews.at(to) ?? view;
    window.location.hash = hashOf({ view: next, token });
  });
  return element(
    'div',
    {},
    element('h2', { tabindex: '-1' }, token),
    state,
    bar,
    element('div', { role: 'tabpanel', id: 'panel', 'aria-labelledby': `tab-${view}` }, panels[view].make(context)),
  );
}
