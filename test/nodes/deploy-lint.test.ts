import assert from 'node:assert/strict';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { freePort } from '../support/mosquitto.ts';
import { type FlowNode, NodeRed, runtimes } from '../support/node-red.ts';
import { until } from '../support/until.ts';

const place = { z: 'tab', x: 0, y: 0, endpoint: 'endpoint' };

const respond: FlowNode = { ...place, id: 'respond', type: 'kaa-command', mode: 'respond', wires: [[]] };

function receive(id: string, ...wires: readonly string[]): FlowNode {
  return { ...place, id, type: 'kaa-command', mode: 'receive', wires: [wires] };
}

/** A subflow as it is published on npm, whose node answers commands. */
const subflowModule = {
  id: 'machine-subflow',
  type: 'subflow',
  name: 'Machine',
  meta: { module: 'machine', type: 'machine', version: '1.0.0' },
  in: [{ wires: [{ id: 'inside' }] }],
  out: [],
  env: [],
  flow: [{ ...respond, id: 'inside', z: 'machine-subflow' }],
};

async function installSubflow(userDirectory: string): Promise<void> {
  const file = join(userDirectory, 'nodes', 'machine');
  await mkdir(join(userDirectory, 'nodes'));
  await writeFile(`${file}.html`, '');
  await writeFile(
    `${file}.js`,
    `module.exports = (RED) => RED.nodes.registerSubflow(${JSON.stringify(subflowModule)});`,
  );
}

describe('misuse in a deploy', () => {
  let nodeRed: NodeRed;
  let url: string;
  let deploys = 0;

  before(async function install() {
    this.timeout(120_000);
    nodeRed = await NodeRed.start(runtimes[0]);
    await installSubflow(nodeRed.userDirectory);
    await nodeRed.stop();
    await nodeRed.run();
    url = `mqtt://127.0.0.1:${await freePort()}`;
  });

  after(() => nodeRed.remove());

  /** Warnings that a node has written to the log, by the id that it runs with. */
  function warnings(id: string): readonly string[] {
    return nodeRed.output.split('\n').filter((line) => line.includes('[warn]') && line.includes(`:${id}]`));
  }

  /** Deploys, and waits until the flow was looked at: it has something that was not there before. */
  async function deploy(nodes: readonly FlowNode[], type?: 'nodes' | 'flows'): Promise<void> {
    deploys += 1;
    const id = `new-${deploys}`;
    const stored: FlowNode = { ...place, id, type: 'kaa-telemetry', delivery: 'stored', wires: [[]] };
    const endpoint = { id: 'endpoint', type: 'kaa-endpoint', url, appVersion: 'v1', credentials: { token: 'secret' } };
    await nodeRed.deploy([{ id: 'tab', type: 'tab' }, endpoint, ...nodes, stored], type);
    await until(() => warnings(id).length > 0);
  }

  it('is told of once over two deploys, and again when it was mended and came again', async () => {
    await deploy([receive('once')]);
    assert.equal(warnings('once').length, 1);
    assert.match(warnings('once')[0] ?? '', /Nothing answers the commands .*\. Wire .*\.$/);
    await deploy([{ ...receive('once'), name: '', commandType: 'other' }]);
    await deploy([receive('once')], 'nodes');
    await deploy([receive('once', 'respond'), respond], 'flows');
    assert.equal(warnings('once').length, 1);
    await deploy([receive('once')]);
    assert.equal(warnings('once').length, 2);
  });

  it('is told of by a copy of the node where it is in a subflow', async () => {
    const instance = { ...place, z: 'around', id: 'inner', type: 'subflow:inside', wires: [] };
    await deploy([
      { id: 'inside', type: 'subflow', in: [], out: [] },
      { ...receive('copied'), z: 'inside' },
      { id: 'around', type: 'subflow', in: [], out: [] },
      instance,
      { ...instance, z: 'tab', id: 'outer', type: 'subflow:around' },
      { ...instance, z: 'tab', id: 'another', type: 'subflow:inside' },
    ]);
    const told = ['outer-inner-copied', 'another-copied', 'copied'].map((id) => warnings(id).length);
    assert.equal(told[0], 1);
    assert.equal(
      told.reduce((sum, count) => sum + count),
      1,
    );
  });

  it('is none where a subflow from a module may answer', async () => {
    await deploy([
      { ...receive('handed-over', 'machine'), commandType: 'one' },
      { ...place, id: 'machine', type: 'machine', wires: [] },
      { ...receive('kept'), commandType: 'other' },
    ]);
    assert.deepEqual([warnings('handed-over').length, warnings('kept').length], [0, 1]);
  });

  it('is a password that goes in clear to a server which the environment names', async () => {
    const environment = {
      id: 'global',
      type: 'global-config',
      env: [{ name: 'HOST', value: 'kaa.invalid', type: 'str' }],
    };
    const login = { token: 'other-secret', username: 'user-secret', password: 'login-secret' };
    const plain = { type: 'kaa-endpoint', url: 'mqtt://${HOST}:1883', appVersion: 'v1', credentials: login };
    await deploy([
      environment,
      { ...plain, id: 'plain' },
      { ...plain, id: 'unused' },
      { ...place, id: 'metadata', type: 'kaa-metadata', endpoint: 'plain', wires: [[]] },
    ]);
    const told = warnings('plain').filter((line) => line.includes('in clear'));
    assert.equal(told.length, 1);
    assert.match(told[0] ?? '', /mqtt:\/\/kaa\.invalid:1883/);
    assert.deepEqual(warnings('unused'), []);
    assert.doesNotMatch(nodeRed.output, /secret/);
  });
});
