import assert from 'node:assert/strict';
import type { Simulator } from '../../src/simulator/simulator.ts';
import { assign, Bench, getJson, postCommand, putFaults, send, type EventReader } from './support.ts';

describe('simulator: events and state', () => {
  let bench: Bench;
  let simulator: Simulator;
  let events: EventReader;

  beforeEach(async () => {
    bench = new Bench();
    simulator = await bench.simulator();
    events = await bench.events(simulator);
  });

  afterEach(() => bench.close());

  it('shows clients coming and going', async () => {
    const device = await bench.device(simulator.mqttUrl, { clientId: 'gateway' });
    const connected = await events.next(() => true);
    assert.equal(connected?.['kind'], 'connect');
    assert.equal(connected['clientId'], 'gateway');
    await device.client.endAsync();
    const disconnected = await events.next(() => true);
    assert.equal(disconnected?.['kind'], 'disconnect');
    assert.equal(disconnected['clientId'], 'gateway');
    assert.equal(disconnected['connection'], connected['connection']);
  });

  it('shows messages in and out', async () => {
    const device = await bench.device(simulator.mqttUrl);
    await device.accepted('kp1/app/dcx/token/json/1', '{"text":"grün"}', 1);
    const { at, connection, ...received } = (await events.next(({ direction }) => direction === 'in')) ?? {};
    assert.match(String(at), /^\d{4}-.*Z$/);
    assert.deepEqual(received, {
      kind: 'message',
      direction: 'in',
      topic: 'kp1/app/dcx/token/json/1',
      appVersion: 'app',
      extension: 'dcx',
      token: 'token',
      path: 'json',
      requestId: 1,
      qos: 1,
      size: 16,
      payload: '{"text":"grün"}',
      outcome: 'accepted',
    });
    const sent = await events.next(({ direction }) => direction === 'out');
    assert.equal(sent?.['topic'], 'kp1/app/dcx/token/json/1/status');
    assert.equal(sent['connection'], connection);
    assert.equal(sent['size'], 0);
  });

  it('shows refusals with their status code', async () => {
    const device = await bench.device(simulator.mqttUrl);
    await device.rejected('kp1/app/dcx/token/json/1', '{');
    assert.equal((await events.next(({ direction }) => direction === 'in'))?.['outcome'], 'rejected');
    assert.equal((await events.next(({ direction }) => direction === 'out'))?.['statusCode'], 400);
  });

  it('shows faults, and messages that are ignored', async () => {
    await putFaults(simulator, [{ action: 'drop', count: 1 }]);
    const device = await bench.device(simulator.mqttUrl);
    await device.publish('kp1/app/dcx/token/json/1', '1');
    await device.publish('other/topic', '1');
    const dropped = await events.next(({ direction }) => direction === 'in');
    assert.equal(dropped?.['fault'], 'drop');
    const other = await events.next(({ direction }) => direction === 'in');
    assert.equal(other?.['outcome'], 'ignored');
    assert.equal(other['fault'], undefined);
  });

  it('bounds the payload it shows, but tells its size', async () => {
    const device = await bench.device(simulator.mqttUrl);
    await device.publish('kp1/app/dcx/token/json', JSON.stringify({ text: 'x'.repeat(100_000) }));
    const event = await events.next(({ direction }) => direction === 'in');
    assert.equal(event?.['size'], 100_011);
    assert.equal(String(event['payload']).length, 4096);
  });

  it('shows pushes', async () => {
    const device = await bench.device(simulator.mqttUrl);
    await device.accepted('kp1/app/dcx/token/json/1', '1');
    const id = await postCommand(simulator, 'token/commands/reboot', { a: 1 });
    const { at, connection, ...push } =
      (await events.next(({ topic }) => topic === 'kp1/app/cex/token/command/reboot/status')) ?? {};
    assert.equal(typeof at, 'string');
    assert.equal(typeof connection, 'string');
    const payload = JSON.stringify([{ id, payload: { a: 1 } }]);
    assert.deepEqual(push, {
      kind: 'message',
      direction: 'out',
      topic: 'kp1/app/cex/token/command/reboot/status',
      appVersion: 'app',
      extension: 'cex',
      token: 'token',
      path: 'command/reboot',
      qos: 1,
      size: payload.length,
      payload,
    });
  });

  const requests = [
    ['metadata', 'epmx/token/update/1', '{"a":1}', ''],
    ['metadata', 'epmx/token/update/keys/1', '{"a":1}', ''],
    ['metadata', 'epmx/token/delete/keys/1', '["a"]', ''],
    ['commands', 'cex/token/command/reboot/1', '', 'reboot'],
    ['commands', 'cex/token/result/reboot/1', '[{"id":1,"statusCode":200}]', 'reboot'],
    ['configuration', 'cmx/token/applied/json/1', '{"configId":"x"}', ''],
    ['configuration', 'cmx/token/applied/json/net/1', '{"configId":"x"}', 'net'],
    ['software', 'cmx_ota/token/applied/json/1', '{"configId":"x"}', ''],
  ] as const;
  for (const [what, topic, payload, name] of requests) {
    it(`tells that ${topic} changed ${what}`, async () => {
      const device = await bench.device(simulator.mqttUrl);
      await device.publish(`kp1/app/${topic}`, payload);
      const { at, ...event } = (await events.next((each) => each['what'] === what)) ?? {};
      assert.equal(typeof at, 'string');
      assert.deepEqual(event, { kind: 'changed', what, token: 'token', name });
    });
  }

  const actions: readonly (readonly [string, () => Promise<unknown>, object])[] = [
    ['metadata', () => send(simulator, 'PATCH', 'endpoints/token/metadata', { a: 1 }), { token: 'token' }],
    ['commands', () => postCommand(simulator, 'token/commands/reboot'), { token: 'token' }],
    ['configuration', () => assign(simulator, 'token/config/net', 1), { token: 'token', name: 'net' }],
    ['software', () => assign(simulator, 'token/software', { version: '1', config: 1 }), { token: 'token' }],
    ['faults', () => putFaults(simulator, [{ action: 'drop' }]), {}],
    ['state', () => send(simulator, 'DELETE', 'state'), {}],
  ];
  for (const [what, act, about] of actions) {
    it(`tells that the control API changed ${what}`, async () => {
      await act();
      const { at, ...event } = (await events.next((each) => each['what'] === what)) ?? {};
      assert.equal(typeof at, 'string');
      assert.deepEqual(event, { kind: 'changed', what, ...about });
    });
  }

  it('tells of an endpoint that is new, and of each use of a fault that is counted', async () => {
    await putFaults(simulator, [{ action: 'drop', count: 2 }]);
    await events.next(({ what }) => what === 'faults');
    const device = await bench.device(simulator.mqttUrl);
    await device.publish('kp1/app/dcx/token/json/1', '1');
    const [one, other] = [
      await events.next(({ kind }) => kind === 'changed'),
      await events.next(({ kind }) => kind === 'changed'),
    ];
    assert.deepEqual(new Set([one?.['what'], other?.['what']]), new Set(['endpoint', 'faults']));
  });

  it('tells of many changes of the same thing once', async () => {
    for (let index = 1; index <= 20; index += 1) simulator.platform.changes.note({ what: 'metadata', token: 'token' });
    simulator.platform.changes.note({ what: 'metadata', token: 'another' });
    assert.equal((await events.next(({ kind }) => kind === 'changed'))?.['token'], 'token');
    assert.equal((await events.next(({ kind }) => kind === 'changed'))?.['token'], 'another');
  });

  it('shows so many messages a second as are asked for, and counts the others', async () => {
    const few = await bench.events(simulator, '?limit=3');
    const device = await bench.device(simulator.mqttUrl);
    for (let id = 1; id <= 10; id += 1) await device.publish(`kp1/app/dcx/token/json/${id}`, '1');
    let shown = 0;
    const skipped = await few.next(({ kind }) => {
      if (kind === 'message') shown += 1;
      return kind === 'skipped';
    });
    assert.ok(shown >= 3 && shown < 20);
    assert.ok(Number(skipped?.['count']) > 0);
    assert.equal((await fetch(`${simulator.httpUrl}/api/v1/events?limit=0`)).status, 400);
  });

  it('ends the stream at close', async () => {
    await simulator.close();
    await assert.rejects(events.next(() => true));
  });

  it('DELETE state forgets everything of an endpoint', async () => {
    const device = await bench.device(simulator.mqttUrl);
    const uploadToken = ((await device.asked('kp1/app/bcx/token/token/1')) as { token: string }).token;
    const headers = { 'x-auth-token': uploadToken };
    await fetch(`${simulator.httpUrl}/bcx/api/v1/binary-data?name=a`, { method: 'POST', body: 'x', headers });
    await send(simulator, 'PUT', 'endpoints/token/metadata', { a: 1 });
    await postCommand(simulator, 'token/commands/reboot');
    await assign(simulator, 'token/config', 1);
    await assign(simulator, 'token/software', { version: '1.0', config: 1 });
    await send(simulator, 'DELETE', 'state');
    const none = { configId: '', config: null, applied: null };
    assert.deepEqual(await getJson(simulator, 'endpoints/token/metadata'), {});
    assert.deepEqual(await getJson(simulator, 'endpoints/token/commands'), []);
    assert.deepEqual(await getJson(simulator, 'endpoints/token/blobs'), []);
    assert.deepEqual(await getJson(simulator, 'endpoints/token/config'), none);
    assert.deepEqual(await getJson(simulator, 'endpoints/token/software'), { ...none, version: '', installed: null });
  });

  it('DELETE state forgets endpoints and samples, not faults', async () => {
    await putFaults(simulator, [{ action: 'drop', token: 'other' }]);
    const device = await bench.device(simulator.mqttUrl);
    await device.accepted('kp1/app/dcx/token/json/1', '[1,2]');
    const response = await fetch(`${simulator.httpUrl}/api/v1/state`, { method: 'DELETE' });
    assert.equal(response.status, 204);
    assert.deepEqual(await getJson(simulator, 'endpoints'), []);
    assert.deepEqual(await getJson(simulator, 'endpoints/token/telemetry/count'), { count: 0 });
    assert.deepEqual(await getJson(simulator, 'faults'), [{ action: 'drop', token: 'other' }]);
    await device.accepted('kp1/app/dcx/token/json/2', '3');
    const [first] = (await getJson(simulator, 'endpoints/token/telemetry')) as { seq: number }[];
    assert.equal(first?.seq, 1);
  });
});
