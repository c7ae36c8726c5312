/** The sidebar tab "Kaa": how each endpoint is, live while the tab is open, and what somebody can do about it. */
import { EndpointCard } from './endpoint-card.ts';
import type { LiveReport, Misuse } from '../protocol/live-report.ts';
import { labelOf, titledEndpoints } from './endpoint-titles.ts';
import { reported, text } from './validators.ts';

/** The topic on Node-RED's channel from the runtime. */
const topic = 'kaa/endpoints';

/** Milliseconds between two words to the runtime that somebody is looking. */
const watchEvery = 5000;

class Sidebar {
  readonly content = document.createElement('div');
  readonly #list = document.createElement('div');
  readonly #empty = document.createElement('p');
  readonly #cards = new Map<string, EndpointCard>();
  readonly #hints = document.createElement('section');
  #shownHints = '[[],[]]';
  #report: LiveReport = { endpoints: [], misuse: [] };
  #watching: number | undefined;
  #asking: 'no' | 'yes' | 'once more' = 'no';
  /** Of the next picture, before which it is drawn again. */
  #frame: number | undefined;
  readonly #news = (): void => this.#ask();

  constructor() {
    this.content.className = 'kaa-sidebar';
    this.#empty.textContent = text('sidebar.empty');
    this.#empty.className = 'kaa-sidebar-empty';
    this.#hints.className = 'kaa-hints';
    this.#hints.hidden = true;
    this.content.append(this.#list, this.#empty, this.#hints);
    new IntersectionObserver((entries) => this.#visible(entries.some(({ isIntersecting }) => isIntersecting))).observe(
      this.content,
    );
    document.addEventListener('visibilitychange', () => this.#visible(this.content.checkVisibility()));
    for (const event of ['nodes:add', 'nodes:remove', 'nodes:change', 'subflows:change', 'deploy']) {
      RED.events.on(event, () => {
        if (this.#watching !== undefined) this.#drawSoon();
      });
    }
  }

  #visible(visible: boolean): void {
    if (!visible || document.hidden) this.#stop();
    else if (this.#watching === undefined) this.#start();
  }

  #start(): void {
    RED.comms.subscribe(topic, this.#news);
    this.#watching = window.setInterval(() => this.#ask(), watchEvery);
    this.#ask();
  }

  #stop(): void {
    if (this.#watching === undefined) return;
    clearInterval(this.#watching);
    this.#watching = undefined;
    RED.comms.unsubscribe(topic, this.#news);
  }

  /** One answer after the other, so that the last one is the newest. */
  #ask(): void {
    if (this.#asking !== 'no') {
      this.#asking = 'once more';
      return;
    }
    this.#asking = 'yes';
    $.ajax({
      url: topic,
      method: 'GET',
      dataType: 'text',
      success: (answer) => {
        this.#report = JSON.parse(answer) as LiveReport;
        this.#show();
      },
      // Node-RED itself says that it is out of reach.
      error: () => undefined,
      complete: () => {
        const again = this.#asking === 'once more' && this.#watching !== undefined;
        this.#asking = 'no';
        if (again) this.#ask();
      },
    });
  }

  /** A flow is loaded node by node. */
  #drawSoon(): void {
    if (this.#frame !== undefined) return;
    this.#frame = requestAnimationFrame(() => {
      this.#frame = undefined;
      this.#show();
    });
  }

  #show(): void {
    const { endpoints, misuse } = this.#report;
    this.#showHints(misuse);
    const known = new Map(endpoints.map((endpoint) => [endpoint.id, endpoint]));
    const titled = titledEndpoints(endpoints);
    for (const [id, card] of this.#cards) {
      if (titled.has(id)) continue;
      card.element.remove();
      this.#cards.delete(id);
    }
    for (const [id, { nodeId, title }] of titled) this.#cardOf(id, nodeId).show(title, known.get(id));
    this.#empty.hidden = titled.size > 0;
  }

  #showHints(misuse: readonly Misuse[]): void {
    const names = misuse.map(({ nodeId }) => nameOf(nodeId));
    const shown = JSON.stringify([misuse, names]);
    if (shown === this.#shownHints) return;
    this.#hints.hidden = misuse.length === 0;
    const heading = document.createElement('h4');
    heading.textContent = text('sidebar.hints', { count: misuse.length });
    const list = document.createElement('ul');
    list.append(...misuse.map(hint));
    this.#hints.replaceChildren(heading, list);
    this.#shownHints = shown;
  }

  #cardOf(id: string, nodeId: string): EndpointCard {
    const known = this.#cards.get(id);
    if (known !== undefined) return known;
    const card = new EndpointCard(id, nodeId);
    this.#cards.set(id, card);
    this.#list.append(card.element);
    return card;
  }
}

/** Its id where somebody else has deployed it, or the flows are not loaded yet. */
function nameOf(nodeId: string): string {
  return labelOf(nodeId) ?? nodeId;
}

function hint({ nodeId, text: words }: Misuse): HTMLElement {
  const [item, link] = [document.createElement('li'), document.createElement('a')];
  link.href = '#';
  link.textContent = nameOf(nodeId);
  link.addEventListener('click', (event) => {
    event.preventDefault();
    RED.view.reveal(nodeId);
  });
  item.append(link, `: ${reported(words)}`);
  return item;
}

export function addSidebar(): void {
  const style = document.createElement('link');
  style.rel = 'stylesheet';
  style.href = new URL('kaa.css', import.meta.url).href;
  document.head.append(style);
  RED.sidebar.addTab({
    id: 'kaa',
    label: text('sidebar.label'),
    name: text('sidebar.name'),
    iconClass: 'fa fa-cloud',
    content: new Sidebar().content,
    enableOnEdit: true,
  });
}
