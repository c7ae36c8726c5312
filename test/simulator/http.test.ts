import assert from 'node:assert/strict';
import { request } from 'node:http';
import { AccessRules } from '../../src/simulator/network/access-rules.ts';
import { isLoopback } from '../../src/protocol/loopback.ts';
import { Credentials } from '../../src/simulator/network/credentials.ts';
import type { Simulator } from '../../src/simulator/simulator.ts';
import { Bench } from './support.ts';

function basic(text: string): string {
  return `Basic ${Buffer.from(text).toString('base64')}`;
}

describe('simulator: HTTP', () => {
  let bench: Bench;
  let simulator: Simulator;

  beforeEach(async () => {
    bench = new Bench();
    simulator = await bench.simulator();
  });

  afterEach(() => bench.close());

  async function call(
    path: string,
    init: RequestInit = {},
  ): Promise<{ status: number; body: unknown; headers: Headers }> {
    const response = await fetch(`${simulator.httpUrl}${path}`, init);
    return { status: response.status, body: await response.json(), headers: response.headers };
  }

  it('says what it is, and how many endpoints are connected', async () => {
    const device = await bench.device(simulator.mqttUrl);
    await device.accepted('kp1/app/dcx/token/json/1', '1');
    simulator.platform.endpoints.findOrCreate('another');
    const { mqttUrl: mqtt, httpUrl: http } = simulator;
    const about = {
      kaaSimulator: 1,
      mqtt,
      http,
      mode: 'kpc',
      auth: false,
      mqttAuth: false,
      endpoints: 2,
      connected: 1,
    };
    assert.deepEqual((await call('/api/v1/simulator')).body, about);
  });

  it('says of an endpoint what can be asked about further', async () => {
    const device = await bench.device(simulator.mqttUrl);
    await device.accepted('kp1/app/cex/token/command/reboot/1');
    simulator.platform.endpoints.find('token')?.commands.create(1, 'blink', 1, undefined);
    simulator.platform.endpoints
      .find('token')
      ?.configurations.publish('net', { configId: 'x', config: 1, publishedAt: '' });
    const { body } = await call('/api/v1/endpoints/token');
    const { configNames, commandTypes } = body as Record<string, unknown>;
    assert.deepEqual([configNames, commandTypes], [['net'], ['blink', 'reboot']]);
  });

  /** fetch sets Host and Origin by itself. */
  async function statusWith(headers: Record<string, string>, url = simulator.httpUrl): Promise<number | undefined> {
    return new Promise((resolve, reject) => {
      const outgoing = request(`${url}/api/v1/endpoints`, { headers }, (response) => {
        response.resume();
        resolve(response.statusCode);
      });
      outgoing.once('error', reject).end();
    });
  }

  it('shows the console page at its root, which may run and load nothing but its own files', async () => {
    const response = await fetch(simulator.httpUrl);
    assert.match(response.headers.get('content-type') ?? '', /^text\/html/);
    const policy = response.headers.get('content-security-policy') ?? '';
    for (const rule of ["default-src 'none'", "script-src 'self'", "require-trusted-types-for 'script'"]) {
      assert.ok(policy.split('; ').includes(rule), rule);
    }
    const files = [...(await response.text()).matchAll(/(?:href|src)="([^"]+)"/g)].map(([, file]) => String(file));
    assert.equal(files.length, 4);
    for (const file of files) {
      const { status, headers } = await fetch(`${simulator.httpUrl}/${file}`);
      assert.deepEqual([status, headers.get('x-content-type-options')], [200, 'nosniff'], file);
    }
  });

  for (const path of [
    '/console/',
    '/console/nothing.js',
    '/console/..%2f..%2fpackage.json',
    '/console/%2e%2e/package.json',
  ]) {
    it(`serves no file for ${path}`, async () => {
      assert.equal((await call(path)).status, 404);
    });
  }

  for (const path of ['/nothing', '/api/v1', '/api/v1/endpoints/', '/api/v1/endpoints/token/nothing', '//']) {
    it(`answers ${path} with 404`, async () => {
      assert.equal((await call(path)).status, 404);
    });
  }

  it('answers an unknown endpoint with 404', async () => {
    const { status, body } = await call('/api/v1/endpoints/nobody');
    assert.equal(status, 404);
    assert.deepEqual(body, { statusCode: 404, reasonPhrase: 'no endpoint with this token has spoken' });
  });

  it('answers a wrong method with 405 and the right ones', async () => {
    const { status, headers } = await call('/api/v1/faults', { method: 'POST' });
    assert.equal(status, 405);
    assert.equal(headers.get('allow'), 'GET, PUT, DELETE');
  });

  it('answers a body that is not JSON with 400 and the reason', async () => {
    const { status, body } = await call('/api/v1/faults', { method: 'PUT', body: '[{' });
    assert.equal(status, 400);
    assert.match((body as { reasonPhrase: string }).reasonPhrase, /not JSON/);
  });

  it('answers a body above 1 MB with 413', async () => {
    const { status } = await call('/api/v1/faults', { method: 'PUT', body: `["${'x'.repeat(1_048_576)}"]` });
    assert.equal(status, 413);
  });

  it('answers a badly encoded path with 400', async () => {
    assert.equal((await call('/api/v1/endpoints/%ff')).status, 400);
  });

  it('sends no CORS headers', async () => {
    const { headers } = await call('/api/v1/endpoints', { headers: { origin: simulator.httpUrl } });
    assert.equal(headers.get('access-control-allow-origin'), null);
  });

  it('serves its own origin and refuses others with 403', async () => {
    assert.equal(await statusWith({ origin: simulator.httpUrl }), 200);
    assert.equal(await statusWith({ origin: 'http://example.com' }), 403);
    assert.equal(await statusWith({ origin: 'http://127.0.0.1:1' }), 403);
    assert.equal(await statusWith({ origin: 'null' }), 403);
  });

  it('refuses a Host that is not its own on loopback', async () => {
    const { port } = new URL(simulator.httpUrl);
    assert.equal(await statusWith({ host: `localhost:${port}` }), 200);
    assert.equal(await statusWith({ host: `rebound.example.com:${port}` }), 403);
  });

  it('serves no control API on the MQTT port', async () => {
    assert.equal(await statusWith({}, simulator.mqttUrl.replace('mqtt:', 'http:')), 426);
  });

  describe('beyond loopback', () => {
    const rules = new AccessRules('0.0.0.0', new Credentials('user', 'pass:word'));

    it('takes any Host but no other origin', () => {
      assert.equal(rules.refuseOrigin({ host: 'kaa.example.com:1884' }), undefined);
      assert.equal(
        rules.refuseOrigin({ host: 'Kaa.example.com:1884', origin: 'http://kaa.example.com:1884' }),
        undefined,
      );
      assert.notEqual(rules.refuseOrigin({ host: 'kaa.example.com:1884', origin: 'http://example.com' }), undefined);
    });

    it('demands the credentials', () => {
      assert.equal(rules.isAuthorized({}), false);
      assert.equal(rules.isAuthorized({ authorization: basic('user:wrong') }), false);
      assert.equal(rules.isAuthorized({ authorization: basic('user:pass:word') }), true);
    });

    it('demands none where there are none', () => {
      assert.equal(new AccessRules('0.0.0.0', undefined).isAuthorized({}), true);
    });
  });

  it('knows loopback addresses', () => {
    assert.deepEqual(['127.0.0.1', '127.1.2.3', '::1', 'localhost'].map(isLoopback), [true, true, true, true]);
    assert.deepEqual(['0.0.0.0', '::', '192.168.0.1', '127.example.com'].map(isLoopback), [false, false, false, false]);
  });
});
