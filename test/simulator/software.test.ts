import assert from 'node:assert/strict';
import type { Simulator } from '../../src/simulator/simulator.ts';
import { assign, Bench, getJson, send, type Device } from './support.ts';

const base = 'kp1/app/cmx_ota/token';

describe('simulator: software', () => {
  let bench: Bench;
  let simulator: Simulator;
  let device: Device;

  beforeEach(async () => {
    bench = new Bench();
    simulator = await bench.simulator();
    device = await bench.device(simulator.mqttUrl);
  });

  afterEach(() => bench.close());

  async function shown(): Promise<Record<string, unknown>> {
    return (await getJson(simulator, 'endpoints/token/software')) as Record<string, unknown>;
  }

  async function report(requestId: number, version: string, statusCode?: number): Promise<void> {
    await device.accepted(`${base}/applied/json/${requestId}`, JSON.stringify({ configId: version, statusCode }));
  }

  const config = { link: 'http://127.0.0.1/1.1.bin', checksum: 'd41d8cd98f00b204e9800998ecf8427e' };
  const offer = { configId: '1.1', config, statusCode: 200, reasonPhrase: 'OK' };

  it('answers that none is assigned', async () => {
    const none = { configId: '', config: null, statusCode: 200, reasonPhrase: 'OK' };
    assert.deepEqual(await device.asked(`${base}/config/json/1`), none);
    assert.deepEqual(await shown(), { configId: '', version: '', config: null, applied: null, installed: null });
  });

  it('offers the assigned version on every request until it is applied, also after a refusal', async () => {
    assert.equal(await assign(simulator, 'token/software', { version: '1.1', config }), '1.1');
    await report(1, '1.0');
    assert.deepEqual(await device.asked(`${base}/config/json/2`), offer);
    await report(3, '1.1', 500);
    assert.deepEqual(await device.asked(`${base}/config/json/4`, { observe: true }), offer);
    await report(5, '1.1', 201);
    assert.deepEqual(await device.asked(`${base}/config/json/6`), { configId: '1.1', statusCode: 200 });
  });

  it('offers it again where another version was applied since', async () => {
    await assign(simulator, 'token/software', { version: '1.1', config });
    await report(1, '1.1');
    await report(2, '1.0');
    assert.deepEqual(await device.asked(`${base}/config/json/3`), offer);
  });

  it('shows that the assigned version was rejected, also when the endpoint reports again what it runs', async () => {
    await assign(simulator, 'token/software', { version: '2.0', config });
    await report(1, '2.0', 422);
    await report(2, '1.0');
    const { applied, installed } = await shown();
    assert.deepEqual([(applied as { configId: string }).configId, installed], ['2.0', '1.0']);
    await assign(simulator, 'token/software', { version: '3.0', config });
    await report(3, '1.0');
    assert.equal(((await shown())['applied'] as { configId: string }).configId, '1.0');
  });

  it('shows that the endpoint runs another version than the assigned one that it had applied', async () => {
    await assign(simulator, 'token/software', { version: '2.0', config });
    await report(1, '2.0');
    await report(2, '1.0');
    assert.equal(((await shown())['applied'] as { configId: string }).configId, '1.0');
  });

  it('answers that it is unchanged in the chosen form', async () => {
    simulator = await bench.simulator({ unchanged: '304' });
    device = await bench.device(simulator.mqttUrl);
    await assign(simulator, 'token/software', { version: '1.1', config });
    await report(1, '1.1');
    assert.deepEqual(await device.asked(`${base}/config/json/2`), { statusCode: 304 });
  });

  it('shows the assigned and the installed version and the last report', async () => {
    await report(1, '1.0');
    await assign(simulator, 'token/software', { version: '1.1', config });
    await report(2, '1.1', 507);
    const { publishedAt, applied, ...rest } = await shown();
    assert.match(String(publishedAt), /^\d{4}-.*Z$/);
    assert.deepEqual(rest, { configId: '1.1', version: '1.1', config, installed: '1.0' });
    const { at, ...last } = applied as Record<string, unknown>;
    assert.equal(typeof at, 'string');
    assert.deepEqual(last, { configId: '1.1', statusCode: 507, status: 'rejected' });
  });

  it('pushes an assigned version, but not the one that is installed', async () => {
    await report(1, '1.0');
    await assign(simulator, 'token/software', { version: '1.0', config });
    await assign(simulator, 'token/software', { version: '1.1', config });
    assert.deepEqual(await device.pushed(`${base}/config/json/status`), offer);
    assert.equal(device.topics().filter((topic) => topic === `${base}/config/json/status`).length, 1);
  });

  it('refuses configId in a request, which the API document does not know', async () => {
    assert.equal((await device.rejected(`${base}/config/json/1`, '{"configId":"1.0"}')).statusCode, 400);
  });

  for (const body of [
    {},
    { version: '1.0' },
    { config: 1 },
    { version: '', config: 1 },
    { version: 1, config: 1 },
    { version: '1.0', config: 1, other: 1 },
    null,
    [],
  ]) {
    it(`refuses PUT ${JSON.stringify(body)}`, async () => {
      assert.equal((await send(simulator, 'PUT', 'endpoints/token/software', body)).status, 400);
      assert.deepEqual(await getJson(simulator, 'endpoints'), []);
    });
  }
});
