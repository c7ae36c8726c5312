import assert from 'node:assert/strict';
import type { Simulator } from '../../src/simulator/simulator.ts';
import { Bench, getJson, postCommand, putFaults, type Device } from './support.ts';

describe('simulator: faults', () => {
  let bench: Bench;
  let simulator: Simulator;
  let device: Device;

  beforeEach(async () => {
    bench = new Bench();
    simulator = await bench.simulator();
    device = await bench.device(simulator.mqttUrl);
  });

  afterEach(() => bench.close());

  function recorded(token = 'token'): unknown[] {
    return (
      simulator.platform.endpoints
        .find(token)
        ?.telemetry.page(100)
        .map(({ sample }) => sample) ?? []
    );
  }

  it('drop: the request is neither processed nor answered', async () => {
    await putFaults(simulator, [{ action: 'drop', count: 1 }]);
    await device.publish('kp1/app/dcx/token/json/1', '1', 1);
    await device.accepted('kp1/app/dcx/token/json/2', '2');
    assert.deepEqual(device.topics(), ['kp1/app/dcx/token/json/2/status']);
    assert.deepEqual(recorded(), [2]);
  });

  it('delay: processing and answer come later', async () => {
    await putFaults(simulator, [{ action: 'delay', delayMs: 50, count: 1 }]);
    await device.publish('kp1/app/dcx/token/json/1', '1');
    await device.accepted('kp1/app/dcx/token/json/2', '2');
    await device.message('kp1/app/dcx/token/json/1/status');
    assert.deepEqual(device.topics(), ['kp1/app/dcx/token/json/2/status', 'kp1/app/dcx/token/json/1/status']);
    assert.deepEqual(recorded(), [2, 1]);
  });

  it('error: answered with its status, not processed', async () => {
    await putFaults(simulator, [{ action: 'error', statusCode: 429, reasonPhrase: 'slow down', count: 1 }]);
    assert.deepEqual(await device.rejected('kp1/app/dcx/token/json/1', '1'), {
      statusCode: 429,
      reasonPhrase: 'slow down',
    });
    assert.deepEqual(recorded(), []);
  });

  it('error: 500 with the standard phrase by default, also without request ID', async () => {
    await putFaults(simulator, [{ action: 'error' }]);
    assert.deepEqual(await device.rejected('kp1/app/dcx/token/json', '1'), {
      statusCode: 500,
      reasonPhrase: 'Internal Server Error',
    });
  });

  it('disconnect: the connection is destroyed, the request is not processed', async () => {
    await putFaults(simulator, [{ action: 'disconnect', count: 1 }]);
    device.client.publish('kp1/app/dcx/token/json/1', '1');
    await device.closed();
    const next = await bench.device(simulator.mqttUrl);
    await next.accepted('kp1/app/dcx/token/json/2', '2');
    assert.deepEqual(recorded(), [2]);
  });

  it('count: applies that many times and is then removed', async () => {
    await putFaults(simulator, [{ action: 'error', count: 2 }]);
    await device.rejected('kp1/app/dcx/token/json/1', '1');
    assert.deepEqual(await getJson(simulator, 'faults'), [{ action: 'error', count: 1 }]);
    await device.rejected('kp1/app/dcx/token/json/2', '1');
    assert.deepEqual(await getJson(simulator, 'faults'), []);
    await device.accepted('kp1/app/dcx/token/json/3', '1');
  });

  it('selects by token', async () => {
    await putFaults(simulator, [{ action: 'error', token: 'bad' }]);
    await device.accepted('kp1/app/dcx/good/json/1', '1');
    await device.rejected('kp1/app/dcx/bad/json/1', '1');
  });

  it('selects by extension', async () => {
    await putFaults(simulator, [{ action: 'error', statusCode: 403, extension: 'epmx' }]);
    await device.accepted('kp1/app/dcx/token/json/1', '1');
    assert.equal((await device.rejected('kp1/app/epmx/token/get/keys/1')).statusCode, 403);
  });

  it('selects by resource: one metric, or all', async () => {
    await putFaults(simulator, [{ action: 'error', resource: 'plain/level' }]);
    await device.accepted('kp1/app/dcx/token/json/1', '1');
    await device.accepted('kp1/app/dcx/token/plain/other/2', '1');
    await device.rejected('kp1/app/dcx/token/plain/level/3', '1');
    await putFaults(simulator, [{ action: 'error', resource: 'plain' }]);
    await device.accepted('kp1/app/dcx/token/json/4', '1');
    await device.rejected('kp1/app/dcx/token/plain/other/5', '1');
  });

  it('does not take a resource for the beginning of another', async () => {
    await putFaults(simulator, [{ action: 'error', statusCode: 418, resource: 'update' }]);
    assert.equal((await device.rejected('kp1/app/epmx/token/update/1', '{"a":1}')).statusCode, 418);
    await device.accepted('kp1/app/epmx/token/update/keys/1', '{"a":1}');
  });

  const everyExtension: readonly (readonly [path: string, payload: string])[] = [
    ['epmx/token/update', '{"a":1}'],
    ['cex/token/command/reboot', ''],
    ['cmx/token/applied/json', '{"configId":"x"}'],
    ['cmx_ota/token/applied/json', '{"configId":"x"}'],
    ['bcx/token/token', ''],
  ];
  for (const [path, payload] of everyExtension) {
    const [extension = ''] = path.split('/');
    it(`works for ${extension}: drop, error, delay and disconnect`, async () => {
      await putFaults(simulator, [
        { extension, action: 'drop', count: 1 },
        { extension, action: 'error', statusCode: 503, count: 1 },
        { extension, action: 'delay', delayMs: 20, count: 1 },
        { extension, action: 'disconnect', count: 1 },
      ]);
      await device.publish(`kp1/app/${path}/1`, payload);
      assert.equal((await device.rejected(`kp1/app/${path}/2`, payload)).statusCode, 503);
      await device.accepted(`kp1/app/${path}/3`, payload);
      assert.deepEqual(device.topics(), [`kp1/app/${path}/2/error`, `kp1/app/${path}/3/status`]);
      device.client.publish(`kp1/app/${path}/4`, payload);
      await device.closed();
    });
  }

  it('changes nothing in the state where the request is not processed', async () => {
    await putFaults(simulator, [
      { action: 'drop', count: 1 },
      { action: 'error', count: 2 },
    ]);
    await device.publish('kp1/app/epmx/token/update/1', '{"a":1}');
    await device.rejected('kp1/app/cmx/token/applied/json/2', '{"configId":"x"}');
    await device.rejected('kp1/app/cex/token/command/reboot/3', '{"observe":false}');
    assert.deepEqual(await getJson(simulator, 'endpoints/token/metadata'), {});
    assert.deepEqual(await getJson(simulator, 'endpoints/token/config'), { configId: '', config: null, applied: null });
    const id = await postCommand(simulator, 'token/commands/reboot');
    assert.deepEqual(await device.pushed('kp1/app/cex/token/command/reboot/status'), [{ id }]);
  });

  it('applies the first that matches', async () => {
    await putFaults(simulator, [
      { action: 'error', statusCode: 401, token: 'other' },
      { action: 'error', statusCode: 402 },
      { action: 'error', statusCode: 403 },
    ]);
    assert.equal((await device.rejected('kp1/app/dcx/token/json/1', '1')).statusCode, 402);
  });

  it('probability: 0 never applies and uses nothing up, 1 always applies', async () => {
    await putFaults(simulator, [{ action: 'error', probability: 0, count: 1 }]);
    await device.accepted('kp1/app/dcx/token/json/1', '1');
    assert.deepEqual(await getJson(simulator, 'faults'), [{ action: 'error', probability: 0, count: 1 }]);
    await putFaults(simulator, [{ action: 'error', probability: 1 }]);
    await device.rejected('kp1/app/dcx/token/json/2', '1');
  });

  it('PUT replaces the list and returns it, DELETE empties it', async () => {
    await putFaults(simulator, [{ action: 'drop' }]);
    const replaced = await putFaults(simulator, [{ action: 'error' }]);
    assert.equal(replaced.status, 200);
    assert.deepEqual(await replaced.json(), [{ action: 'error' }]);
    const deleted = await fetch(`${simulator.httpUrl}/api/v1/faults`, { method: 'DELETE' });
    assert.equal(deleted.status, 204);
    await device.accepted('kp1/app/dcx/token/json/1', '1');
  });

  const invalid: readonly (readonly [what: string, faults: unknown])[] = [
    ['an object instead of a list', { action: 'drop' }],
    ['a fault without action', [{}]],
    ['an unknown action', [{ action: 'explode' }]],
    ['an unknown property', [{ action: 'drop', colour: 'red' }]],
    ['a delay without delayMs', [{ action: 'delay' }]],
    ['a count of zero', [{ action: 'drop', count: 0 }]],
    ['a probability above 1', [{ action: 'drop', probability: 2 }]],
  ];
  for (const [what, faults] of invalid) {
    it(`refuses ${what} with details and keeps the list`, async () => {
      await putFaults(simulator, [{ action: 'error' }]);
      const response = await putFaults(simulator, faults);
      assert.equal(response.status, 400);
      const { details } = (await response.json()) as { details: { path: string; reason: string }[] };
      assert.ok(details.length > 0 && details.every(({ reason }) => reason !== ''));
      assert.deepEqual(await getJson(simulator, 'faults'), [{ action: 'error' }]);
    });
  }
});
