import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { install } from '@sinonjs/fake-timers';
import type { Message } from '../../src/simulator/platform/message.ts';
import { Platform } from '../../src/simulator/platform/platform.ts';
import { startSimulator } from '../../src/simulator/simulator.ts';

/** Runs in a process of its own, which must end by itself. */
const script = `
import { connect } from 'node:net';
import { connectAsync } from 'mqtt';
import { startSimulator } from ${JSON.stringify(new URL('../../src/simulator/simulator.ts', import.meta.url).href)};

const simulator = await startSimulator({ mqttPort: 0, httpPort: 0 });
const options = { reconnectPeriod: 0, protocolVersion: 4 };
const devices = [
  await connectAsync(simulator.mqttUrl, options),
  await connectAsync(simulator.mqttUrl.replace('mqtt:', 'ws:') + '/ws', options),
  await connectAsync(simulator.httpUrl.replace('http:', 'ws:') + '/ws', options),
];
const { port } = new URL(simulator.mqttUrl);
const silent = connect(port, '127.0.0.1').on('error', () => undefined);
const events = await fetch(simulator.httpUrl + '/api/v1/events');
const read = events.text().catch(() => undefined);
await fetch(simulator.httpUrl + '/api/v1/faults', {
  method: 'PUT', body: JSON.stringify([{ action: 'delay', delayMs: 3600000 }]),
});
for (const device of devices) await device.publishAsync('kp1/app/dcx/token/json/1', '1', { qos: 1 });
const started = performance.now();
await simulator.close();
console.log(performance.now() - started);
await read;
`;

describe('simulator: close', () => {
  it('ends connections, streams and timers within a second, and leaves nothing that keeps a process alive', async () => {
    const child = spawn(process.execPath, ['--input-type=module', '-e', script], {
      stdio: ['ignore', 'pipe', 'inherit'],
      cwd: import.meta.dirname,
    });
    const [[code], output] = await Promise.all([once(child, 'exit'), text(child.stdout)]);
    assert.equal(code, 0);
    assert.ok(Number(output) < 1000, output);
  }).timeout(10_000);

  it('may be called again, and frees the ports', async () => {
    const simulator = await startSimulator({ mqttPort: 0, httpPort: 0 });
    await Promise.all([simulator.close(), simulator.close()]);
    const [mqttPort, httpPort] = [simulator.mqttUrl, simulator.httpUrl].map((url) => Number(new URL(url).port));
    const next = await startSimulator({ mqttPort: mqttPort ?? 0, httpPort: httpPort ?? 0 });
    await next.close();
  });

  it('neither processes nor answers what was delayed', () => {
    const clock = install({ toFake: ['setTimeout', 'clearTimeout'] });
    try {
      const platform = new Platform({ maxEndpoints: 1, maxSamples: 1 });
      const sent: Message[] = [];
      platform.attach({ send: (message) => sent.push(message) > 0, disconnect: () => undefined });
      platform.faults.replace([{ action: 'delay', delayMs: 10 }]);
      const request = { topic: 'kp1/app/dcx/token/json/1', payload: Buffer.from('1'), qos: 0 } as const;
      platform.receive('c1', request);
      clock.tick(10);
      assert.equal(sent.length, 1);
      platform.receive('c1', request);
      platform.close();
      clock.tick(10);
      assert.equal(sent.length, 1);
      assert.equal(platform.endpoints.find('token')?.telemetry.count, 1);
    } finally {
      clock.uninstall();
    }
  });

  it('leaves nothing open where the start fails', async () => {
    const simulator = await startSimulator({ mqttPort: 0, httpPort: 0 });
    const httpPort = Number(new URL(simulator.httpUrl).port);
    await assert.rejects(startSimulator({ mqttPort: 0, httpPort }), {
      name: 'ListenError',
      purpose: 'http',
      taken: true,
    });
    await simulator.close();
  });
});
