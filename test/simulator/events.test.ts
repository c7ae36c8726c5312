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
      qos: 1,
      size: payload.length,
      payload,
    });
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
