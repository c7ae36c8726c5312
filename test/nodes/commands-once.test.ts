import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type Command, commandStatus } from '../../src/simulator/platform/commands.ts';
import { type Simulator, startSimulator } from '../../src/simulator/simulator.ts';
import { ControlApi } from '../conformance/control-api.ts';
import { freePort } from '../support/mosquitto.ts';
import { type FlowNode, NodeRed, runtimes } from '../support/node-red.ts';
import { until } from '../support/until.ts';

const token = 'own-secret';

/** A machine that runs what it is told over HTTP, and remembers every run. */
class Machine {
  /** By command ID: how often it was run, and whether it was said to be redelivered. */
  readonly runs = new Map<number, { count: number; redelivered: boolean }>();
  readonly #server: Server;

  private constructor(server: Server) {
    this.#server = server;
    server.on('request', (request, response) => {
      const { searchParams } = new URL(request.url ?? '', 'http://machine');
      const id = Number(searchParams.get('id'));
      const { count = 0 } = this.runs.get(id) ?? {};
      this.runs.set(id, { count: count + 1, redelivered: searchParams.get('redelivered') === 'true' });
      response.end('{}');
    });
  }

  static async start(): Promise<Machine> {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    return new Machine(server);
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  get counts(): readonly number[] {
    return [...this.runs.values()].map(({ count }) => count);
  }

  async stop(): Promise<void> {
    const closed = once(this.#server, 'close');
    this.#server.close();
    this.#server.closeAllConnections();
    await closed;
  }
}

const runCode = `
  msg.url = env.get('MACHINE') + '/?id=' + msg.commandId + '&redelivered=' + msg.redelivered;
  msg.method = 'GET';
  return msg;`;

const resultCode = `
  const { command, commandId } = msg;
  return { command, commandId, payload: 'done' };`;

const answerCode = `
  const { id, status } = msg.req.query;
  return { ...msg, command: 'run', commandId: Number(id), statusCode: Number(status) };`;

/** Commands are run by the machine and answered; further nodes may answer them too, or none by itself. */
function flow(url: string, machine: string, receive: object = {}, answers = true): FlowNode[] {
  const place = { z: 'tab', x: 0, y: 0 };
  const endpoint = { endpoint: 'endpoint', ...place };
  const code = (id: string, func: string, next: string): FlowNode => ({
    ...place,
    id,
    type: 'function',
    func,
    outputs: 1,
    wires: [[next]],
  });
  return [
    { id: 'tab', type: 'tab', env: [{ name: 'MACHINE', value: machine, type: 'str' }] },
    { id: 'endpoint', type: 'kaa-endpoint', url, appVersion: 'v1', requestTimeout: '1', credentials: { token } },
    {
      ...endpoint,
      id: 'receive',
      type: 'kaa-command',
      mode: 'receive',
      commandType: 'run',
      ...receive,
      wires: [['run']],
    },
    code('run', runCode, 'machine'),
    { ...place, id: 'machine', type: 'http request', method: 'use', ret: 'txt', wires: [[answers ? 'result' : '']] },
    code('result', resultCode, 'respond'),
    { ...endpoint, id: 'respond', type: 'kaa-command', mode: 'respond', wires: [['answer']] },
    { ...place, id: 'in', type: 'http in', url: '/answer', method: 'get', wires: [['take']] },
    code('take', answerCode, 'respond'),
    { ...place, id: 'catch', type: 'catch', scope: ['respond'], wires: [['refused']] },
    code('refused', `return { ...msg, statusCode: 409, payload: msg.error.code };`, 'answer'),
    { ...place, id: 'answer', type: 'http response', wires: [] },
  ];
}

describe('commands, once, in Node-RED', () => {
  let nodeRed: NodeRed;
  let simulator: Simulator;
  let machine: Machine;
  let ports: { mqttPort: number; httpPort: number };

  before(async function install() {
    this.timeout(120_000);
    nodeRed = await NodeRed.start(runtimes[0]);
  });

  after(() => nodeRed.remove());

  beforeEach(async () => {
    ports = { mqttPort: await freePort(), httpPort: await freePort() };
    simulator = await startSimulator(ports);
    machine = await Machine.start();
  });

  afterEach(async () => {
    await nodeRed.deploy([]);
    await simulator.close();
    await machine.stop();
  });

  const control = (): ControlApi => new ControlApi(`${simulator.httpUrl}/api/v1/endpoints/${token}`);
  const commands = (): readonly Command[] => simulator.platform.endpoints.find(token)?.commands.list() ?? [];
  const completed = (count: number): Promise<void> =>
    until(() => commands().filter((command) => commandStatus(command) === 'completed').length >= count);

  /** Answers a command over HTTP, as soon as the flow runs, and gives what was answered to that. */
  async function answer(id: number, status = 200): Promise<number> {
    for (;;) {
      const { status: told } = await fetch(`${nodeRed.url}/answer?id=${id}&status=${status}`);
      if (told !== 404) return told;
    }
  }

  it('kill -9 three times while commands come, repeat and are answered: each is run once at most, all get a result', async () => {
    await nodeRed.deploy(flow(simulator.mqttUrl, machine.url));
    let created = 0;
    const stop = new AbortController();
    const creating = (async () => {
      while (!stop.signal.aborted) {
        await control().command('run', { number: created });
        created += 1;
        await new Promise((resolve) => {
          setTimeout(resolve, 5);
        });
      }
    })();
    for (let kills = 0; kills < 3; kills += 1) {
      const before = machine.runs.size;
      await until(() => machine.runs.size >= before + 20);
      await nodeRed.kill();
      await nodeRed.run();
    }
    const before = machine.runs.size;
    await until(() => machine.runs.size >= before + 20);
    stop.abort();
    await creating;
    await completed(created);
    assert.deepEqual(new Set(machine.counts), new Set([1]));
    const failed = commands().filter(({ result }) => result?.statusCode === 500);
    for (const { result } of failed) assert.equal(result?.reasonPhrase, 'interrupted');
    assert.equal(commands().filter(({ result }) => result?.statusCode === 200).length, created - failed.length);
    assert.ok(failed.length < created / 2);
  }).timeout(60_000);

  it('redeliver: what a kill interrupted is run once more, with redelivered, and answered', async () => {
    await nodeRed.deploy(flow(simulator.mqttUrl, machine.url, { afterRestart: 'redeliver' }, false));
    const id = await control().command('run', {});
    await until(() => machine.runs.get(id)?.count === 1);
    await nodeRed.kill();
    await simulator.close();
    await nodeRed.run();
    await until(() => machine.runs.get(id)?.count === 2);
    assert.equal(machine.runs.get(id)?.redelivered, true);
  }).timeout(30_000);

  it('a full deploy leaves commands in work and their deadlines alone', async () => {
    const deployed = flow(simulator.mqttUrl, machine.url, { replyTimeout: '3' }, false);
    await nodeRed.deploy(deployed);
    const [first, second] = [await control().command('run', 1), await control().command('run', 2)];
    await until(() => machine.runs.size === 2);
    for (let deploys = 0; deploys < 3; deploys += 1) await nodeRed.deploy(deployed);
    await until(() => commands().every(({ deliveries }) => deliveries >= 2));
    assert.equal(await answer(first), 200);
    await completed(2);
    assert.deepEqual(
      commands().map(({ id, result, results }) => [id, result?.statusCode, results]),
      [
        [first, 200, 1],
        [second, 504, 1],
      ],
    );
    assert.deepEqual(machine.counts, [1, 1]);
  }).timeout(30_000);

  it('two that answer one command: the first wins, the second is KAA_DUPLICATE, also after a restart', async () => {
    await nodeRed.deploy(flow(simulator.mqttUrl, machine.url, {}, false));
    const id = await control().command('run', {});
    await until(() => machine.runs.size === 1);
    assert.deepEqual([await answer(id), await answer(id, 500)], [200, 409]);
    await nodeRed.stop();
    await nodeRed.run();
    await until(() => simulator.platform.endpoints.find(token)?.connection !== undefined);
    assert.equal(await answer(id, 500), 409);
    await completed(1);
    assert.deepEqual(
      commands().map(({ result, results }) => [result?.statusCode, results]),
      [[200, 1]],
    );
    assert.deepEqual(machine.counts, [1]);
  }).timeout(30_000);

  it('a simulator restarted with fresh state: its new commands are run', async () => {
    await nodeRed.deploy(flow(simulator.mqttUrl, machine.url));
    await control().command('run', {});
    await completed(1);
    await simulator.close();
    await new Promise((resolve) => {
      setTimeout(resolve, 1100);
    });
    simulator = await startSimulator(ports);
    const id = await control().command('run', { again: true });
    await completed(1);
    assert.deepEqual(machine.runs.get(id), { count: 1, redelivered: false });
    assert.deepEqual(machine.counts, [1, 1]);
  }).timeout(30_000);
});
