import assert from 'node:assert/strict';
import type { Simulator } from '../../src/simulator/simulator.ts';
import { until } from '../support/until.ts';
import { Bench, getJson, putFaults, type Device } from './support.ts';

describe('simulator: mode kpc', () => {
  let bench: Bench;
  let simulator: Simulator;
  let device: Device;

  beforeEach(async () => {
    bench = new Bench();
    simulator = await bench.simulator();
    device = await bench.device(simulator.mqttUrl);
  });

  afterEach(() => bench.close());

  it('grants every subscription', async () => {
    const granted = await device.client.subscribeAsync({ 'kp1/#': { qos: 1 }, 'other/+': { qos: 0 } });
    assert.deepEqual(
      granted.map(({ topic, qos }) => ({ topic, qos })),
      [
        { topic: 'kp1/#', qos: 1 },
        { topic: 'other/+', qos: 0 },
      ],
    );
  });

  it('answers without a subscription', async () => {
    await device.accepted('kp1/app/dcx/token/json/1', '1');
  });

  it('answers once however many subscriptions match', async () => {
    await device.client.subscribeAsync(['#', 'kp1/+/+/+/#', 'kp1/app/dcx/token/json/1/status']);
    await device.accepted('kp1/app/dcx/token/json/1', '1');
    await device.accepted('kp1/app/dcx/token/json/2', '1');
    assert.equal(device.received.length, 2);
  });

  it('forwards nothing that a client publishes, not even answers, retained messages and wills', async () => {
    const watcher = await bench.device(simulator.mqttUrl);
    await watcher.client.subscribeAsync('#', { qos: 1 });
    const will = { topic: 'kp1/app/dcx/other/json', payload: Buffer.from('1'), qos: 1 as const };
    const publisher = await bench.device(simulator.mqttUrl, { will });
    await publisher.publish('kp1/app/dcx/token/json', '1', 1);
    await publisher.publish('kp1/app/dcx/token/json/1/status', '', 1);
    await publisher.client.publishAsync('kp1/app/dcx/token/json', '1', { qos: 1, retain: true });
    publisher.client.stream.destroy();
    await publisher.closed();
    await watcher.client.subscribeAsync('kp1/#', { qos: 1 });
    await watcher.accepted('kp1/app/dcx/watcher/json/1', '1');
    assert.deepEqual(watcher.topics(), ['kp1/app/dcx/watcher/json/1/status']);
    assert.equal(simulator.platform.endpoints.find('other'), undefined);
  });

  it('keeps nothing for persistent sessions', async () => {
    const persistent = { clean: false, clientId: 'persistent' };
    const first = await bench.device(simulator.mqttUrl, persistent);
    await first.client.subscribeAsync('kp1/#', { qos: 1 });
    await first.client.endAsync();
    await device.publish('kp1/app/dcx/token/json', '1', 1);
    const second = await bench.device(simulator.mqttUrl, persistent);
    await second.accepted('kp1/app/dcx/token/json/1', '1');
    assert.deepEqual(second.topics(), ['kp1/app/dcx/token/json/1/status']);
  });

  it('answers the connection that last published for the token', async () => {
    const successor = await bench.device(simulator.mqttUrl);
    await putFaults(simulator, [{ action: 'delay', delayMs: 50, count: 1 }]);
    await device.publish('kp1/app/dcx/token/json/1', '1');
    await until(() => simulator.platform.faults.list().length === 0);
    await successor.accepted('kp1/app/dcx/token/json/2', '1');
    await successor.message('kp1/app/dcx/token/json/1/status');
    await device.accepted('kp1/app/dcx/another/json/3', '1');
    assert.deepEqual(device.topics(), ['kp1/app/dcx/another/json/3/status']);
  });

  it('does not answer a new connection with the same client ID before it has spoken', async () => {
    const first = await bench.device(simulator.mqttUrl, { clientId: 'same' });
    await putFaults(simulator, [{ action: 'delay', delayMs: 50, count: 1 }]);
    await first.publish('kp1/app/dcx/token/json/1', '1');
    await until(() => simulator.platform.faults.list().length === 0);
    const events = await bench.events(simulator);
    const second = await bench.device(simulator.mqttUrl, { clientId: 'same' });
    const answer = await events.next(({ direction }) => direction === 'out');
    assert.equal(answer?.['outcome'], 'undeliverable');
    assert.equal(second.received.length, 0);
  });

  it('shows an endpoint as connected while its last speaker is', async () => {
    await device.accepted('kp1/app/dcx/token/json/1', '1');
    await device.accepted('kp1/app-2/dcx/token/json/2', '1');
    const [shown] = (await getJson(simulator, 'endpoints')) as Record<string, unknown>[];
    assert.deepEqual(await getJson(simulator, 'endpoints/token'), { ...shown, commandTypes: [], configNames: [] });
    assert.equal(shown?.['token'], 'token');
    assert.equal(shown['appVersion'], 'app-2');
    assert.equal(shown['connected'], true);
    await device.client.endAsync();
    const endpoint = simulator.platform.endpoints.find('token');
    assert.ok(endpoint);
    await until(() => !simulator.platform.endpoints.isConnected(endpoint));
  });

  it('serves several endpoints and application versions over one connection', async () => {
    await device.accepted('kp1/app-1/dcx/one/json/1', '1');
    await device.accepted('kp1/app-2/dcx/two/json/1', '1');
    assert.deepEqual(
      simulator.platform.endpoints.list().map(({ token, appVersion }) => [token, appVersion]),
      [
        ['one', 'app-1'],
        ['two', 'app-2'],
      ],
    );
  });

  it('answers a burst completely and in order', async () => {
    const topics = Array.from({ length: 3000 }, (_, index) => `kp1/app/dcx/token/json/${index + 1}`);
    for (const topic of topics) device.client.publish(topic, '{"a":1}');
    await device.message(`${topics.at(-1)}/status`);
    assert.deepEqual(
      device.topics(),
      topics.map((topic) => `${topic}/status`),
    );
  });
});
