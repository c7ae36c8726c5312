/** One endpoint in the sidebar. Its elements stay, so that nothing folds or loses the focus while values change. */
import type { EndpointReport } from '../protocol/live-report.ts';
import { refusalText } from './refusal.ts';
import { age, reported, text } from './validators.ts';

type Action = 'pause' | 'resume' | 'reconnect' | 'discard';

const icons = { pause: 'fa-pause', resume: 'fa-play', reconnect: 'fa-refresh', discard: 'fa-trash' } as const;

export class EndpointCard {
  readonly element = document.createElement('section');
  readonly #id: string;
  readonly #title = document.createElement('a');
  readonly #state = document.createElement('span');
  readonly #facts = document.createElement('dl');
  readonly #fact = new Map<string, HTMLElement>();
  readonly #buttons = document.createElement('div');
  readonly #button = new Map<Action, HTMLButtonElement>();
  readonly #said = document.createElement('p');
  readonly #errors = new FoldedList('errors');
  readonly #observed = new FoldedList('observed');
  readonly #commands = new FoldedList('commands');
  #samples = 0;

  /**
   * @param id with which the endpoint runs
   * @param nodeId of its node in the editor
   */
  constructor(id: string, nodeId: string) {
    this.#id = id;
    const head = document.createElement('h4');
    this.#title.href = '#';
    this.#title.addEventListener('click', (event) => {
      event.preventDefault();
      // Those that are deleted have no dialog.
      if (RED.nodes.node(nodeId)) RED.editor.editConfig('', 'kaa-endpoint', nodeId);
    });
    head.append(this.#title);
    for (const name of ['server', 'roundTrips', 'requests', 'backlog', 'endpoints']) this.#addFact(name);
    for (const action of ['pause', 'resume', 'reconnect', 'discard'] as const) this.#addButton(action);
    this.#said.setAttribute('role', 'status');
    this.#said.hidden = true;
    this.element.className = 'kaa-endpoint';
    this.element.append(head, this.#state, this.#facts, this.#buttons, this.#said);
    this.element.append(this.#errors.element, this.#observed.element, this.#commands.element);
  }

  /** @param report undefined where no deployed node uses the endpoint */
  show(title: string, report: EndpointReport | undefined): void {
    setText(this.#title, title);
    this.element.dataset['state'] = report?.state ?? 'unused';
    const state = text(`sidebar.state.${report?.state ?? 'unused'}`);
    setText(this.#state, report?.reason === undefined ? state : `${state}: ${reported(report.reason)}`);
    this.#facts.hidden = report === undefined;
    this.#buttons.hidden = report === undefined || !RED.user.hasPermission('flows.write');
    if (report === undefined) {
      for (const list of [this.#errors, this.#observed, this.#commands]) list.show(0, []);
      return;
    }
    this.#showFacts(report);
    const { backlog, errors, observed, commands } = report;
    this.#samples = backlog.samples;
    // The one that appears first: it takes the focus of the one that goes.
    const [appears, goes] = backlog.held ? (['resume', 'pause'] as const) : (['pause', 'resume'] as const);
    this.#show(appears, true);
    this.#show(goes, false);
    this.#show('discard', backlog.samples > 0);
    this.#errors.show(
      errors.length,
      errors.map(({ at, text: words, count }) => `${timeOf(at)} ${reported(words)}${count > 1 ? ` (${count} ×)` : ''}`),
    );
    this.#observed.show(
      observed.count,
      observed.list.map(({ resource, endpoints }) =>
        endpoints > 1 ? `${resource} (${text('sidebar.endpointCount', { count: endpoints })})` : resource,
      ),
    );
    this.#commands.show(
      commands.count,
      commands.list.map(({ type, id, askedAt }) => `${type} ${id}, ${age(askedAt)}`),
    );
  }

  #showFacts({ server, roundTrips, inFlight, waiting, backlog, endpoints }: EndpointReport): void {
    this.#setFact('server', server);
    const times = roundTrips && {
      median: Math.round(roundTrips.median),
      slowest: Math.round(roundTrips.slowest),
      last: Math.round(roundTrips.last),
    };
    this.#setFact('roundTrips', times && text('sidebar.roundTrips', times));
    this.#setFact('requests', text('sidebar.requests', { inFlight, waiting }));
    const { samples, oldestAt, held, trouble } = backlog;
    const waits =
      oldestAt === undefined ? text('sidebar.noBacklog') : text('sidebar.backlog', { samples, age: age(oldestAt) });
    const why = held ? text('sidebar.held') : trouble && reported(trouble);
    this.#setFact('backlog', why === undefined ? waits : `${waits}. ${why}`);
    this.#setFact('endpoints', endpoints > 1 ? String(endpoints) : undefined);
  }

  #addFact(name: string): void {
    const row = document.createElement('div');
    const [term, value] = [document.createElement('dt'), document.createElement('dd')];
    term.textContent = text(`sidebar.fact.${name}`);
    row.append(term, value);
    this.#facts.append(row);
    this.#fact.set(name, value);
  }

  /** A fact that is not known has no row. */
  #setFact(name: string, value: string | undefined): void {
    const element = this.#fact.get(name);
    if (element === undefined) return;
    setText(element, value ?? '');
    if (element.parentElement !== null) element.parentElement.hidden = value === undefined;
  }

  #addButton(action: Action): void {
    const button = document.createElement('button');
    button.type = 'button';
    button.className = 'red-ui-button red-ui-button-small';
    button.dataset['action'] = action;
    const icon = document.createElement('i');
    icon.className = `fa ${icons[action]}`;
    icon.ariaHidden = 'true';
    button.append(icon, ` ${text(`sidebar.action.${action}`)}`);
    button.addEventListener('click', () => {
      if (action === 'discard') this.#confirmDiscard();
      else this.#do(action);
    });
    this.#button.set(action, button);
    this.#buttons.append(button);
  }

  #show(action: Action, visible: boolean): void {
    const button = this.#button.get(action);
    if (button === undefined || button.hidden === !visible) return;
    const hadFocus = document.activeElement === button;
    button.hidden = !visible;
    // Who pressed it by keyboard goes on from the one in its place.
    if (hadFocus) this.#buttons.querySelector<HTMLElement>('button:not([hidden])')?.focus();
  }

  #confirmDiscard(): void {
    const close = (): void => notification.close();
    const confirmed = (): void => {
      close();
      this.#do('discard');
    };
    // As an element: of a text the editor would make HTML, and names come from whoever made the flow.
    const question = document.createElement('p');
    question.textContent = text('sidebar.confirmDiscard', {
      samples: this.#samples,
      name: this.#title.textContent ?? '',
    });
    const notification = RED.notify(question, {
      type: 'warning',
      modal: true,
      fixed: true,
      buttons: [
        { text: text('sidebar.keep'), click: close },
        { text: text('sidebar.action.discard'), class: 'primary', click: confirmed },
      ],
    });
  }

  #do(action: Action): void {
    this.#said.hidden = true;
    $.ajax({
      url: `kaa/endpoints/${encodeURIComponent(this.#id)}/${action}`,
      method: 'POST',
      contentType: 'application/json',
      data: '{}',
      dataType: 'text',
      success: (answer) => {
        const { discarded } = JSON.parse(answer) as { readonly discarded?: number };
        if (discarded !== undefined) this.#say(text('sidebar.discarded', { samples: discarded }));
      },
      error: (refusal) => {
        const texts = { notAllowed: text('sidebar.notAllowed'), noAnswer: text('sidebar.failed') };
        this.#say(refusalText(refusal, texts));
      },
    });
  }

  #say(what: string): void {
    this.#said.textContent = what;
    this.#said.hidden = false;
  }
}

/** A list with its length in the summary; there is none where it is empty. */
class FoldedList {
  readonly element = document.createElement('details');
  readonly #summary = document.createElement('summary');
  readonly #list = document.createElement('ul');
  readonly #name: string;
  #shown = '';

  constructor(name: string) {
    this.#name = name;
    this.element.append(this.#summary, this.#list);
    this.element.hidden = true;
  }

  show(count: number, lines: readonly string[]): void {
    const shown = JSON.stringify([count, lines]);
    if (shown === this.#shown) return;
    this.#shown = shown;
    this.element.hidden = count === 0;
    setText(this.#summary, text(`sidebar.list.${this.#name}`, { count }));
    const items = lines.map((line) => {
      const item = document.createElement('li');
      item.textContent = line;
      return item;
    });
    this.#list.replaceChildren(...items);
  }
}

function setText(element: HTMLElement, value: string): void {
  if (element.textContent !== value) element.textContent = value;
}

function timeOf(at: number): string {
  return new Date(at).toLocaleTimeString();
}
