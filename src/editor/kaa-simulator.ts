/** Edit dialog of the kaa-simulator node, and the button that opens its console page. */
import { choices } from '../protocol/choices.ts';
import { isLoopback } from '../protocol/loopback.ts';
import { type EditedNode, isEdited, property } from './edited-node.ts';
import { openWrongGroups } from './groups.ts';
import { showPresentVersion } from './saved-node.ts';
import { choice, isEmpty, number, password, shortText, text, type Verdict } from './validators.ts';

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

/** An empty one means the default. */
function addressOf(host: unknown): string {
  return String(host === '' ? '127.0.0.1' : host);
}

/** Where this browser finds the console page; undefined where only the runtime knows the port or the address. */
function consoleUrl(host: unknown, httpPort: unknown): string | undefined {
  const port = String(httpPort === '' ? '1884' : httpPort);
  const address = addressOf(host);
  if (!/^\d+$/.test(port) || address.includes('${')) return undefined;
  // What listens everywhere also listens where the editor was found.
  const reachable = address === '0.0.0.0' || address === '::' ? window.location.hostname : address;
  return `http://${reachable.includes(':') && !reachable.startsWith('[') ? `[${reachable}]` : reachable}:${port}/`;
}

/** The button at the node: what is deployed decides, not what an open dialog holds. */
export function openConsole({ host, httpPort }: EditedNode): void {
  const url = consoleUrl(host, httpPort);
  if (url === undefined) return;
  if (isReachable(url)) {
    window.open(url, '_blank', 'noopener');
    return;
  }
  const words = document.createElement('p');
  words.textContent = text('simulator.consoleLocal', { url });
  RED.notify(words, { type: 'warning' });
}

/** Whether this browser may find it: what listens on a machine's own address only is found on that machine only. */
function isReachable(url: string): boolean {
  return !isLoopback(new URL(url).hostname) || isLoopback(window.location.hostname);
}

export function prepareSimulator(node: EditedNode): void {
  showPresentVersion(node);
  openWrongGroups(node);
  const show = (): void => {
    const host = $('#node-input-host').val();
    const url = consoleUrl(host, $('#node-input-httpPort').val());
    $('#kaa-simulator-console')
      .toggle(url !== undefined && isReachable(url))
      .attr('href', url ?? '');
    $('#kaa-simulator-open').toggle(!isLoopback(addressOf(host)));
  };
  for (const field of ['host', 'httpPort']) $(`#node-input-${field}`).on('input', show);
  show();
}
