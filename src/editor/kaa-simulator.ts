/** Edit dialog of the kaa-simulator node, and the button that opens its console page. */
import { isLoopback } from '../protocol/loopback.ts';
import { type EditedNode, property } from './edited-node.ts';
import { number, text, type Verdict } from './validators.ts';

export const simulatorValidators = {
  mqttPort: (value: unknown): Verdict => number('mqttPort', value),
  httpPort(this: EditedNode, value: unknown): Verdict {
    const verdict = number('httpPort', value);
    if (verdict !== true || value === '' || String(value) !== String(property(this, 'mqttPort'))) return verdict;
    return text('validation.samePort');
  },
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
  if (url !== undefined) window.open(url, '_blank', 'noopener');
}

export function prepareSimulator(): void {
  const show = (): void => {
    const host = $('#node-input-host').val();
    const url = consoleUrl(host, $('#node-input-httpPort').val());
    $('#kaa-simulator-console')
      .toggle(url !== undefined)
      .attr('href', url ?? '');
    $('#kaa-simulator-open').toggle(!isLoopback(addressOf(host)));
  };
  for (const field of ['host', 'httpPort']) $(`#node-input-${field}`).on('input', show);
  show();
}
