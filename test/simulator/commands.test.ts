import assert from 'node:assert/strict';
import { install, type Clock } from '@sinonjs/fake-timers';
import type { Simulator } from '../../src/simulator/simulator.ts';
import { Bench, getJson, postCommand, putFaults, send, type Device } from './support.ts';

const base = 'kp1/app/cex/token';

describe('simulator: commands', () => {
  let bench: Bench;
  let simulator: Simulator;
  let device: Device;
  let clock: Clock;

  beforeEach(async () => {
    clock = install({ toFake: ['Date'], now: Date.now() });
    bench = new Bench();
    simulator = await bench.simulator();
    device = await bench.device(simulator.mqttUrl);
  });

  afterEach(async () => {
    await bench.close();
    clock.uninstall();
  });

  async function commands(): Promise<Record<string, unknown>[]> {
    return (await getJson(simulator, 'endpoints/token/commands')) as Record<string, unknown>[];
  }

  async function only(): Promise<Record<string, unknown>> {
    const list = await commands();
    assert.equal(list.length, 1);
    return list[0] ?? {};
  }

  it('answers a request with an empty array where nothing is pending', async () => {
    assert.deepEqual(await device.asked(`${base}/command/reboot/1`), []);
    assert.deepEqual(await device.asked(`${base}/command/reboot/2`, {}), []);
  });

  it('answers every request with all pending commands of the type, in the order of their creation', async () => {
    const first = await postCommand(simulator, 'token/commands/reboot', { delay: 5 });
    const second = await postCommand(simulator, 'token/commands/reboot');
    await postCommand(simulator, 'token/commands/other', 'x');
    const third = await postCommand(simulator, 'token/commands/reboot', null);
    const pending = [{ id: first, payload: { delay: 5 } }, { id: second }, { id: third, payload: null }];
    assert.deepEqual(await device.asked(`${base}/command/reboot/1`), pending);
    assert.deepEqual(await device.asked(`${base}/command/reboot/2`, { observe: false }), pending);
    assert.deepEqual(
      (await commands()).map(({ deliveries }) => deliveries),
      [2, 2, 0, 2],
    );
  });

  it('counts IDs up from the epoch second, across DELETE state, endpoints and a restart', async () => {
    const now = Math.floor(Date.now() / 1000);
    const ids = [await postCommand(simulator, 'token/commands/reboot')];
    assert.ok((ids[0] ?? 0) >= now);
    ids.push(await postCommand(simulator, 'other/commands/reboot'));
    await send(simulator, 'DELETE', 'state');
    ids.push(await postCommand(simulator, 'token/commands/other'));
    await simulator.close();
    simulator = await bench.simulator();
    ids.push(await postCommand(simulator, 'token/commands/reboot'));
    assert.deepEqual(
      ids,
      ids.map((_, index) => (ids[0] ?? 0) + index),
    );
  });

  it('shows a pending command as the contract says', async () => {
    const id = await postCommand(simulator, 'token/commands/reboot?ttl=60', { a: 1 });
    assert.deepEqual(await only(), {
      id,
      type: 'reboot',
      payload: { a: 1 },
      ttl: 60,
      createdAt: new Date().toISOString(),
      status: 'pending',
      deliveries: 0,
      results: 0,
    });
  });

  it('completes a command with its result, without an answer, and delivers it no more', async () => {
    const id = await postCommand(simulator, 'token/commands/reboot');
    await device.asked(`${base}/command/reboot/1`);
    clock.tick(1000);
    const result = { id, statusCode: 202, reasonPhrase: 'Done', payload: { ok: true } };
    await device.publish(`${base}/result/reboot/2`, JSON.stringify([result]));
    await device.publish(`${base}/result/reboot`, '[]');
    assert.deepEqual(await device.asked(`${base}/command/reboot/3`), []);
    assert.deepEqual(device.topics(), [`${base}/command/reboot/1/status`, `${base}/command/reboot/3/status`]);
    assert.deepEqual(await only(), {
      id,
      type: 'reboot',
      ttl: 86_400,
      createdAt: new Date(Date.now() - 1000).toISOString(),
      status: 'completed',
      statusCode: 202,
      reasonPhrase: 'Done',
      result: { ok: true },
      completedAt: new Date().toISOString(),
      deliveries: 1,
      results: 1,
    });
  });

  it('keeps the first result and counts further ones', async () => {
    const id = await postCommand(simulator, 'token/commands/reboot');
    await device.publish(`${base}/result/reboot/1`, JSON.stringify([{ id, statusCode: 200 }]));
    await device.publish(`${base}/result/reboot/2`, JSON.stringify([{ id, statusCode: 500 }]));
    await device.asked(`${base}/command/reboot/3`);
    const { status, statusCode, results } = await only();
    assert.deepEqual([status, statusCode, results], ['completed', 200, 2]);
  });

  it('takes several results at once, and those of unknown commands and of another type', async () => {
    const reboot = await postCommand(simulator, 'token/commands/reboot');
    const open = await postCommand(simulator, 'token/commands/open');
    const results = [reboot, open, 1].map((id) => ({ id, statusCode: 200 }));
    await device.publish(`${base}/result/reboot/1`, JSON.stringify(results));
    await device.asked(`${base}/command/reboot/2`);
    assert.deepEqual(
      (await commands()).map(({ type, status, results: count }) => [type, status, count]),
      [
        ['reboot', 'completed', 1],
        ['open', 'pending', 0],
      ],
    );
    assert.equal(device.received.length, 1);
  });

  it('answers invalid results on /error, with and without request ID, and takes none of them', async () => {
    const id = await postCommand(simulator, 'token/commands/reboot');
    const payload = JSON.stringify([{ id, statusCode: 200 }, { id }]);
    assert.equal((await device.rejected(`${base}/result/reboot/1`, payload)).statusCode, 400);
    assert.equal((await device.rejected(`${base}/result/reboot`, payload)).statusCode, 400);
    assert.equal((await only())['results'], 0);
  });

  it('--confirm-results: answers results on /status where they carry a request ID', async () => {
    simulator = await bench.simulator({ confirmResults: true });
    device = await bench.device(simulator.mqttUrl);
    await device.publish(`${base}/result/reboot`, '[]');
    assert.equal((await device.accepted(`${base}/result/reboot/1`, '[{"id":1,"statusCode":200}]')).payload, '');
    assert.equal(device.received.length, 1);
  });

  it('delivers a command until its time to live ends, a day by default', async () => {
    const short = await postCommand(simulator, 'token/commands/reboot?ttl=10');
    const usual = await postCommand(simulator, 'token/commands/reboot');
    clock.tick(9_999);
    assert.deepEqual(await device.asked(`${base}/command/reboot/1`), [{ id: short }, { id: usual }]);
    clock.tick(1);
    assert.deepEqual(await device.asked(`${base}/command/reboot/2`), [{ id: usual }]);
    clock.tick(86_400_000 - 10_001);
    assert.deepEqual(await device.asked(`${base}/command/reboot/3`), [{ id: usual }]);
    clock.tick(1);
    assert.deepEqual(await device.asked(`${base}/command/reboot/4`), []);
    assert.deepEqual(
      (await commands()).map(({ status }) => status),
      ['expired', 'expired'],
    );
  });

  it('completes a command by a result that comes after its time to live', async () => {
    const id = await postCommand(simulator, 'token/commands/reboot?ttl=1');
    clock.tick(5000);
    assert.equal((await only())['status'], 'expired');
    await device.publish(`${base}/result/reboot`, JSON.stringify([{ id, statusCode: 200 }]));
    assert.deepEqual(await device.asked(`${base}/command/reboot/2`), []);
    assert.equal((await only())['status'], 'completed');
  });

  it('ttl=0: pushed once and never returned on a request', async () => {
    await device.accepted('kp1/app/dcx/token/json/1', '1');
    const id = await postCommand(simulator, 'token/commands/reboot?ttl=0');
    assert.deepEqual(await device.pushed(`${base}/command/reboot/status`), [{ id }]);
    assert.deepEqual(await device.asked(`${base}/command/reboot/2`), []);
    const { deliveries, status } = await only();
    assert.deepEqual([deliveries, status], [1, 'expired']);
    await device.publish(`${base}/result/reboot`, JSON.stringify([{ id, statusCode: 200 }]));
    await device.asked(`${base}/command/reboot/3`);
    assert.equal((await only())['status'], 'completed');
  });

  it('ttl=0: never delivered where the endpoint is not connected', async () => {
    await postCommand(simulator, 'token/commands/reboot?ttl=0');
    assert.deepEqual(await device.asked(`${base}/command/reboot/1`), []);
    assert.equal((await only())['deliveries'], 0);
    assert.equal(device.received.length, 1);
  });

  it('counts no delivery by a request that a fault dropped, or whose answer found nobody', async () => {
    await postCommand(simulator, 'token/commands/reboot');
    await putFaults(simulator, [{ action: 'drop', count: 1 }]);
    await device.publish(`${base}/command/reboot/1`, '', 1);
    assert.equal((await only())['deliveries'], 0);
    await putFaults(simulator, [{ action: 'delay', delayMs: 20, count: 1 }]);
    await device.publish(`${base}/command/reboot/2`, '', 1);
    const events = await bench.events(simulator);
    await device.client.endAsync();
    await events.next(({ outcome }) => outcome === 'undeliverable');
    assert.equal((await only())['deliveries'], 0);
  });

  for (const path of [
    'token/commands/reboot?ttl=-1',
    'token/commands/reboot?ttl=x',
    'token/commands/123',
    'token/commands/a%2Fb',
    'to.ken/commands/reboot',
  ]) {
    it(`refuses POST ${path}`, async () => {
      assert.equal((await send(simulator, 'POST', `endpoints/${path}`, {})).status, 400);
      assert.deepEqual(await getJson(simulator, 'endpoints'), []);
    });
  }

  it('refuses a payload that is not JSON', async () => {
    const url = `${simulator.httpUrl}/api/v1/endpoints/token/commands/reboot`;
    for (const body of ['{', '['.repeat(100_000), Buffer.from([0x22, 0xff, 0x22])]) {
      assert.equal((await fetch(url, { method: 'POST', body })).status, 400);
    }
    assert.deepEqual(await commands(), []);
  });
});
