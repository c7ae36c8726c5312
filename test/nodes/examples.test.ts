import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { type Simulator, startSimulator } from '../../src/simulator/simulator.ts';
import { ControlApi, member } from '../conformance/control-api.ts';
import { EditorView } from '../support/editor-view.ts';
import { type FlowNode, NodeRed, runtimes } from '../support/node-red.ts';
import { until } from '../support/until.ts';

/** The endpoint that the buttons of the examples are for. */
const token = 'demo-machine';

describe('the examples in Node-RED', () => {
  let nodeRed: NodeRed;
  let simulator: Simulator;
  let view: EditorView;
  let control: ControlApi;
  let flow: readonly FlowNode[];
  /** Characters that Node-RED had printed before the deploy. */
  let logged: number;

  before(async function install() {
    this.timeout(120_000);
    nodeRed = await NodeRed.start(runtimes[0]);
  });

  after(async () => {
    await nodeRed.remove();
  });

  beforeEach(async () => {
    simulator = await startSimulator({ mqttPort: 0, httpPort: 0, confirmResults: true });
    control = controlOf(token);
    view = await EditorView.open(nodeRed.url);
  });

  afterEach(async () => {
    view.close();
    await nodeRed.deploy([]);
    await simulator.close();
    assert.ok(!nodeRed.output.includes(token), 'the token is in the log');
  });

  /** Imports an example as a user does, with the addresses of a simulator of this test. */
  async function deploy(name: string, changes: (node: FlowNode) => object = () => ({})): Promise<void> {
    const text = readFileSync(new URL(`../../examples/${name}.json`, import.meta.url), 'utf8')
      .replaceAll('mqtt://127.0.0.1:1883', simulator.mqttUrl)
      .replaceAll('http://127.0.0.1:1884', simulator.httpUrl);
    flow = (JSON.parse(text) as readonly FlowNode[]).map((node) => ({
      ...node,
      // It finds the simulator of this test on its ports.
      ...(node.type === 'kaa-simulator'
        ? { mqttPort: new URL(simulator.mqttUrl).port, httpPort: new URL(simulator.httpUrl).port }
        : {}),
      ...changes(node),
    }));
    logged = nodeRed.output.length;
    await nodeRed.deploy(flow);
    await until(() => nodeRed.output.slice(logged).includes('Connected to'));
  }

  function idOf(type: string, name: string): string {
    const [node, ...others] = flow.filter((each) => each.type === type && each['name'] === name);
    assert.ok(node !== undefined && others.length === 0, `one ${type} called ${name}`);
    return node.id;
  }

  /** Presses the button of an inject node. */
  async function press(name: string): Promise<void> {
    const response = await fetch(`${nodeRed.url}/inject/${idOf('inject', name)}`, { method: 'POST' });
    assert.equal(response.status, 200);
  }

  /** What a debug node shows, the first or the one behind `skip` others. */
  async function shown(name: string, skip = 0): Promise<unknown> {
    const id = idOf('debug', name);
    await until(() => view.shown(id).length > skip);
    return view.shown(id)[skip];
  }

  /** Waits until the control API says what is expected of a path's members. */
  async function shows(path: string, expected: Record<string, unknown>): Promise<void> {
    for (;;) {
      const assigned = (await control.get(path)) as Record<string, unknown>;
      const report = assigned['applied'] as Record<string, unknown> | null;
      if (Object.entries(expected).every(([key, value]) => report?.[key] === value)) return;
    }
  }

  function controlOf(endpoint: string): ControlApi {
    return new ControlApi(`${simulator.httpUrl}/api/v1/endpoints/${endpoint}`);
  }

  /** What an endpoint sent, in order of arrival. */
  async function samplesOf(endpoint: string): Promise<readonly Record<string, unknown>[]> {
    const received = (await controlOf(endpoint).get('telemetry?limit=1000')) as readonly unknown[];
    return received.map((each) => member(each, 'sample') as Record<string, unknown>);
  }

  async function lastSample(endpoint: string): Promise<Record<string, unknown>> {
    return (await samplesOf(endpoint)).at(-1) ?? {};
  }

  /** Requires these members, and lets there be others. */
  function includes(value: unknown, expected: Record<string, unknown>): void {
    for (const [key, each] of Object.entries(expected)) assert.deepEqual(member(value, key), each, key);
  }

  function requireNoErrors(): void {
    assert.deepEqual(view.shown(idOf('debug', 'why not')), []);
    assert.doesNotMatch(nodeRed.output.slice(logged), /\[error\]/);
  }

  it('metadata: what the machine is stands there, and the buttons read and change it', async () => {
    await deploy('metadata');
    await shown('updated');
    await until(() => /^confirmed in [\d.]+ ms$/.test(view.statuses(idOf('debug', 'updated')).at(-1) ?? ''));
    const written = (await control.get('metadata')) as Record<string, unknown>;
    assert.deepEqual(Object.keys(written), ['hostName', 'system', 'processors', 'memoryMB', 'startedAt']);
    assert.equal(written['hostName'], hostname());
    await press('all');
    assert.deepEqual(await shown('metadata'), written);
    await press('two of them');
    assert.deepEqual(await shown('metadata', 1), { hostName: written['hostName'], startedAt: written['startedAt'] });
    await press('names only');
    assert.deepEqual(await shown('keys'), Object.keys(written));
    await press('delete one');
    await shown('deleted');
    assert.ok(!Object.hasOwn((await control.get('metadata')) as object, 'processors'));
    await press('replace all');
    await shown('done');
    assert.deepEqual(await control.get('metadata'), { location: 'hall 3', line: 'A' });
    await press('read again');
    assert.deepEqual(await shown('done', 1), { location: 'hall 3', line: 'A' });
    requireNoErrors();
  });

  it('commands: every one gets a result, those that work, those that fail and those that nobody knows', async () => {
    await deploy('commands');
    // A node of every type hears of what is commanded once Kaa has heard of it.
    await until(() => simulator.platform.endpoints.find(token)?.connection !== undefined);
    const expected: readonly [string, object][] = [
      ['reboot', { type: 'reboot', statusCode: 200, result: { rebooted: true } }],
      ['setInterval to 5 s', { type: 'setInterval', statusCode: 200, result: { seconds: 5 } }],
      [
        'setInterval to soon',
        { type: 'setInterval', statusCode: 500, reasonPhrase: 'seconds must be a number from 1' },
      ],
      ['openDoor', { type: 'openDoor', statusCode: 404, reasonPhrase: 'unknown command' }],
    ];
    for (const [index, [button, result]] of expected.entries()) {
      await press(button);
      assert.equal(member(await shown('result sent', index), 'confirmed'), true);
      const commands = (await control.get('commands')) as readonly Record<string, unknown>[];
      const command = commands[index] ?? {};
      assert.deepEqual([command['status'], command['results']], ['completed', 1]);
      for (const [key, value] of Object.entries(result)) assert.deepEqual(command[key], value, key);
      assert.equal(member(await shown('command', index), 'id'), command['id']);
      const text = `${String(command['type'])}: ${String(command['statusCode'])} confirmed`;
      await until(() => view.statuses(idOf('debug', 'result sent')).at(-1) === text);
    }
    requireNoErrors();
  });

  it('configuration: the default one paces measurements and is applied; limits are checked, applied or rejected', async () => {
    // Measurements stand below the node only, where equal ones leave no trace.
    await deploy('configuration', ({ name }) => (name === 'measured' ? { tosidebar: true } : {}));
    await press('every 2 s');
    await shown('configuration ID');
    await shows('config', { status: 'applied', statusCode: 200 });
    await until(() => view.statuses(idOf('function', 'interval')).at(-1) === 'every 2 s');
    const since = view.shown(idOf('debug', 'measured')).length;
    const started = performance.now();
    assert.ok(Number(member(await shown('measured', since + 1), 'freeMemoryMB')) > 0);
    assert.ok(performance.now() - started < 6000, 'without a configuration it is every 10 s');
    await press('read it now');
    assert.deepEqual(await shown('configuration'), { intervalSeconds: 2 });
    await press('limits 10 to 80');
    await shown('reported');
    await shows('config/limits', { status: 'applied', statusCode: 200 });
    await press('limits 80 to 10');
    await shown('reported', 1);
    await shows('config/limits', { status: 'rejected', statusCode: 422, reasonPhrase: 'min must be less than max' });
    requireNoErrors();
  });

  it('software update: a version with a link is installed, one without is rejected', async () => {
    // Its download takes five seconds.
    await deploy('software-update', ({ type }) => (type === 'delay' ? { timeout: '0.1' } : {}));
    await shows('software', { configId: '1.0.0', status: 'applied' });
    await press('version 1.1.0');
    await shown('reported');
    await shows('software', { configId: '1.1.0', status: 'applied', statusCode: 200 });
    await press('version 1.2.0, without link');
    await shown('reported', 1);
    await shows('software', { configId: '1.2.0', status: 'rejected', reasonPhrase: 'no link to download from' });
    assert.equal(member(await control.get('software'), 'installed'), '1.1.0');
    await press('read it now');
    assert.equal(await shown('assigned version'), '1.2.0');
    requireNoErrors();
  });

  it('blob upload: the file arrives, and again with a new token where Kaa refuses the old one', async () => {
    await deploy('blob-upload');
    await press('upload a file');
    assert.match(String(await shown('uploaded')), /^\/bcx\/api\/v1\/binary-data\//);
    const [blob] = (await control.get('blobs')) as readonly Record<string, unknown>[];
    assert.match(String(blob?.['name']), /^measurements-\d+\.csv$/);
    assert.ok(Number(blob?.['size']) > 500);
    simulator.platform.endpoints.clear();
    await press('upload a file');
    await shown('uploaded', 1);
    const [again] = (await control.get('blobs')) as readonly Record<string, unknown>[];
    assert.equal(again?.['size'], blob?.['size']);
    assert.deepEqual(view.shown(idOf('debug', 'not uploaded')), []);
    requireNoErrors();
  });

  it('recipe PLC gateway: three PLCs are three endpoints on one connection, with samples and commands', async () => {
    const tokens = ['demo-mixer', 'demo-oven', 'demo-press'];
    await deploy('recipe-plc-gateway');
    const endpoint = (each: string) => simulator.platform.endpoints.find(each);
    await until(() => tokens.every((each) => (endpoint(each)?.telemetry.count ?? 0) > 0));
    await until(() => endpoint(token)?.connection !== undefined);
    assert.equal(new Set([token, ...tokens].map((each) => endpoint(each)?.connection)).size, 1);

    await press('all to 600');
    const results = await Promise.all(tokens.map((_, index) => shown('result sent', index)));
    assert.deepEqual(results.map((result) => String(member(result, 'token'))).toSorted(), tokens);
    assert.deepEqual(new Set(results.map((result) => member(result, 'statusCode'))), new Set([200]));
    await press('every second');
    for (const each of tokens) await until(async () => (await lastSample(each))['speedRpm'] === 600);
    assert.equal(typeof (await lastSample('demo-oven'))['timestamp'], 'number');

    await press('oven to 9000');
    const refused = { statusCode: 500, reasonPhrase: 'rpm must be a number from 0 to 3000' };
    includes(await shown('result sent', 3), { token: 'demo-oven', ...refused });
    const [, command] = (await controlOf('demo-oven').get('commands')) as readonly unknown[];
    includes(command, { status: 'completed', results: 1, ...refused });

    await press('press to 900');
    includes(await shown('result sent', 4), { token: 'demo-press', statusCode: 200 });
    await control.command('setSpeed', { rpm: 600 });
    includes(await shown('result sent', 5), { statusCode: 404, reasonPhrase: 'the gateway itself has no speed' });
    requireNoErrors();
  });

  it('recipe store and forward: the alarm tells of the backlog of a cut line, and all of it arrives', async () => {
    await deploy('recipe-store-and-forward');
    const count = (): number => simulator.platform.endpoints.find(token)?.telemetry.count ?? 0;
    await until(() => count() > 0);
    await press('cut the line');
    await shown('line');
    const before = count();
    for (let sample = 0; sample < 12; sample += 1) await press('every second');
    const raised = await shown('alarm');
    assert.equal(member(raised, 'alarm'), true);
    assert.ok(Number(member(raised, 'backlog')) > 10);
    assert.equal(count(), before);

    await press('mend the line');
    assert.equal(member(await shown('alarm', 1), 'alarm'), false);
    const samples = (await samplesOf(token)).filter((sample) => 'n' in sample);
    const numbers = [...new Set(samples.map(({ n }) => Number(n)))];
    assert.ok(numbers.length > 12);
    assert.deepEqual(
      numbers,
      numbers.map((_, index) => index + 1),
      'a gap, or another order',
    );
    assert.ok(samples.every(({ timestamp }) => typeof timestamp === 'number'));
    requireNoErrors();
  });

  it('recipe remote control: a command is answered with what the limit switch says', async () => {
    await deploy('recipe-remote-control', ({ name }) => (name === 'valve moves' ? { timeout: '0.01' } : {}));
    await press('open');
    includes(await shown('result sent'), { statusCode: 200, payload: { open: true } });
    await press('valve trips');
    await shown('simulated valve');
    await press('close');
    const fault = { statusCode: 500, reasonPhrase: 'motor protection has tripped' };
    includes(await shown('result sent', 1), fault);
    await press('valve works');
    await shown('simulated valve', 1);
    await press('close');
    includes(await shown('result sent', 2), { statusCode: 200, payload: { open: false } });
    const [opened, tripped, closed] = (await control.get('commands')) as readonly unknown[];
    includes(opened, { status: 'completed', results: 1, statusCode: 200, result: { open: true } });
    includes(tripped, { status: 'completed', results: 1, ...fault });
    includes(closed, { status: 'completed', results: 1, statusCode: 200, result: { open: false } });
    requireNoErrors();
  });

  it('recipe remote control: a valve that jams is answered with 504', async () => {
    await deploy('recipe-remote-control', ({ name }) => (name === 'wait 5 s' ? { timeout: '0.05' } : {}));
    await press('valve jams');
    await shown('simulated valve');
    await press('open');
    includes(await shown('result sent'), {
      statusCode: 504,
      reasonPhrase: 'the limit switch did not report in time',
    });
    // The next one is not held up by it.
    await press('close');
    includes(await shown('result sent', 1), { statusCode: 504 });
    requireNoErrors();
  });

  it('recipe remote control: a command for a valve that moves is refused, and one that says nothing fails', async () => {
    await deploy('recipe-remote-control', ({ name }) => (name === 'wait 5 s' ? { timeout: '60' } : {}));
    await press('valve jams');
    await shown('simulated valve');
    await control.command('valve', {});
    includes(await shown('result sent'), { statusCode: 500, reasonPhrase: 'say {"open": true} or {"open": false}' });
    await press('open');
    await shown('command ID');
    await press('close');
    includes(await shown('result sent', 1), { statusCode: 409, reasonPhrase: 'the valve is moving' });
    requireNoErrors();
  });

  it('recipe configuration sampling: what is good paces and chooses the samples, what is bad is rejected', async () => {
    await deploy('recipe-configuration-sampling', ({ name }) => (name === 'sampled' ? { tosidebar: true } : {}));
    const signals = (sample: unknown): readonly string[] => Object.keys(sample as object);
    const all = ['temperature', 'pressure', 'vibration'];
    const sampled = idOf('debug', 'sampled');
    assert.deepEqual(signals(await shown('sampled')), ['temperature', 'pressure']);

    await press('0.5 s, all signals');
    await shown('reported');
    await shows('config', { status: 'applied', statusCode: 200 });
    await until(() => view.statuses(idOf('function', 'interval')).at(-1) === 'every 0.5 s');
    const since = view.shown(sampled).length;
    const started = performance.now();
    assert.deepEqual(signals(await shown('sampled', since + 1)), all);
    assert.ok(performance.now() - started < 4000, 'without a configuration it is every 5 s');

    for (const [index, [button, reasonPhrase]] of [
      ['0 s', 'intervalSeconds must be a number from 0.5 to 3600'],
      ['unknown signal', 'signals must be some of temperature, pressure, vibration'],
    ].entries()) {
      await press(button ?? '');
      includes(await shown('reported', index + 1), { statusCode: 422, reasonPhrase });
      await shows('config', { status: 'rejected', statusCode: 422, reasonPhrase });
    }
    assert.deepEqual(signals(await shown('sampled', view.shown(sampled).length)), all);
    assert.equal(view.statuses(idOf('function', 'interval')).at(-1), 'every 0.5 s');

    await press('2 s, temperature only');
    await until(async () => signals(await lastSample(token)).join() === 'temperature');
    await shows('config', { status: 'applied', statusCode: 200 });
    requireNoErrors();
  });

  it('recipe configuration sampling: a report that Kaa did not take is made again, and still says applied', async () => {
    await deploy('recipe-configuration-sampling', ({ name }) => (name === 'again in 10 s' ? { timeout: '0.05' } : {}));
    simulator.platform.faults.replace([
      { extension: 'cmx', resource: 'applied/json', action: 'error', statusCode: 503, count: 1 },
    ]);
    await press('2 s, temperature only');
    assert.equal(member(await shown('why not'), 'code'), 'KAA_REJECTED');
    await shows('config', { status: 'applied', statusCode: 200, reasonPhrase: 'OK' });
  });

  for (const [name, button] of [
    ['metadata', 'all'],
    ['configuration', 'read it now'],
    ['software-update', 'read it now'],
    ['blob-upload', 'upload a file'],
    ['recipe-configuration-sampling', 'at start'],
  ] as const) {
    it(`${name}: without the platform, why not is shown`, async () => {
      await deploy(name);
      const id = idOf('debug', 'why not');
      await simulator.close();
      const codes = (): unknown[] => view.shown(id).map((error) => member(error, 'code'));
      await press(button);
      await until(() => codes().includes('KAA_OFFLINE'));
    });
  }
});
