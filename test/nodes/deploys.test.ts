import assert from 'node:assert/strict';
import { setTimeout as pause } from 'node:timers/promises';
import { type Simulator, startSimulator } from '../../src/simulator/simulator.ts';
import { ControlApi } from '../conformance/control-api.ts';
import { Link } from '../support/link.ts';
import { type FlowNode, NodeRed, runtimes } from '../support/node-red.ts';
import { until } from '../support/until.ts';

const token = 'own-secret';

const place = { z: 'tab', x: 0, y: 0 };

const answerCode = `
  const seen = global.get('seen') ?? [];
  seen.push(msg.commandId);
  global.set('seen', seen);
  return msg;`;

function code(id: string, func: string, next: string): FlowNode {
  return { ...place, id, type: 'function', func, outputs: 1, wires: [[next]] };
}

/** Commands are counted in the global context and answered. */
function flow(url: string, endpoint: Record<string, unknown> = {}, receive: Record<string, unknown> = {}): FlowNode[] {
  const own = { url, appVersion: 'v1', requestTimeout: '2', credentials: { token } };
  const ofEndpoint = { ...place, type: 'kaa-command', endpoint: 'endpoint' };
  return [
    { id: 'tab', type: 'tab' },
    { id: 'endpoint', type: 'kaa-endpoint', ...own, ...endpoint },
    { ...ofEndpoint, id: 'receive', mode: 'receive', commandType: 'run', wires: [['count']], ...receive },
    code('count', answerCode, 'respond'),
    { ...ofEndpoint, id: 'respond', mode: 'respond', wires: [[]] },
    { ...place, id: 'in', type: 'http in', url: '/seen', method: 'get', wires: [['tell']] },
    code('tell', `msg.payload = global.get('seen') ?? []; return msg;`, 'answer'),
    { ...place, id: 'answer', type: 'http response', wires: [] },
  ];
}

for (const runtime of runtimes) {
  describe(`deploys in Node-RED ${runtime.version}`, () => {
    let nodeRed: NodeRed;
    let simulator: Simulator;
    let link: Link;
    let kaa: ControlApi;

    before(async function install() {
      this.timeout(120_000);
      nodeRed = await NodeRed.start(runtime, {
        inside: 'runtimeState: { enabled: true, ui: true }',
      });
    });

    after(() => nodeRed.remove());

    beforeEach(async () => {
      simulator = await startSimulator({ mqttPort: 0, httpPort: 0, confirmResults: true });
      link = await Link.to(simulator.mqttUrl);
      kaa = new ControlApi(`${simulator.httpUrl}/api/v1/endpoints/${token}`);
      await nodeRed.deploy(flow(link.url));
      await connected(1);
    });

    afterEach(async () => {
      await nodeRed.deploy([]);
      await until(() => link.open === 0);
      await link.cut();
      await simulator.close();
    });

    async function connected(opened: number): Promise<void> {
      await until(() => link.opened === opened && link.open === 1);
    }

    async function running(): Promise<readonly number[]> {
      for (;;) {
        const response = await fetch(`${nodeRed.url}/seen`);
        if (response.ok) return (await response.json()) as readonly number[];
      }
    }

    /** Sends a command; with a TTL of 0 it is pushed once and never again. */
    function send(ttl: number): Promise<number> {
      return kaa.command('run', {}, ttl);
    }

    async function arrived(ids: readonly number[]): Promise<void> {
      const seen = new Set<number>();
      while (!ids.every((id) => seen.has(id))) for (const id of await running()) seen.add(id);
      const all = await running();
      assert.deepEqual(
        ids.map((id) => all.filter((other) => other === id).length),
        ids.map(() => 1),
      );
    }

    for (const type of ['full', 'nodes', 'flows'] as const) {
      it(`a deploy (${type}) with an unchanged endpoint keeps the connection, and no command is lost or run twice`, async () => {
        await arrived([await send(60)]);
        const ids: number[] = [];
        const deployed = new AbortController();
        // Pushed once each: whatever comes between the old nodes and the new ones has to wait.
        const sending = (async () => {
          while (!deployed.signal.aborted) {
            ids.push(await send(0));
            await pause(10);
          }
        })();
        for (let round = 0; round < 3; round += 1) {
          await nodeRed.deploy(flow(link.url, {}, { name: `round ${round}` }), type);
          await running();
        }
        deployed.abort();
        await sending;
        await arrived(ids);
        assert.deepEqual([link.opened, link.open], [1, 1]);
      });
    }

    it('a node of the endpoint that is replaced by another keeps the connection', async () => {
      await nodeRed.deploy(flow(link.url, {}, { id: 'another' }), 'nodes');
      await arrived([await send(60)]);
      assert.deepEqual([link.opened, link.open], [1, 1]);
    });

    it('endpoints that messages named are received for over a deploy', async () => {
      const inject = { ...place, id: 'join', type: 'http in', url: '/join', method: 'get', wires: [['named']] };
      const named = code('named', `msg.action = 'observe'; msg.token = 'press-secret'; return [msg, msg];`, 'receive');
      const joining = { ...named, outputs: 2, wires: [['receive'], ['answer']] };
      const withJoin = (name: string): FlowNode[] => [...flow(link.url, {}, { dynamic: true, name }), inject, joining];
      await nodeRed.deploy(withJoin('one'));
      await running();
      await fetch(`${nodeRed.url}/join`);
      const press = new ControlApi(`${simulator.httpUrl}/api/v1/endpoints/press-secret`);
      await arrived([await press.command('run', {}, 60)]);
      await nodeRed.deploy(withJoin('two'));
      await arrived([await press.command('run', {}, 60)]);
    });

    it('changed options end the old connection, and the new one receives', async () => {
      await nodeRed.deploy(flow(link.url, { keepalive: '20' }));
      await connected(2);
      await arrived([await send(60)]);
      assert.equal(link.open, 1);
    });

    for (const [what, change] of [
      ['a deleted endpoint', () => nodeRed.deploy(flow('mqtt://x').filter(({ type }) => type !== 'kaa-endpoint'))],
      ['a disabled endpoint', () => nodeRed.deploy(flow(link.url, { d: true }))],
      ['an endpoint without nodes', () => nodeRed.deploy(flow(link.url).filter(({ type }) => type !== 'kaa-command'))],
      [
        'a disabled tab',
        () => nodeRed.deploy(flow(link.url).map((node) => (node.type === 'tab' ? { ...node, disabled: true } : node))),
      ],
    ] as const) {
      it(`${what} ends its connection within 2 s`, async () => {
        const started = performance.now();
        await change();
        await until(() => link.open === 0);
        assert.ok(performance.now() - started < 3000);
        assert.equal(link.opened, 1);
      });
    }

    it('two endpoints that speak for one token at the same server are told of', async () => {
      const second = { id: 'second', name: 'Second', type: 'kaa-endpoint', url: link.url, appVersion: 'v1' };
      const node = { ...place, id: 'other', type: 'kaa-metadata', endpoint: 'second', wires: [[]] };
      await nodeRed.deploy([...flow(link.url), { ...second, credentials: { token } }, node]);
      await until(() => /Second|endpoint/.test(nodeRed.output) && /same endpoint token/.test(nodeRed.output));
      assert.doesNotMatch(nodeRed.output, new RegExp(token));
    });

    it('stopped flows end the connection within 2 s, and started ones connect again', async () => {
      const state = (name: string): Promise<Response> =>
        fetch(`${nodeRed.url}/flows/state`, {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify({ state: name }),
        });
      const started = performance.now();
      await state('stop');
      // The answer and the end of the connection come on different ways.
      await until(() => link.open === 0);
      assert.ok(performance.now() - started < 3000);
      await state('start');
      await connected(2);
    });

    it('Node-RED ends with its connection closed', async () => {
      await nodeRed.stop();
      await until(() => link.open === 0);
      await nodeRed.run();
      await connected(2);
    });

    // What follows takes seconds, and does not differ between the versions of Node-RED.
    if (runtime.version !== '5') return;

    it('flows with a missing type end the connection after a few seconds', async () => {
      await nodeRed.deploy([...flow(link.url), { ...place, id: 'missing', type: 'missing-type', wires: [] }]);
      assert.equal(link.open, 1);
      await until(() => link.open === 0);
      await nodeRed.deploy(flow(link.url));
      await connected(2);
    });
  });
}
