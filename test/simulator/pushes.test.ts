import assert from 'node:assert/strict';
import type { Context } from 'mocha';
import type { Simulator } from '../../src/simulator/simulator.ts';
import { platforms, type TestPlatform } from '../support/platforms.ts';
import { until } from '../support/until.ts';
import { assign, Bench, getJson, postCommand, type Device } from './support.ts';

const commands = 'kp1/app/cex/token/command';
const config = 'kp1/app/cmx/token/config/json';
const software = 'kp1/app/cmx_ota/token/config/json';

async function deliveries(simulator: Simulator): Promise<number[]> {
  const list = (await getJson(simulator, 'endpoints/token/commands')) as { deliveries: number }[];
  return list.map((command) => command.deliveries);
}

for (const kind of platforms) {
  describe(`simulator: pushes of ${kind.name}`, () => {
    let bench: Bench;
    let platform: TestPlatform;
    let simulator: Simulator;
    let device: Device;

    beforeEach(async function startPlatform(this: Context) {
      const started = await kind.start();
      if (started === undefined) this.skip();
      platform = started;
      simulator = started.simulator;
      bench = new Bench();
      device = await connect();
    });

    afterEach(async function closePlatform(this: Context) {
      if (this.currentTest?.isPending() === true) return;
      await bench.close();
      await platform.close();
    });

    async function connect(): Promise<Device> {
      const connected = await bench.device(platform.url);
      const answers = ['dcx', 'cex', 'cmx', 'cmx_ota'].flatMap((extension) =>
        ['+/status', '+/+/status', '+/+/+/status'].map((path) => `kp1/+/${extension}/+/${path}`),
      );
      await connected.client.subscribeAsync(answers, { qos: 1 });
      return connected;
    }

    /** Nothing that was sent before the answer can arrive after it. */
    async function settled(speaker: Device, requestId: number): Promise<void> {
      await speaker.accepted(`kp1/app/dcx/token/json/${requestId}`, '1', 1);
    }

    it('pushes a new command, configuration and software without request ID, once each, unasked', async () => {
      await settled(device, 1);
      const id = await postCommand(simulator, 'token/commands/reboot', { a: 1 });
      const configId = await assign(simulator, 'token/config', { b: 2 });
      const named = await assign(simulator, 'token/config/line-2', null);
      await assign(simulator, 'token/software', { version: '1.1', config: { link: 'x' } });
      const ok = { statusCode: 200, reasonPhrase: 'OK' };
      assert.deepEqual(await device.pushed(`${commands}/reboot/status`), [{ id, payload: { a: 1 } }]);
      assert.deepEqual(await device.pushed(`${config}/status`), { configId, config: { b: 2 }, ...ok });
      assert.deepEqual(await device.pushed(`${config}/line-2/status`), { configId: named, config: null, ...ok });
      assert.deepEqual(await device.pushed(`${software}/status`), { configId: '1.1', config: { link: 'x' }, ...ok });
      await settled(device, 2);
      assert.equal(device.received.length, 6);
      assert.deepEqual(await deliveries(simulator), [1]);
    });

    it('pushes each command alone, the pending ones are for requests', async () => {
      await settled(device, 1);
      const first = await postCommand(simulator, 'token/commands/reboot');
      const second = await postCommand(simulator, 'token/commands/reboot');
      assert.deepEqual(await device.pushed(`${commands}/reboot/status`), [{ id: first }]);
      assert.deepEqual(await device.pushed(`${commands}/reboot/status`, 1), [{ id: second }]);
      assert.deepEqual(await device.asked(`${commands}/reboot/2`), [{ id: first }, { id: second }]);
      assert.deepEqual(await deliveries(simulator), [2, 2]);
    });

    it('pushes nothing before the endpoint has spoken; it is delivered when asked for', async () => {
      const id = await postCommand(simulator, 'token/commands/reboot');
      const configId = await assign(simulator, 'token/config', 1);
      const [shown] = (await getJson(simulator, 'endpoints')) as Record<string, unknown>[];
      assert.equal(shown?.['appVersion'], '');
      assert.equal(shown['connected'], false);
      await settled(device, 1);
      assert.equal(device.received.length, 1);
      assert.deepEqual(await deliveries(simulator), [0]);
      assert.deepEqual(await device.asked(`${commands}/reboot/2`), [{ id }]);
      assert.equal(((await device.asked(`${config}/3`)) as { configId: string }).configId, configId);
    });

    it('observe: false switches the pushes of one resource off, true on again, other requests change nothing', async () => {
      await device.asked(`${commands}/reboot/1`, { observe: false });
      await device.asked(`${config}/2`, { observe: false });
      await device.asked(`${software}/3`, { observe: false });
      await device.asked(`${commands}/reboot/4`);
      await device.asked(`${config}/5`, {});
      await postCommand(simulator, 'token/commands/reboot');
      await assign(simulator, 'token/config', 1);
      await assign(simulator, 'token/software', { version: '1.1', config: 1 });
      const open = await postCommand(simulator, 'token/commands/open');
      const named = await assign(simulator, 'token/config/line-2', 1);
      assert.deepEqual(await device.pushed(`${commands}/open/status`), [{ id: open }]);
      assert.equal(((await device.pushed(`${config}/line-2/status`)) as { configId: string }).configId, named);
      assert.deepEqual(await deliveries(simulator), [0, 1]);

      await device.asked(`${commands}/reboot/6`, { observe: true });
      await device.asked(`${config}/7`, { observe: true });
      await device.asked(`${software}/8`, { observe: true });
      const id = await postCommand(simulator, 'token/commands/reboot');
      const configId = await assign(simulator, 'token/config', 2);
      await assign(simulator, 'token/software', { version: '1.2', config: 1 });
      assert.deepEqual(await device.pushed(`${commands}/reboot/status`), [{ id }]);
      assert.equal(((await device.pushed(`${config}/status`)) as { configId: string }).configId, configId);
      assert.equal(((await device.pushed(`${software}/status`)) as { configId: string }).configId, '1.2');
    });

    it('pushes under the application version that the endpoint used last', async () => {
      await device.accepted('kp1/app-1/dcx/token/json/1', '1');
      await device.accepted('kp1/app-2/dcx/token/json/2', '1');
      const id = await postCommand(simulator, 'token/commands/reboot');
      assert.deepEqual(await device.pushed('kp1/app-2/cex/token/command/reboot/status'), [{ id }]);
    });

    it('pushes to a type, a configuration and a token called status or error', async () => {
      await device.accepted('kp1/app/dcx/status/json/1', '1');
      const id = await postCommand(simulator, 'status/commands/error');
      const configId = await assign(simulator, 'status/config/status', 1);
      assert.deepEqual(await device.pushed('kp1/app/cex/status/command/error/status'), [{ id }]);
      const pushed = (await device.pushed('kp1/app/cmx/status/config/json/status/status')) as { configId: string };
      assert.equal(pushed.configId, configId);
    });
  });
}

describe('simulator: pushes of mode kpc', () => {
  let bench: Bench;
  let simulator: Simulator;

  beforeEach(async () => {
    bench = new Bench();
    simulator = await bench.simulator();
  });

  afterEach(() => bench.close());

  it('go to the connection that last published for the token, without any subscription', async () => {
    const first = await bench.device(simulator.mqttUrl);
    const second = await bench.device(simulator.mqttUrl);
    await first.accepted('kp1/app/dcx/token/json/1', '1');
    const one = await postCommand(simulator, 'token/commands/reboot');
    assert.deepEqual(await first.pushed(`${commands}/reboot/status`), [{ id: one }]);
    await second.accepted('kp1/app/dcx/token/json/2', '1');
    const two = await postCommand(simulator, 'token/commands/reboot');
    assert.deepEqual(await second.pushed(`${commands}/reboot/status`), [{ id: two }]);
    await first.accepted('kp1/app/dcx/other/json/3', '1');
    assert.deepEqual(first.topics(), [
      'kp1/app/dcx/token/json/1/status',
      `${commands}/reboot/status`,
      'kp1/app/dcx/other/json/3/status',
    ]);
  });

  it('are not made while the endpoint is not connected, and reach a new connection from its first publish on', async () => {
    const first = await bench.device(simulator.mqttUrl);
    await first.accepted('kp1/app/dcx/token/json/1', '1');
    await first.client.endAsync();
    const endpoint = simulator.platform.endpoints.find('token');
    assert.ok(endpoint);
    await until(() => !simulator.platform.endpoints.isConnected(endpoint));
    const second = await bench.device(simulator.mqttUrl);
    await postCommand(simulator, 'token/commands/reboot');
    await second.accepted('kp1/app/dcx/token/json/2', '1');
    const id = await postCommand(simulator, 'token/commands/reboot');
    assert.deepEqual(await second.pushed(`${commands}/reboot/status`), [{ id }]);
    assert.deepEqual(await deliveries(simulator), [0, 1]);
  });

  it('--push-with-request-id: carry the ID of the last request on their path, where it had one', async () => {
    simulator = await bench.simulator({ pushWithRequestId: true });
    const device = await bench.device(simulator.mqttUrl);
    await device.asked(`${commands}/reboot/7`);
    await device.asked(`${config}/8`);
    const id = await postCommand(simulator, 'token/commands/reboot');
    await assign(simulator, 'token/config', 1);
    await assign(simulator, 'token/config/line-2', 2);
    assert.deepEqual(await device.pushed(`${commands}/reboot/7/status`, 1), [{ id }]);
    assert.equal(((await device.pushed(`${config}/8/status`, 1)) as { config: unknown }).config, 1);
    assert.equal(((await device.pushed(`${config}/line-2/status`)) as { config: unknown }).config, 2);
    await device.publish(config);
    await device.message(`${config}/status`);
    await assign(simulator, 'token/config', 3);
    assert.equal(((await device.pushed(`${config}/status`, 1)) as { config: unknown }).config, 3);
  });
});

describe('simulator: pushes of mode broker', () => {
  let bench: Bench;
  let simulator: Simulator;

  beforeEach(async () => {
    bench = new Bench();
    simulator = await bench.simulator({ mode: 'broker' });
  });

  afterEach(() => bench.close());

  it('go to whoever subscribed, though the connection that spoke is gone', async () => {
    const speaker = await bench.device(simulator.mqttUrl);
    await speaker.publish('kp1/app/dcx/token/json', '1', 1);
    await speaker.client.endAsync();
    const watcher = await bench.device(simulator.mqttUrl);
    await watcher.client.subscribeAsync(`${commands}/+/status`);
    const id = await postCommand(simulator, 'token/commands/reboot');
    assert.deepEqual(await watcher.pushed(`${commands}/reboot/status`), [{ id }]);
  });

  it('are not made while no client is connected', async () => {
    const speaker = await bench.device(simulator.mqttUrl);
    const events = await bench.events(simulator);
    await speaker.publish('kp1/app/dcx/token/json', '1', 1);
    await speaker.client.endAsync();
    await events.next(({ kind }) => kind === 'disconnect');
    await postCommand(simulator, 'token/commands/reboot');
    assert.deepEqual(await deliveries(simulator), [0]);
  });
});
