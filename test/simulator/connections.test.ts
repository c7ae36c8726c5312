import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect, Socket } from 'node:net';
import { WebSocket } from 'ws';
import type { Simulator } from '../../src/simulator/simulator.ts';
import { until } from '../support/until.ts';
import { Bench } from './support.ts';

async function webSocketStatus(url: string, origin: string): Promise<number | undefined> {
  const webSocket = new WebSocket(url, 'mqtt', { origin });
  return new Promise((resolve) => {
    webSocket.once('error', () => undefined);
    webSocket.once('unexpected-response', (_request, response) => {
      resolve(response.statusCode);
      webSocket.terminate();
    });
    webSocket.once('open', () => {
      resolve(101);
      webSocket.terminate();
    });
  });
}

describe('simulator: connections', () => {
  let bench: Bench;
  let simulator: Simulator;
  const sockets: Socket[] = [];

  beforeEach(async () => {
    bench = new Bench();
    simulator = await bench.simulator();
  });

  afterEach(async () => {
    for (const socket of sockets.splice(0)) socket.destroy();
    await bench.close();
  });

  async function socketTo(url: string): Promise<Socket> {
    const { hostname, port } = new URL(url);
    const socket = connect(Number(port), hostname);
    sockets.push(socket);
    socket.on('error', () => undefined);
    await once(socket, 'connect');
    return socket;
  }

  it('takes MQTT over WebSocket on the MQTT port', async () => {
    const device = await bench.device(`${simulator.mqttUrl.replace('mqtt:', 'ws:')}/ws`);
    await device.accepted('kp1/app/dcx/token/json/1', '1', 1);
  });

  it('takes MQTT over WebSocket on the HTTP port', async () => {
    const device = await bench.device(`${simulator.httpUrl.replace('http:', 'ws:')}/ws`);
    await device.accepted('kp1/app/dcx/token/json/1', '1', 1);
  });

  it('answers over WebSocket what was asked over TCP, when the WebSocket spoke last', async () => {
    const tcp = await bench.device(simulator.mqttUrl);
    await tcp.accepted('kp1/app/dcx/token/json/1', '1');
    const ws = await bench.device(`${simulator.httpUrl.replace('http:', 'ws:')}/ws`);
    await ws.accepted('kp1/app/dcx/token/json/2', '1');
    assert.equal(tcp.received.length, 1);
  });

  for (const port of ['mqttUrl', 'httpUrl'] as const) {
    it(`refuses WebSockets of other paths and origins (${port})`, async () => {
      const base = `ws://${new URL(simulator[port]).host}`;
      const own = base.replace('ws:', 'http:');
      assert.equal(await webSocketStatus(`${base}/ws`, own), 101);
      assert.equal(await webSocketStatus(`${base}/other`, own), 404);
      assert.equal(await webSocketStatus(`${base}/ws`, 'http://example.com'), 403);
    });
  }

  it('demands credentials where it has some', async () => {
    const guarded = await bench.simulator({ auth: { user: 'user', password: 'pass' } });
    await assert.rejects(bench.device(guarded.mqttUrl), /Bad username or password/);
    await assert.rejects(bench.device(guarded.mqttUrl, { username: 'user', password: 'wrong' }), /Bad username/);
    const device = await bench.device(guarded.mqttUrl, { username: 'user', password: 'pass' });
    await device.accepted('kp1/app/dcx/token/json/1', '1');
  });

  it('recognises the protocol although bytes arrive one by one', async () => {
    const socket = await socketTo(simulator.mqttUrl);
    socket.setNoDelay(true);
    const connectPacket = Buffer.from([0x10, 0x0d, 0, 4, 0x4d, 0x51, 0x54, 0x54, 4, 2, 0, 60, 0, 1, 0x61]);
    for (const byte of connectPacket) socket.write(Buffer.from([byte]));
    const [connack] = (await once(socket, 'data')) as [Buffer];
    assert.deepEqual([...connack], [0x20, 2, 0, 0]);
  });

  it('takes a message just below 1 MB', async () => {
    const device = await bench.device(simulator.mqttUrl);
    await device.accepted('kp1/app/dcx/token/json/1', JSON.stringify({ text: 'x'.repeat(1_000_000) }), 1);
  });

  it('closes the connection on a larger one, over TCP and over WebSocket', async () => {
    for (const url of [simulator.mqttUrl, `${simulator.httpUrl.replace('http:', 'ws:')}/ws`]) {
      const device = await bench.device(url);
      device.client.publish('kp1/app/dcx/token/json/1', JSON.stringify({ text: 'x'.repeat(1_048_576) }));
      await device.closed();
    }
    assert.equal(simulator.platform.endpoints.find('token'), undefined);
  });

  it('survives what is not MQTT', async () => {
    for (const bytes of ['hello', 'GET nonsense\r\n\r\n', '\u0010\u0003abc', '\u0000', 'G']) {
      const socket = await socketTo(simulator.mqttUrl);
      socket.end(bytes);
      socket.resume();
      await once(socket, 'close');
    }
    const device = await bench.device(simulator.mqttUrl);
    await device.accepted('kp1/app/dcx/token/json/1', '1');
  });

  it('survives binary payloads and unusual topics', async () => {
    const device = await bench.device(simulator.mqttUrl);
    await device.publish('kp1/app/dcx/token/json', Buffer.from([0, 255, 128, 1]));
    await device.publish(Array.from({ length: 90 }, () => 'kp1').join('/'), '1');
    await device.publish('kp1/app/dcx/token/status/1', '1');
    await device.publish('kp1/\u0001/dcx/token/json', '1');
    await device.publish('/', '1');
    await device.accepted('kp1/app/dcx/token/json/1', '1');
  });

  it('closes a connection that reads no answers', async () => {
    const device = await bench.device(simulator.mqttUrl);
    const topic = `kp1/app/dcx/token/plain/${'x'.repeat(50_000)}/1`;
    device.client.stream.pause();
    let closed = false;
    device.client.once('close', () => {
      closed = true;
    });
    // Names this long are refused, with an answer as long as the request.
    const send = (): void => {
      if (!closed) device.client.publish(topic, '', { qos: 0 }, () => setImmediate(send));
    };
    send();
    await until(() => closed);
  }).timeout(10_000);

  it('sets no-delay on its sockets, so that QoS 1 does not stall', async () => {
    const device = await bench.device(simulator.mqttUrl);
    assert.ok(device.client.stream instanceof Socket);
    device.client.stream.setNoDelay(true);
    const started = performance.now();
    for (let id = 1; id <= 50; id += 1) await device.accepted(`kp1/app/dcx/token/json/${id}`, '1', 1);
    assert.ok(performance.now() - started < 1000, 'a stall is 40 ms each');
  });
});
