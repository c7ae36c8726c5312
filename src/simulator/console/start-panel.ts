import { action, copyButton } from './action.ts';
import { element } from './elements.ts';
import type { PanelContext } from './panel.ts';
import { type TourStep, tour } from './tour.ts';

/** The first view: how to connect, and what to try. */
export function startPanel(context: PanelContext): HTMLElement {
  const { live, scope } = context;
  const address = element('code', {}, '…');
  const sample = element('code', { tabindex: '0' }, '…');
  const steps = element('div', { class: 'cards tour', 'data-test': 'tour' });
  const heading = element('h2', { hidden: true }, 'Things to try');
  const showAddress = (): void => {
    const mqtt = live.info?.mqtt;
    if (mqtt === undefined) return;
    const { hostname, port } = new URL(mqtt);
    address.textContent = mqtt;
    const login = live.auth ? ' -u user -P password' : '';
    sample.textContent = `mosquitto_pub -h ${hostname} -p ${port}${login} -t 'kp1/demo/dcx/my-device/json/1' -m '{"temperature":21.5}'`;
  };
  const shown = new Set<TourStep>();
  const showSteps = (): void => {
    for (const step of tour) {
      if (shown.has(step) || !live.endpoints.has(step.token)) continue;
      shown.add(step);
      steps.append(stepCard(context, step, shown.size));
    }
    heading.hidden = shown.size === 0;
  };
  scope.on(live.renewed, showAddress);
  scope.on(live.endpointsChanged, showSteps);
  showAddress();
  showSteps();
  return element(
    'div',
    {},
    heading,
    steps,
    element('h2', {}, 'Connect a device'),
    element(
      'p',
      {},
      'This page is a Kaa IoT platform for trying things out. Devices connect by MQTT, with any application version and any token:',
    ),
    element(
      'div',
      { class: 'code' },
      address,
      copyButton('copy', () => address.textContent),
    ),
    element('p', {}, 'A first sample from the command line; the endpoint then stands in the list:'),
    element(
      'div',
      { class: 'code' },
      sample,
      copyButton('copy', () => sample.textContent),
    ),
  );
}

function stepCard(
  context: PanelContext,
  { title, text, actions, link, progress }: TourStep,
  position: number,
): HTMLElement {
  const since: (number | undefined)[] = actions.map(() => undefined);
  const state = element('p', { class: 'progress', role: 'status' });
  const card = element('section', { class: 'card', 'aria-label': title });
  const tick = element('span', { class: 'tick', 'aria-hidden': 'true' }, String(position));
  let asking = false;
  const ask = async (): Promise<void> => {
    if (asking) return;
    asking = true;
    try {
      const { text: came, done } = await progress(since);
      state.textContent = came;
      if (done) {
        card.classList.add('done');
        tick.textContent = '✓';
      }
    } catch {
      // The page says already that the simulator does not answer.
    } finally {
      asking = false;
    }
  };
  const buttons = actions.map(({ label, request }, index) =>
    action(context, {
      label,
      kind: index === 0 ? 'primary' : 'quiet',
      request: () => request,
      done: () => {
        since[index] = Date.now();
        void ask();
        return undefined;
      },
    }),
  );
  context.scope.every(1000, () => void ask());
  void ask();
  card.append(
    element('h3', {}, tick, ` ${title}`),
    element('p', {}, text),
    ...buttons,
    state,
    element('a', { href: link.hash }, link.label),
  );
  return card;
}
