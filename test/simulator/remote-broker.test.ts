import assert from 'node:assert/strict';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { connect, createServer, Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Context } from 'mocha';
import { startSimulator } from '../../src/simulator/simulator.ts';
import { Bench, getJson, putFaults } from './support.ts';

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  return typeof address === 'object' && address !== null ? address.port : 0;
}

async function accepts(port: number): Promise<boolean> {
  const socket = connect(port, '127.0.0.1');
  try {
    await once(socket, 'connect');
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}

/** A real Mosquitto on a loopback port; undefined where it is not installed. */
async function startMosquitto(directory: string, port: number): Promise<ChildProcess | undefined> {
  const configuration = join(directory, 'mosquitto.conf');
  await writeFile(configuration, `listener ${port} 127.0.0.1\nallow_anonymous true\nset_tcp_nodelay true\n`);
  const child = spawn('mosquitto', ['-c', configuration], {
    stdio: 'ignore',
    env: { ...process.env, PATH: `${process.env['PATH'] ?? ''}:/usr/sbin:/usr/local/sbin` },
  });
  const started = await Promise.race([
    once(child, 'spawn').then(() => true),
    new Promise<boolean>((resolve) => {
      child.once('error', () => resolve(false));
    }),
  ]);
  if (!started) return undefined;
  while (child.exitCode === null && !(await accepts(port)));
  return child;
}

describe('simulator: on a real broker', () => {
  let bench: Bench;
  let directory: string;
  let port: number;
  let broker: URL;
  let mosquitto: ChildProcess | undefined;

  async function stopMosquitto(): Promise<void> {
    if (mosquitto === undefined || mosquitto.exitCode !== null || mosquitto.signalCode !== null) return;
    const exited = once(mosquitto, 'exit');
    // SIGTERM is lost where it comes before the main loop runs.
    mosquitto.kill('SIGKILL');
    await exited;
  }

  beforeEach(async function startBroker(this: Context) {
    bench = new Bench();
    directory = await mkdtemp(join(tmpdir(), 'kaa-simulator-'));
    port = await freePort();
    broker = new URL(`mqtt://127.0.0.1:${port}`);
    mosquitto = await startMosquitto(directory, port);
    if (mosquitto === undefined) this.skip();
  });

  afterEach(async () => {
    await bench.close();
    await stopMosquitto();
    await rm(directory, { recursive: true, force: true });
  });

  it('tells the address of the broker', async () => {
    const simulator = await bench.simulator({ broker: new URL(`mqtt://user:secret@127.0.0.1:${port}`) });
    assert.equal(simulator.mqttUrl, `mqtt://127.0.0.1:${port}`);
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
    await stopMosquitto();
    mosquitto = await startMosquitto(directory, port);
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
