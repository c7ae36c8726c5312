import assert from 'node:assert/strict';
import { Socket } from 'node:net';
import type { Context } from 'mocha';
import { startSimulator } from '../../src/simulator/simulator.ts';
import { freePort, Mosquitto } from '../support/mosquitto.ts';
import { Bench, getJson, putFaults } from './support.ts';

describe('simulator: on a real broker', () => {
  let bench: Bench;
  let broker: URL;
  let mosquitto: Mosquitto | undefined;

  beforeEach(async function startBroker(this: Context) {
    bench = new Bench();
    mosquitto = await Mosquitto.start();
    if (mosquitto === undefined) this.skip();
    broker = new URL(mosquitto.url);
  });

  afterEach(async () => {
    await bench.close();
    await mosquitto?.remove();
  });

  it('tells the address of the broker', async () => {
    const simulator = await bench.simulator({ broker: new URL(`mqtt://user:secret@${broker.host}`) });
    assert.equal(simulator.mqttUrl, `mqtt://${broker.host}`);
  });

  it('answers through the broker, at the QoS of the request, to matching subscriptions', async () => {
    const simulator = await bench.simulator({ broker });
    const device = await bench.device(simulator.mqttUrl);
    await device.client.subscribeAsync('kp1/app/dcx/token/json/+/status', { qos: 1 });
    assert.equal((await device.accepted('kp1/app/dcx/token/json/1', '1', 1)).qos, 1);
    assert.equal((await device.accepted('kp1/app/dcx/token/json/2', '2', 0)).qos, 0);
    assert.deepEqual(await getJson(simulator, 'endpoints/token/telemetry/count'), { count: 2 });
  });

  it('shows an endpoint as connected after it spoke', async () => {
    const simulator = await bench.simulator({ broker });
    const device = await bench.device(simulator.mqttUrl);
    await device.client.subscribeAsync('kp1/+/+/+/#');
    await device.accepted('kp1/app/dcx/token/json/1', '1');
    await device.client.endAsync();
    const [shown] = (await getJson(simulator, 'endpoints')) as { token: string; connected: boolean }[];
    assert.equal(shown?.token, 'token');
    assert.equal(shown.connected, true);
  });

  it('ignores retained messages, which are old ones', async () => {
    const device = await bench.device(broker.href);
    await device.client.publishAsync('kp1/app/dcx/token/json', '1', { retain: true, qos: 1 });
    const simulator = await bench.simulator({ broker });
    await device.client.subscribeAsync('kp1/app/dcx/token/json/+/status');
    await device.accepted('kp1/app/dcx/token/json/2', '2');
    assert.deepEqual(await getJson(simulator, 'endpoints/token/telemetry/count'), { count: 1 });
  });

  it('disconnect: the same as drop', async () => {
    const simulator = await bench.simulator({ broker });
    await putFaults(simulator, [{ action: 'disconnect', count: 1 }]);
    const device = await bench.device(simulator.mqttUrl);
    await device.client.subscribeAsync('kp1/+/+/+/#');
    await device.publish('kp1/app/dcx/token/json/1', '1');
    await device.accepted('kp1/app/dcx/token/json/2', '2');
    assert.deepEqual(await getJson(simulator, 'endpoints/token/telemetry/count'), { count: 1 });
  });

  it('sets no-delay on its socket, so that QoS 1 does not stall', async () => {
    const simulator = await bench.simulator({ broker });
    const device = await bench.device(simulator.mqttUrl);
    assert.ok(device.client.stream instanceof Socket);
    device.client.stream.setNoDelay(true);
    await device.client.subscribeAsync('kp1/app/dcx/token/json/+/status', { qos: 1 });
    const started = performance.now();
    for (let id = 1; id <= 50; id += 1) await device.accepted(`kp1/app/dcx/token/json/${id}`, '1', 1);
    assert.ok(performance.now() - started < 1000, 'a stall is 40 ms each');
  });

  it('reconnects by itself', async () => {
    const simulator = await bench.simulator({ broker });
    await mosquitto?.stop();
    await mosquitto?.run();
    const watcher = await bench.device(broker.href);
    await watcher.client.subscribeAsync('kp1/app/dcx/token/json/+/status');
    const answered = watcher.message('kp1/app/dcx/token/json/1/status');
    // What is published before the simulator is back finds nobody.
    const again = setInterval(() => watcher.client.publish('kp1/app/dcx/token/json/1', '1'), 20);
    await answered;
    clearInterval(again);
    assert.ok(simulator.platform.endpoints.find('token'));
  }).timeout(5000);

  it('fails to start where the broker is not there', async () => {
    const nobody = new URL(`mqtt://user:secret@127.0.0.1:${await freePort()}`);
    await assert.rejects(startSimulator({ broker: nobody, httpPort: 0 }), (error: Error) => {
      assert.match(error.message, /^cannot use the broker mqtt:\/\/127\.0\.0\.1:\d+: .*ECONNREFUSED/);
      return true;
    });
  });
});
