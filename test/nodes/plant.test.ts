/** The demo plant of `npm start`, in a real Node-RED, through an outage. */
import assert from 'node:assert/strict';
import { hostname } from 'node:os';
import { demoFlow } from '../../.tools/demo-flow.ts';
import { type Simulator, startSimulator } from '../../src/simulator/simulator.ts';
import { assign, getJson, postCommand, putFaults, send } from '../simulator/support.ts';
import { EditorView } from '../support/editor-view.ts';
import { type FlowNode, NodeRed, runtimes } from '../support/node-red.ts';
import { until } from '../support/until.ts';

interface Sample {
  readonly receivedAt: string;
  readonly sample: Readonly<Record<string, number | boolean>>;
}

const tokens = ['demo-machine', 'demo-tank-1', 'demo-tank-2'] as const;

describe('the demo plant', () => {
  let nodeRed: NodeRed;
  let simulator: Simulator;
  let view: EditorView;
  let flow: readonly FlowNode[];

  before(async function install() {
    this.timeout(120_000);
    nodeRed = await NodeRed.start(runtimes[0]);
    simulator = await startSimulator({ mqttPort: 0, httpPort: 0, maxSamples: 10_000 });
    view = await EditorView.open(nodeRed.url);
    const [mqttPort, httpPort] = [simulator.mqttUrl, simulator.httpUrl].map((url) => Number(new URL(url).port));
    flow = demoFlow({ mqttPort: mqttPort ?? 0, httpPort: httpPort ?? 0 }).map((node) =>
      // What it takes to install a version.
      node['name'] === 'install' ? { ...node, timeout: '1' } : node,
    );
    await nodeRed.deploy(flow);
  });

  after(async () => {
    view.close();
    await nodeRed.remove();
    await simulator.close();
  });

  afterEach(() => {
    const [whyNot] = flow.filter(({ name }) => name === 'why not');
    assert.deepEqual(view.shown(whyNot?.id ?? ''), [], 'something failed');
  });

  const samplesOf = async (token: string): Promise<readonly Sample[]> =>
    (await getJson(simulator, `endpoints/${token}/telemetry?limit=10000`)) as readonly Sample[];
  const countOf = (token: string): number => simulator.platform.endpoints.find(token)?.telemetry.count ?? 0;
  const last = async (token: string): Promise<Sample['sample']> => (await samplesOf(token)).at(-1)?.sample ?? {};

  /** What the control API says of what was assigned, once the report of it has come. */
  async function reported(path: string, id: string): Promise<{ status: string; reasonPhrase?: string }> {
    let applied: { configId: string; status: string; reasonPhrase?: string } | null = null;
    await until(async () => {
      ({ applied } = (await getJson(simulator, path)) as { applied: typeof applied });
      return applied?.configId === id;
    });
    assert.ok(applied !== null);
    return applied;
  }

  async function completed(token: string, id: number): Promise<Record<string, unknown>> {
    const command = (): Record<string, unknown> | undefined => commands.find((each) => each['id'] === id);
    let commands: readonly Record<string, unknown>[] = [];
    await until(async () => {
      commands = (await getJson(simulator, `endpoints/${token}/commands`)) as typeof commands;
      return command()?.['status'] === 'completed';
    });
    return command() ?? {};
  }

  it('sends measurements of this machine and of both tanks', async () => {
    await until(() => tokens.every((token) => countOf(token) > 1));
    const machine = await last('demo-machine');
    assert.deepEqual(Object.keys(machine), ['n', 'cpuLoadPercent', 'freeMemoryMB', 'intervalSeconds', 'timestamp']);
    const tank = await last('demo-tank-2');
    assert.deepEqual(Object.keys(tank), ['n', 'levelPercent', 'temperatureC', 'pumpOn', 'valveOpen', 'timestamp']);
  });

  it('shows that it uses the simulator on its ports', async () => {
    const [node] = flow.filter(({ type }) => type === 'kaa-simulator');
    await until(
      () =>
        view
          .statuses(node?.id ?? '')
          .at(-1)
          ?.endsWith('3 connected (runs elsewhere)') === true,
    );
  });

  it('writes metadata at the start', async () => {
    const of = (token: string): Record<string, unknown> | undefined =>
      simulator.platform.endpoints.find(token)?.metadata.all();
    await until(() => tokens.every((token) => Object.keys(of(token) ?? {}).length > 0));
    assert.equal(of('demo-machine')?.['hostName'], hostname());
    assert.deepEqual(of('demo-tank-1'), { location: 'hall 1', volumeLiters: 1200 });
  });

  it('opens a valve on command: the level falls, until it is closed', async () => {
    const id = await postCommand(simulator, 'demo-tank-1/commands/valve', { open: true });
    const { statusCode, result } = await completed('demo-tank-1', id);
    assert.equal(statusCode, 200);
    assert.equal((result as { valve: string }).valve, 'open');
    await until(async () => (await last('demo-tank-1'))['valveOpen'] === true);
    const level = Number((await last('demo-tank-1'))['levelPercent']);
    await until(async () => Number((await last('demo-tank-1'))['levelPercent']) < level);
    assert.equal((await last('demo-tank-2'))['valveOpen'], false);
    await completed('demo-tank-1', await postCommand(simulator, 'demo-tank-1/commands/valve', { open: false }));
    await until(async () => (await last('demo-tank-1'))['valveOpen'] === false);
  });

  it('answers what it does not understand, and what has no valve', async () => {
    const wrong = await completed(
      'demo-tank-1',
      await postCommand(simulator, 'demo-tank-1/commands/valve', { opn: 1 }),
    );
    assert.deepEqual([wrong['statusCode'], wrong['reasonPhrase']], [400, 'say {"open": true} or {"open": false}']);
    const machine = await completed(
      'demo-machine',
      await postCommand(simulator, 'demo-machine/commands/valve', { open: true }),
    );
    assert.equal(machine['statusCode'], 404);
  });

  it('samples as often as its configuration says, and rejects what makes no sense', async () => {
    const wrong = await assign(simulator, 'demo-machine/config', { intervalSeconds: 0 });
    const { status, reasonPhrase } = await reported('endpoints/demo-machine/config', wrong);
    assert.deepEqual([status, reasonPhrase], ['rejected', 'intervalSeconds must be a number from 0.2 to 60']);
    const fast = await assign(simulator, 'demo-machine/config', { intervalSeconds: 0.2 });
    assert.equal((await reported('endpoints/demo-machine/config', fast)).status, 'applied');
    await until(async () => (await last('demo-machine'))['intervalSeconds'] === 0.2);
    const before = countOf('demo-tank-1');
    const started = performance.now();
    await until(() => countOf('demo-tank-1') >= before + 5);
    assert.ok(performance.now() - started < 4000, 'five samples took as long as before');
  });

  it('rejects software without a link, and installs one that has it', async () => {
    await assign(simulator, 'demo-machine/software', { version: '2.0.0', config: {} });
    const refused = await reported('endpoints/demo-machine/software', '2.0.0');
    assert.deepEqual([refused.status, refused.reasonPhrase], ['rejected', 'no link to download from']);
    await assign(simulator, 'demo-machine/software', {
      version: '1.1.0',
      config: { link: 'https://example.com/1.1.0' },
    });
    assert.equal((await reported('endpoints/demo-machine/software', '1.1.0')).status, 'applied');
  });

  it('uploads a report', async () => {
    await until(() => (simulator.platform.endpoints.find('demo-machine')?.blobs.list().length ?? 0) > 0);
    const [blob] = simulator.platform.endpoints.find('demo-machine')?.blobs.list() ?? [];
    assert.match(blob?.name ?? '', /^tanks-.*\.csv$/);
    assert.match(blob?.content.toString() ?? '', /^time,tank,levelPercent,temperatureC\n\S+,demo-tank-1,/);
  });

  it('goes on through an outage: every sample taken meanwhile arrives, stamped, in order', async () => {
    const [plc] = flow.filter(({ name }) => name === 'PLC with two tanks');
    const ticks = (): number => view.statuses(plc?.id ?? '').length;
    await putFaults(simulator, [{ action: 'disconnect' }]);
    const before = new Map(tokens.map((token) => [token, countOf(token)]));
    // Until the gateway has noticed, and then for a while.
    await until(() => simulator.platform.endpoints.countConnected() === 0);
    const cut = Date.now();
    const then = ticks();
    await until(() => ticks() > then + 15);
    for (const [token, count] of before)
      assert.equal(countOf(token), count, 'a sample came in while the connection was cut');
    assert.equal((await send(simulator, 'DELETE', 'faults')).status, 204);
    const restored = Date.now();
    for (const token of tokens) {
      await until(async () => Number((await last(token))['timestamp']) > restored + 1000);
      const samples = (await samplesOf(token)).map(({ sample }) => sample);
      const numbers = samples.map(({ n }) => Number(n));
      assert.deepEqual(
        [...new Set(numbers)],
        Array.from({ length: Math.max(...numbers) }, (_, index) => index + 1),
        `${token}: a gap, or another order`,
      );
      const meanwhile = samples.filter(({ timestamp }) => Number(timestamp) > cut && Number(timestamp) < restored);
      assert.ok(meanwhile.length >= 10, `${token}: ${meanwhile.length} samples of the outage`);
    }
  });
});
