/** Edit dialog of the kaa-simulator node, and the button that opens its console page. */
import { choices } from '../protocol/choices.ts';
import { isLoopback } from '../protocol/loopback.ts';
import { type ConsolePage, consolePage, listenAddress } from './console-page.ts';
import { asText, type EditedNode, isEdited, property } from './edited-node.ts';
import { openWrongGroups } from './groups.ts';
import { showPresentVersion } from './saved-node.ts';
import { choice, isEmpty, number, password, shortText, text, type Verdict } from './validators.ts';

const catalogue = '@kaa-community/node-red-kaa/kaa-simulator:kaa-simulator';

export const simulatorValidators = {
  mqttPort: (value: unknown): Verdict => number('mqttPort', value),
  httpPort(value: unknown, node: EditedNode): Verdict {
    const verdict = number('httpPort', value);
    if (verdict !== true || isEmpty(value) || String(value) !== String(property(node, 'mqttPort'))) return verdict;
    return text('validation.samePort');
  },
  host: (value: unknown): Verdict => isEmpty(value) || /^[^\s/@]+$/.test(String(value)) || text('validation.address'),
  mode: (value: unknown): Verdict => choice(choices['kaa-simulator'].mode, value),
  stateFile: (value: unknown): Verdict => shortText(value),
  username: (value: unknown): Verdict => shortText(value),
  /** Outside of the dialog the editor does not know the user name. */
  password: (value: unknown, node: EditedNode): Verdict =>
    !isEdited(node) || password(value, property(node, 'username')),
};

/** Of the simulator that a node or its dialog describes. */
function consoleOf(host: unknown, httpPort: unknown): ConsolePage {
  return consolePage(asText(host), asText(httpPort), window.location.hostname);
}

/** What is said where no link leads to the console page. */
function hintOf(page: ConsolePage): string {
  return page.url === undefined ? RED._(`${catalogue}.console.${page.reason}`) : '';
}

/** The button at the node: what is deployed decides, not what an open dialog holds. */
export function openConsole({ host, httpPort }: EditedNode): void {
  const page = consoleOf(host, httpPort);
  if (page.url === undefined) RED.notify(hintOf(page), { type: 'warning', timeout: 10_000 });
  else window.open(page.url, '_blank', 'noopener');
}

export function prepareSimulator(node: EditedNode): void {
  showPresentVersion(node);
  openWrongGroups(node);
  const show = (): void => {
    const host = asText($('#node-input-host').val());
    const page = consoleOf(host, $('#node-input-httpPort').val());
    $('#kaa-simulator-console')
      .toggle(page.url !== undefined)
      .attr('href', page.url ?? '');
    $('#kaa-simulator-console-hint')
      .toggle(page.url === undefined)
      .text(hintOf(page));
    $('#kaa-simulator-open').toggle(!isLoopback(listenAddress(host)));
  };
  for (const field of ['host', 'httpPort']) $(`#node-input-${field}`).on('input', show);
  show();
}
