import assert from 'node:assert/strict';
import { type FlowNode, NodeRed, runtimes } from '../support/node-red.ts';
import { until } from '../support/until.ts';

const texts = {
  'kaa-endpoint': {
    error: {
      message: { invalid: 'Ongeldige __subject__: __problems__' },
      reason: { emptyArray: 'is leeg' },
      config: { noEndpoint: 'Er is geen kaa-endpoint gekozen.' },
    },
  },
};

/** Adds a catalogue to the package before Node-RED loads it. */
const addCatalogue = `
  const { mkdirSync, writeFileSync } = require('node:fs');
  const folder = __dirname + '/node_modules/@kaa-community/node-red-kaa/dist/nodes/locales/nl';
  mkdirSync(folder, { recursive: true });
  writeFileSync(folder + '/kaa-endpoint.json', ${JSON.stringify(JSON.stringify(texts))});`;

const place = { z: 'tab', x: 0, y: 0 };

/** A telemetry node that is reached over HTTP, and answers with what Catch gets. */
function telemetry(id: string, endpoint: string): readonly FlowNode[] {
  return [
    { ...place, id: `in-${id}`, type: 'http in', url: `/${id}`, method: 'post', wires: [[id]] },
    { ...place, id, type: 'kaa-telemetry', endpoint, wires: [[]] },
  ];
}

const flow: readonly FlowNode[] = [
  { id: 'tab', type: 'tab' },
  {
    id: 'endpoint',
    type: 'kaa-endpoint',
    url: 'mqtt://127.0.0.1:9',
    appVersion: 'app-v1',
    credentials: { token: 'secret' },
  },
  ...telemetry('invalid', 'endpoint'),
  ...telemetry('unset', ''),
  { ...place, id: 'catch', type: 'catch', scope: null, wires: [['answer']] },
  {
    ...place,
    id: 'answer',
    type: 'function',
    func: 'return { ...msg, payload: msg.error.message };',
    wires: [['out']],
  },
  { ...place, id: 'out', type: 'http response', wires: [] },
];

for (const runtime of runtimes) {
  describe(`errors in another language, in Node-RED ${runtime.version}`, function () {
    this.timeout(120_000);
    let nodeRed: NodeRed;

    async function post(path: string): Promise<Response> {
      const headers = { 'content-type': 'application/json' };
      return fetch(`${nodeRed.url}/${path}`, { method: 'POST', headers, body: '[]' });
    }

    before(async () => {
      nodeRed = await NodeRed.start(runtime, { inside: "lang: 'nl',", behind: addCatalogue });
      await nodeRed.deploy(flow);
      // The flows start behind the answer to the deploy.
      await until(async () => (await post('unset')).status !== 404);
    });

    after(async () => {
      await nodeRed.stop();
      await nodeRed.remove();
    });

    it('Catch gets the message of a message that failed, reasons included', async () => {
      assert.equal(await (await post('invalid')).text(), 'KaaError: Ongeldige payload: is leeg');
    });

    it('the log has the message of a node that cannot work', async () => {
      await until(() => nodeRed.output.includes('[kaa-telemetry:unset] Er is geen kaa-endpoint gekozen.'));
    });

    it('Catch gets the message of a node that cannot work', async () => {
      assert.equal(await (await post('unset')).text(), 'KaaError: Er is geen kaa-endpoint gekozen.');
    });
  });
}
