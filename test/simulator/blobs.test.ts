import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { install } from '@sinonjs/fake-timers';
import { controlRoutes } from '../../src/simulator/http/control-routes.ts';
import { createControlServer } from '../../src/simulator/http/control-server.ts';
import { AccessRules } from '../../src/simulator/network/access-rules.ts';
import { Credentials } from '../../src/simulator/network/credentials.ts';
import { Listener } from '../../src/simulator/network/listener.ts';
import type { Simulator } from '../../src/simulator/simulator.ts';
import { Bench, getJson, send, type Device } from './support.ts';

describe('simulator: blobs', () => {
  let bench: Bench;
  let simulator: Simulator;
  let device: Device;
  let lastRequestId = 0;

  beforeEach(async () => {
    bench = new Bench();
    simulator = await bench.simulator();
    device = await bench.device(simulator.mqttUrl);
  });

  afterEach(() => bench.close());

  async function uploadToken(endpoint = 'token'): Promise<string> {
    lastRequestId += 1;
    return ((await device.asked(`kp1/app/bcx/${endpoint}/token/${lastRequestId}`)) as { token: string }).token;
  }

  async function upload(
    path: string,
    token: string | undefined,
    body: string | Uint8Array<ArrayBuffer>,
    headers: Record<string, string> = {},
  ): Promise<Response> {
    return fetch(`${simulator.httpUrl}/bcx/api/v1/${path}`, {
      method: 'POST',
      body,
      headers: { ...headers, ...(token === undefined ? {} : { 'x-auth-token': token }) },
    });
  }

  async function listed(): Promise<Record<string, unknown>[]> {
    return (await getJson(simulator, 'endpoints/token/blobs')) as Record<string, unknown>[];
  }

  it('gives a fresh token on every request, also without request ID', async () => {
    const tokens = [await uploadToken(), await uploadToken()];
    await device.publish('kp1/app/bcx/token/token');
    const { token } = (await device.pushed('kp1/app/bcx/token/token/status')) as { token: string };
    assert.equal(new Set([...tokens, token]).size, 3);
  });

  it('takes binary data, and names where it is to be had again', async () => {
    const content = Buffer.from([0, 255, 10, 13, 60]);
    const headers = { 'content-type': 'image/png' };
    const response = await upload('binary-data?name=picture%201.png', await uploadToken(), content, headers);
    assert.equal(response.status, 201);
    assert.equal(await response.text(), '');
    const location = response.headers.get('location');
    const [{ receivedAt, ...blob } = {}, ...others] = await listed();
    assert.deepEqual(others, []);
    assert.match(String(receivedAt), /^\d{4}-.*Z$/);
    assert.deepEqual(blob, {
      name: 'picture 1.png',
      size: 5,
      contentType: 'image/png',
      sha256: createHash('sha256').update(content).digest('hex'),
      location,
    });
    const downloaded = await fetch(new URL(location ?? '', simulator.httpUrl));
    assert.deepEqual(Buffer.from(await downloaded.arrayBuffer()), content);
  });

  it('takes a file under its name', async () => {
    const response = await upload('files/log%2F%C3%BC.txt', await uploadToken(), 'text');
    assert.equal(response.status, 204);
    const [blob] = await listed();
    assert.equal(blob?.['name'], 'log/ü.txt');
    assert.equal(blob['size'], 4);
  });

  it('takes an empty blob, and several with one token under one name', async () => {
    const token = await uploadToken();
    assert.equal((await upload('binary-data?name=a', token, '')).status, 201);
    assert.equal((await upload('binary-data?name=a', token, 'x')).status, 201);
    assert.deepEqual(
      (await listed()).map(({ size }) => size),
      [0, 1],
    );
  });

  it('never serves an upload as a page', async () => {
    const headers = { 'content-type': 'text/html' };
    const uploaded = await upload(
      `binary-data?name=${encodeURIComponent(`a"';\r\nx.html`)}`,
      await uploadToken(),
      '<script>',
      headers,
    );
    const response = await fetch(new URL(uploaded.headers.get('location') ?? '', simulator.httpUrl));
    assert.equal(response.headers.get('content-type'), 'application/octet-stream');
    assert.equal(response.headers.get('x-content-type-options'), 'nosniff');
    assert.equal(response.headers.get('content-disposition'), "attachment; filename*=UTF-8''a%22%27%3B%0D%0Ax.html");
  });

  it('refuses a missing, a wrong and an expired token with 403', async () => {
    const clock = install({ toFake: ['Date'], now: Date.now() });
    try {
      const token = await uploadToken();
      assert.equal((await upload('binary-data?name=a', undefined, 'x')).status, 403);
      assert.equal((await upload('files/a', 'wrong', 'x')).status, 403);
      clock.tick(3_599_999);
      assert.equal((await upload('binary-data?name=a', token, 'x')).status, 201);
      clock.tick(1);
      assert.equal((await upload('binary-data?name=a', token, 'x')).status, 403);
      assert.equal((await listed()).length, 1);
    } finally {
      clock.uninstall();
    }
  });

  it('refuses a token once the state is deleted', async () => {
    const token = await uploadToken();
    await send(simulator, 'DELETE', 'state');
    assert.equal((await upload('binary-data?name=a', token, 'x')).status, 403);
  });

  it('refuses an upload without name with 400', async () => {
    const token = await uploadToken();
    assert.equal((await upload('binary-data', token, 'x')).status, 400);
    assert.equal((await upload('binary-data?name=', token, 'x')).status, 400);
    assert.equal((await upload('files/', token, 'x')).status, 400);
    assert.deepEqual(await listed(), []);
  });

  it('takes 10 MB and refuses more with 413', async () => {
    const token = await uploadToken();
    assert.equal((await upload('binary-data?name=a', token, Buffer.alloc(10 * 1_048_576))).status, 201);
    assert.equal((await upload('binary-data?name=b', token, Buffer.alloc(10 * 1_048_576 + 1))).status, 413);
    assert.equal((await listed()).length, 1);
  });

  it('keeps the blobs of endpoints apart', async () => {
    await upload('binary-data?name=a', await uploadToken('one'), 'x');
    await upload('binary-data?name=b', await uploadToken('two'), 'x');
    const [blob] = (await getJson(simulator, 'endpoints/two/blobs')) as { name: string }[];
    assert.equal(blob?.name, 'b');
    assert.deepEqual(await listed(), []);
  });

  it('answers a download that is not there with 404', async () => {
    assert.equal((await fetch(`${simulator.httpUrl}/bcx/api/v1/binary-data/nothing`)).status, 404);
  });

  it('shows uploads among the events', async () => {
    const token = await uploadToken();
    const events = await bench.events(simulator);
    await upload('binary-data?name=a', token, 'xyz');
    const { at, ...event } = (await events.next(({ kind }) => kind === 'upload')) ?? {};
    assert.equal(typeof at, 'string');
    assert.deepEqual(event, { kind: 'upload', token: 'token', name: 'a', size: 3 });
  });

  it('asks uploads for their token only, where everything else is asked for the credentials', async () => {
    const { platform } = simulator;
    const unknown = () => ({ mqtt: '', http: '', auth: true, mqttAuth: true });
    const rules = new AccessRules('0.0.0.0', new Credentials('user', 'pass'));
    const server = createControlServer(controlRoutes(platform, unknown), rules, Promise.resolve());
    const listener = await Listener.open(server, 'http', '127.0.0.1', 0);
    const base = `http://127.0.0.1:${listener.port}`;
    try {
      const headers = { 'x-auth-token': platform.endpoints.findOrCreate('token').uploadTokens.issue() };
      const url = `${base}/bcx/api/v1/binary-data?name=a`;
      const uploaded = await fetch(url, { method: 'POST', body: 'x', headers });
      assert.equal(uploaded.status, 201);
      assert.equal((await fetch(url, { method: 'POST', body: 'x' })).status, 403);
      const location = new URL(uploaded.headers.get('location') ?? '', base);
      assert.equal((await fetch(location, { headers })).status, 401);
      const authorization = `Basic ${Buffer.from('user:pass').toString('base64')}`;
      assert.equal((await fetch(location, { headers: { authorization } })).status, 200);
    } finally {
      await listener.close();
    }
  });
});
