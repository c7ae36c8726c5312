import assert from 'node:assert/strict';
import type { Simulator } from '../../src/simulator/simulator.ts';
import { Bench, type Device } from './support.ts';

describe('simulator: mode broker', () => {
  let bench: Bench;
  let simulator: Simulator;
  let device: Device;

  beforeEach(async () => {
    bench = new Bench();
    simulator = await bench.simulator({ mode: 'broker' });
    device = await bench.device(simulator.mqttUrl);
  });

  afterEach(() => bench.close());

  it('answers matching subscriptions only', async () => {
    await device.publish('kp1/app/dcx/token/json/1', '1', 1);
    await device.client.subscribeAsync('kp1/app/dcx/token/json/2/status');
    await device.accepted('kp1/app/dcx/token/json/2', '1');
    assert.deepEqual(device.topics(), ['kp1/app/dcx/token/json/2/status']);
  });

  it('answers whoever subscribed, not only who asked', async () => {
    const watcher = await bench.device(simulator.mqttUrl);
    await watcher.client.subscribeAsync('kp1/+/+/+/json/+/status', { qos: 1 });
    await device.publish('kp1/app/dcx/token/json/1', '1', 1);
    assert.equal((await watcher.message('kp1/app/dcx/token/json/1/status')).qos, 1);
  });

  it('forwards what clients publish, as any broker does', async () => {
    const watcher = await bench.device(simulator.mqttUrl);
    await watcher.client.subscribeAsync(['other/topic', 'kp1/app/dcx/token/json']);
    await device.publish('other/topic', 'hello');
    await device.publish('kp1/app/dcx/token/json', '1');
    assert.equal((await watcher.message('other/topic')).payload, 'hello');
    await watcher.message('kp1/app/dcx/token/json');
  });

  it('takes no answer for a request', async () => {
    await device.client.subscribeAsync('kp1/+/+/+/json/+/error');
    await device.publish('kp1/app/dcx/token/json/1/status', 'not JSON');
    await device.publish('kp1/app/dcx/token/json/error', 'not JSON');
    await device.rejected('kp1/app/dcx/token/json/2', 'not JSON');
    assert.equal(device.received.length, 1);
  });
});
