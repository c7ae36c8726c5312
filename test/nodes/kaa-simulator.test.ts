import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { startSimulator } from '../../src/simulator/simulator.ts';
import { EditorView } from '../support/editor-view.ts';
import { freePort } from '../support/mosquitto.ts';
import { type FlowNode, NodeRed, runtimes } from '../support/node-red.ts';
import { until } from '../support/until.ts';

for (const runtime of runtimes) {
  describe(`kaa-simulator in Node-RED ${runtime.version}`, () => {
    let nodeRed: NodeRed;
    let view: EditorView;
    let mqttPort: number;
    let httpPort: number;

    before(async function install() {
      this.timeout(120_000);
      nodeRed = await NodeRed.start(runtime);
    });

    after(() => nodeRed.remove());

    beforeEach(async () => {
      [mqttPort, httpPort] = [await freePort(), await freePort()];
      view = await EditorView.open(nodeRed.url);
    });

    afterEach(async () => {
      view.close();
      await nodeRed.deploy([]);
    });

    function simulatorNode(properties: object = {}, id = 'simulator'): FlowNode {
      const ports = { mqttPort: String(mqttPort), httpPort: String(httpPort) };
      return { id, type: 'kaa-simulator', z: 'tab', x: 0, y: 0, ...ports, ...properties, wires: [] };
    }

    /** A flow that sends a sample every tenth of a second. */
    function deviceNodes(): FlowNode[] {
      const url = `mqtt://127.0.0.1:${mqttPort}`;
      return [
        { id: 'endpoint', type: 'kaa-endpoint', url, appVersion: 'v1', credentials: { token: 'flow-secret' } },
        {
          id: 'inject',
          type: 'inject',
          z: 'tab',
          x: 0,
          y: 0,
          props: [{ p: 'payload', v: '1', vt: 'num' }],
          repeat: '0.1',
          once: true,
          wires: [['telemetry']],
        },
        { id: 'telemetry', type: 'kaa-telemetry', z: 'tab', x: 0, y: 0, endpoint: 'endpoint', wires: [[]] },
      ];
    }

    const tab: FlowNode = { id: 'tab', type: 'tab', label: 'Flow' };
    const lastStatus = (id = 'simulator'): string => view.statuses(id).at(-1) ?? '';
    const running = (connected: number): string =>
      `mqtt://127.0.0.1:${mqttPort} · http://127.0.0.1:${httpPort} · ${connected} connected`;
    const api = (path: string): string => `http://127.0.0.1:${httpPort}/api/v1/${path}`;
    const getJson = async (path: string): Promise<unknown> => (await fetch(api(path))).json();
    const count = async (): Promise<number> =>
      fetch(api('endpoints/flow-secret/telemetry/count')).then(
        async (response) => ((await response.json()) as { count: number }).count,
        () => 0,
      );
    const answers = async (): Promise<boolean> =>
      fetch(api('simulator')).then(
        ({ ok }) => ok,
        () => false,
      );

    it('answers the endpoints of the same flow, and shows its addresses and how many are connected', async () => {
      await nodeRed.deploy([tab, simulatorNode(), ...deviceNodes()]);
      await until(async () => (await count()) > 2);
      await until(() => lastStatus() === running(1));
    });

    it('goes on over a deploy that does not change it, and ends when it is deleted', async () => {
      await nodeRed.deploy([tab, simulatorNode(), ...deviceNodes()]);
      await until(async () => (await count()) > 2);
      const [{ connection }] = (await getJson('endpoints')) as [{ connection: string }];
      await nodeRed.deploy([tab, simulatorNode({ name: 'renamed' }), ...deviceNodes()]);
      const before = await count();
      assert.ok(before > 2);
      await until(async () => (await count()) > before + 2);
      assert.equal(((await getJson('endpoints')) as [{ connection: string }])[0].connection, connection);
      await nodeRed.deploy([tab, ...deviceNodes()]);
      await until(async () => !(await answers()));
    });

    it('does not keep Node-RED from stopping', async () => {
      await nodeRed.deploy([tab, simulatorNode(), ...deviceNodes()]);
      await until(async () => (await count()) > 0);
      assert.ok((await nodeRed.stop()) < 4000);
      assert.equal(await answers(), false);
      await nodeRed.run();
    });

    // What follows does not differ between the versions of Node-RED.
    if (runtime.version !== '5') return;

    it('starts anew with other settings, on the same ports and on others', async () => {
      await nodeRed.deploy([tab, simulatorNode()]);
      await until(answers);
      await nodeRed.deploy([tab, simulatorNode({ mode: 'broker' })]);
      const mode = async (): Promise<unknown> =>
        getJson('simulator').then(
          (simulator) => (simulator as { mode: string }).mode,
          // Between the old one and the new one nothing listens.
          () => undefined,
        );
      await until(async () => (await mode()) === 'broker');
      const [oldPort, newPort] = [httpPort, await freePort()];
      await nodeRed.deploy([tab, simulatorNode({ httpPort: String(newPort) })]);
      httpPort = newPort;
      await until(answers);
      httpPort = oldPort;
      assert.equal(await answers(), false);
    });

    it('is shared by nodes with equal ports, until the last of them is gone', async () => {
      await nodeRed.deploy([tab, simulatorNode(), simulatorNode({}, 'another')]);
      await until(() => lastStatus() === running(0) && lastStatus('another') === running(0));
      await nodeRed.deploy([tab, simulatorNode({}, 'another')]);
      assert.equal(await answers(), true);
      await nodeRed.deploy([tab]);
      await until(async () => !(await answers()));
    });

    it('waits for its ports where another node has them with other settings, and says so', async () => {
      const other = simulatorNode({ mode: 'broker' }, 'another');
      await nodeRed.deploy([tab, simulatorNode()]);
      await nodeRed.deploy([tab, simulatorNode(), other]);
      await until(() => /other settings/.test(lastStatus('another')));
      assert.equal(lastStatus(), running(0));
      await nodeRed.deploy([tab, other], 'nodes');
      await until(() => lastStatus('another') === running(0));
      assert.equal(((await getJson('simulator')) as { mode: string }).mode, 'broker');
    });

    it('does not share the state file of another node', async () => {
      const ports = { mqttPort: String(await freePort()), httpPort: String(await freePort()) };
      const stateFile = 'shared.json';
      await nodeRed.deploy([tab, simulatorNode({ stateFile }), simulatorNode({ stateFile, ...ports }, 'another')]);
      await until(() => /state file/.test(lastStatus('another')));
      await until(() => lastStatus() === running(0));
    });

    it('uses the simulator of another program on its ports, and takes over when that ends', async () => {
      const other = await startSimulator({ mqttPort, httpPort });
      try {
        await nodeRed.deploy([tab, simulatorNode(), ...deviceNodes()]);
        await until(() => lastStatus() === `${running(1)} (runs elsewhere)`);
        assert.ok(other.platform.endpoints.find('flow-secret'));
      } finally {
        await other.close();
      }
      await until(() => lastStatus() === running(1));
      await until(async () => (await count()) > 0);
    });

    it('says that something else has its port, and starts when that has ended', async () => {
      const stranger = createServer().listen(mqttPort, '127.0.0.1');
      await once(stranger, 'listening');
      try {
        await nodeRed.deploy([tab, simulatorNode()]);
        await until(() => lastStatus() === `Port ${mqttPort} is in use. Choose another one here and in the endpoint.`);
        assert.equal(await answers(), false);
      } finally {
        stranger.close();
      }
      await until(() => lastStatus() === running(0));
    });

    it('keeps its state in a file of the user directory', async () => {
      const keeping = [tab, simulatorNode({ stateFile: 'kaa.json' })];
      await nodeRed.deploy(keeping);
      await until(answers);
      await fetch(api('endpoints/tank/metadata'), { method: 'PUT', body: '{"volume":3}' });
      await nodeRed.deploy([tab]);
      assert.match(await readFile(join(nodeRed.userDirectory, 'kaa.json'), 'utf8'), /"volume":3/);
      await nodeRed.deploy(keeping);
      await until(answers);
      assert.deepEqual(await getJson('endpoints/tank/metadata'), { volume: 3 });
    });

    it('takes its ports from the environment, and says which ones are none', async () => {
      const environment = [
        { name: 'MQTT_PORT', value: String(mqttPort), type: 'str' },
        { name: 'HTTP_PORT', value: String(httpPort), type: 'str' },
      ];
      const node = simulatorNode({ mqttPort: '${MQTT_PORT}', httpPort: '${HTTP_PORT}' });
      await nodeRed.deploy([{ ...tab, env: environment }, node, simulatorNode({ mqttPort: '70000' }, 'wrong')]);
      await until(() => lastStatus() === running(0));
      await until(() => /mqttPort.*from 1 to 65535/.test(lastStatus('wrong')));
    });

    it('demands the login that it was given of MQTT clients', async () => {
      const credentials = { username: 'user', password: 'pass' };
      const [endpoint, ...device] = deviceNodes();
      const withLogin = { ...endpoint, credentials: { token: 'flow-secret', ...credentials } } as FlowNode;
      await nodeRed.deploy([tab, simulatorNode({ credentials }), withLogin, ...device]);
      await until(async () => (await count()) > 0);
      await nodeRed.deploy([
        tab,
        simulatorNode({ credentials }),
        { ...withLogin, credentials: { token: 'flow-secret', username: 'user', password: 'wrong' } },
        ...device,
      ]);
      await until(() => view.statuses('telemetry').includes('login refused'));
    });
  });
}
