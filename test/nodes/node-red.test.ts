import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import type { Simulator } from '../../src/simulator/simulator.ts';
import { startSimulator } from '../../src/simulator/simulator.ts';
import { type FlowNode, NodeRed, runtimes } from '../support/node-red.ts';
import { until } from '../support/until.ts';

const example = JSON.parse(
  readFileSync(new URL('../../examples/machine-telemetry.json', import.meta.url), 'utf8'),
) as FlowNode[];

/** The example without its simulator, with its endpoint at `url`, with a token. */
function exampleFlow(url: string, endpoint: object = {}): FlowNode[] {
  const nodes = example.filter(({ type }) => type !== 'kaa-simulator');
  return nodes.map((node) =>
    node.type === 'kaa-endpoint' ? { ...node, url, ...endpoint, credentials: { token: 'flow-secret' } } : node,
  );
}

for (const runtime of runtimes) {
  describe(`the package in Node-RED ${runtime.version}`, () => {
    let nodeRed: NodeRed;
    let simulator: Simulator;
    /** Open connections of clients by their client ID. */
    let connections: string[];

    before(async function install() {
      this.timeout(120_000);
      nodeRed = await NodeRed.start(runtime);
    });

    after(async () => {
      await nodeRed.remove();
    });

    beforeEach(async () => {
      simulator = await startSimulator({ mqttPort: 0, httpPort: 0 });
      connections = [];
      simulator.platform.events.subscribe((event) => {
        if (event.kind === 'connect') connections.push(event.clientId);
        if (event.kind === 'disconnect') connections.splice(connections.indexOf(event.clientId), 1);
      });
    });

    afterEach(async () => {
      await nodeRed.deploy([]);
      await simulator.close();
    });

    const count = (): number => simulator.platform.endpoints.find('flow-secret')?.telemetry.count ?? 0;

    for (const [language, label, help] of [
      ['en-US', 'When full', 'A Kaa endpoint: '],
      ['de', 'Wenn voll', 'Ein Kaa-Endpoint: '],
      ['ja', '満杯時', 'Kaaのエンドポイント'],
    ] as const) {
      it(`speaks ${language} to an editor that does`, async () => {
        const catalogues = await (await nodeRed.get(`nodes/messages?lng=${language}`)).text();
        assert.match(catalogues, new RegExp(`"outboxOverflow":"${label}"`));
        const pages = await fetch(`${nodeRed.url}/nodes`, {
          headers: { accept: 'text/html', 'accept-language': language },
        });
        assert.ok((await pages.text()).includes(help), help);
      });
    }

    it('is found in GET /nodes without error', async () => {
      const all = (await (await nodeRed.get('nodes')).json()) as {
        module: string;
        types: string[];
        enabled: boolean;
        err?: string;
      }[];
      const ours = all.filter(({ module }) => module === '@kaa-community/node-red-kaa');
      assert.deepEqual(ours.flatMap(({ types }) => types).toSorted(), [
        'kaa-blob-token',
        'kaa-command',
        'kaa-config',
        'kaa-endpoint',
        'kaa-metadata',
        'kaa-ota',
        'kaa-simulator',
        'kaa-telemetry',
      ]);
      for (const { err, enabled } of ours) assert.deepEqual([err, enabled], [undefined, true]);
    });

    it('serves dialogs, catalogues, help, icons, editor scripts and examples', async () => {
      const html = await (await nodeRed.get('nodes', 'text/html')).text();
      assert.match(html, /registerType\('kaa-telemetry'/);
      assert.match(html, /data-help-name="kaa-telemetry"/);
      const catalogues = (await (await nodeRed.get('nodes/messages?lng=en-US')).json()) as Record<string, object>;
      assert.ok(catalogues['@kaa-community/node-red-kaa/kaa-telemetry']);
      for (const path of [
        'icons/@kaa-community/node-red-kaa/kaa-telemetry.svg',
        'resources/@kaa-community/node-red-kaa/editor/kaa.js',
        'resources/@kaa-community/node-red-kaa/protocol/names.js',
        'library/examples/flows/@kaa-community/node-red-kaa/machine-telemetry',
      ]) {
        assert.equal((await nodeRed.get(path)).status, 200, path);
      }
    });

    it('runs the example: real measurements of this machine arrive, confirmed', async () => {
      await nodeRed.deploy(exampleFlow(simulator.mqttUrl));
      await until(() => count() >= 2);
      const [latest] = simulator.platform.endpoints.find('flow-secret')?.telemetry.page(1) ?? [];
      assert.ok(latest?.requestId);
      const { cpuLoadPercent, freeMemoryMB, uptimeSeconds } = latest.sample as Record<string, number>;
      assert.ok(Number(cpuLoadPercent) >= 0 && Number(cpuLoadPercent) <= 100);
      assert.ok(Number(freeMemoryMB) > 0);
      assert.ok(Number(uptimeSeconds) > 0);
    });

    it('three full deploys leave one connection', async () => {
      for (let deploy = 1; deploy <= 3; deploy += 1) {
        const before = count();
        await nodeRed.deploy(exampleFlow(simulator.mqttUrl));
        await until(() => count() > before);
      }
      assert.equal(connections.length, 1);
      assert.match(connections[0] ?? '', /^nodered-[0-9a-f]{15}$/);
    });

    it('a disabled, then deleted endpoint leaves no connection', async () => {
      await nodeRed.deploy(exampleFlow(simulator.mqttUrl));
      await until(() => count() > 0);
      await nodeRed.deploy(exampleFlow(simulator.mqttUrl, { d: true }));
      await until(() => connections.length === 0);
      await nodeRed.deploy([]);
      assert.equal(connections.length, 0);
    });

    it('the token is in no exported flow, no log and no readable file', async () => {
      await nodeRed.deploy(exampleFlow(simulator.mqttUrl));
      await until(() => count() > 0);
      assert.ok(!(await (await nodeRed.get('flows')).text()).includes('flow-secret'));
      assert.ok(!nodeRed.output.includes('flow-secret'));
      for (const file of ['flows.json', 'flows_cred.json']) {
        assert.ok(!readFileSync(`${nodeRed.userDirectory}/${file}`, 'utf8').includes('flow-secret'), file);
      }
    });

    it('a failing connection is in the log once, in words a person can act on', async () => {
      await simulator.close();
      const port = new URL(simulator.mqttUrl).port;
      const before = nodeRed.output.length;
      await nodeRed.deploy(exampleFlow(simulator.mqttUrl));
      const log = (): string => nodeRed.output.slice(before);
      await until(() => log().includes('nothing listens there'));
      // The second attempt follows within two seconds; the simulator tells that it came.
      const server = createServer((socket) => socket.destroy()).listen(Number(port), '127.0.0.1');
      await once(server, 'connection');
      server.close();
      await until(() => log().includes('closed the connection during the login'));
      assert.equal(log().split('nothing listens there').length, 2);
    });

    it('stops within 3 s while the broker hangs', async () => {
      // Accepts the login and then never answers anything again.
      const sockets: Socket[] = [];
      const server = createServer((socket) => {
        sockets.push(socket);
        socket.on('error', () => {});
        socket.once('data', () => {
          socket.write(Buffer.from([0x20, 2, 0, 0]));
          socket.pause();
        });
      }).listen(0, '127.0.0.1');
      await once(server, 'listening');
      try {
        const before = nodeRed.output.length;
        await nodeRed.deploy(exampleFlow(`mqtt://127.0.0.1:${(server.address() as AddressInfo).port}`));
        await until(() => nodeRed.output.slice(before).includes('Connected to'));
        const milliseconds = await nodeRed.stop();
        assert.ok(milliseconds < 3000, `${milliseconds} ms`);
      } finally {
        for (const socket of sockets) socket.destroy();
        server.close();
        await nodeRed.run();
      }
    });

    it('starts again with its flow after a restart', async () => {
      await nodeRed.deploy(exampleFlow(simulator.mqttUrl));
      await until(() => count() > 0);
      await nodeRed.stop();
      await until(() => connections.length === 0);
      const before = count();
      await nodeRed.run();
      await until(() => count() > before);
    });
  });
}
