import assert from 'node:assert/strict';
import type { Simulator } from '../../src/simulator/simulator.ts';
import type { UnchangedForm } from '../../src/simulator/platform/variants.ts';
import { assign, Bench, getJson, send, type Device } from './support.ts';

const base = 'kp1/app/cmx/token';

describe('simulator: configuration', () => {
  let bench: Bench;
  let simulator: Simulator;
  let device: Device;

  beforeEach(async () => {
    bench = new Bench();
    simulator = await bench.simulator();
    device = await bench.device(simulator.mqttUrl);
  });

  afterEach(() => bench.close());

  async function shown(path = 'config'): Promise<Record<string, unknown>> {
    return (await getJson(simulator, `endpoints/token/${path}`)) as Record<string, unknown>;
  }

  const none = { configId: '', config: null, statusCode: 200, reasonPhrase: 'OK' };

  it('answers that none is assigned', async () => {
    assert.deepEqual(await device.asked(`${base}/config/json/1`), none);
    assert.deepEqual(await device.asked(`${base}/config/json/2`, { configId: '', observe: true }), none);
    assert.deepEqual(await shown(), { configId: '', config: null, applied: null });
  });

  it('answers the current one, also without request ID', async () => {
    const configId = await assign(simulator, 'token/config', { rate: 5 });
    assert.match(configId, /^[0-9a-f]{32}$/);
    const expected = { configId, config: { rate: 5 }, statusCode: 200, reasonPhrase: 'OK' };
    assert.deepEqual(await device.asked(`${base}/config/json/1`), expected);
    assert.deepEqual(await device.asked(`${base}/config/json/2`, { configId: 'older' }), expected);
    await device.publish(`${base}/config/json`, '{}');
    assert.deepEqual(await device.pushed(`${base}/config/json/status`), expected);
  });

  for (const config of [null, 0, false, '', 'text', [], { a: { b: [1] } }]) {
    it(`takes ${JSON.stringify(config)} for a configuration`, async () => {
      const configId = await assign(simulator, 'token/config', config);
      assert.deepEqual(await device.asked(`${base}/config/json/1`), { ...none, configId, config });
      assert.deepEqual((await shown())['config'], config);
    });
  }

  it('gives every publication a fresh ID, also of equal content', async () => {
    const ids = [await assign(simulator, 'token/config', 1), await assign(simulator, 'token/config', 1)];
    assert.notEqual(ids[0], ids[1]);
    assert.equal((await shown())['configId'], ids[1]);
  });

  it('keeps named configurations apart', async () => {
    const one = await assign(simulator, 'token/config', 1);
    const two = await assign(simulator, 'token/config/line-2', 2);
    assert.deepEqual(await device.asked(`${base}/config/json/1`), { ...none, configId: one, config: 1 });
    assert.deepEqual(await device.asked(`${base}/config/json/line-2/2`), { ...none, configId: two, config: 2 });
    assert.deepEqual(await device.asked(`${base}/config/json/line-3/3`), none);
    assert.equal((await shown('config/line-2'))['configId'], two);
  });

  const unchanged: readonly (readonly [form: UnchangedForm, payload: (configId: string) => string])[] = [
    ['id', (configId) => JSON.stringify({ configId, statusCode: 200 })],
    ['empty', () => ''],
    ['null', () => 'null'],
    ['object', () => '{}'],
    ['304', () => '{"statusCode":304}'],
  ];
  for (const [form, payload] of unchanged) {
    it(`says "unchanged" in the form ${form}, with and without request ID`, async () => {
      simulator = await bench.simulator({ unchanged: form });
      device = await bench.device(simulator.mqttUrl);
      const configId = await assign(simulator, 'token/config', { rate: 5 });
      const request = JSON.stringify({ configId });
      assert.equal((await device.accepted(`${base}/config/json/1`, request)).payload, payload(configId));
      await device.publish(`${base}/config/json`, request);
      assert.equal((await device.message(`${base}/config/json/status`)).payload, payload(configId));
    });
  }

  it('marks nothing as applied because the endpoint says to have it', async () => {
    const configId = await assign(simulator, 'token/config', 1);
    await device.asked(`${base}/config/json/1`, { configId, observe: true });
    assert.equal((await shown())['applied'], null);
  });

  it('shows what the endpoint reported: applied with 2xx, 200 by default, else rejected', async () => {
    const configId = await assign(simulator, 'token/config', 1);
    assert.equal((await device.accepted(`${base}/applied/json/1`, JSON.stringify({ configId }))).payload, '');
    const { publishedAt, applied } = await shown();
    assert.match(String(publishedAt), /^\d{4}-.*Z$/);
    const { at, ...report } = applied as Record<string, unknown>;
    assert.match(String(at), /^\d{4}-.*Z$/);
    assert.deepEqual(report, { configId, statusCode: 200, status: 'applied' });

    const refusal = { configId, statusCode: 422, reasonPhrase: 'too fast' };
    await device.accepted(`${base}/applied/json/2`, JSON.stringify(refusal));
    const { at: later, ...second } = (await shown())['applied'] as Record<string, unknown>;
    assert.equal(typeof later, 'string');
    assert.deepEqual(second, { ...refusal, status: 'rejected' });
  });

  it('takes a report without request ID in silence', async () => {
    await device.publish(`${base}/applied/json/line-2`, '{"configId":"x","statusCode":204}');
    await device.asked(`${base}/config/json/1`);
    assert.equal(((await shown('config/line-2'))['applied'] as { status: string }).status, 'applied');
    assert.equal(device.received.length, 1);
  });

  it('takes reports about unknown IDs, and about names without configuration', async () => {
    await assign(simulator, 'token/config', 1);
    await device.accepted(`${base}/applied/json/1`, '{"configId":"unknown"}');
    await device.accepted(`${base}/applied/json/nothing/2`, '{"configId":"unknown"}');
    assert.equal((await shown('config/nothing'))['configId'], '');
  });

  it('keeps the last report when another configuration is assigned', async () => {
    const first = await assign(simulator, 'token/config', 1);
    await device.accepted(`${base}/applied/json/1`, JSON.stringify({ configId: first }));
    const second = await assign(simulator, 'token/config', 2);
    const { configId, applied } = await shown();
    assert.equal(configId, second);
    assert.equal((applied as { configId: string }).configId, first);
  });

  for (const [path, payload] of [
    ['config/json', '{"observe":1}'],
    ['config/json', '{"configId":5}'],
    ['config/json', '{"other":1}'],
    ['config/json/000', '{}'],
    ['applied/json', ''],
    ['applied/json', '{}'],
    ['applied/json', '{"configId":"x","statusCode":"200"}'],
    ['applied/json', '{"configId":"x","other":1}'],
  ] as const) {
    it(`refuses ${path} ${payload}`, async () => {
      assert.equal((await device.rejected(`${base}/${path}/1`, payload)).statusCode, 400);
    });
  }

  it('refuses names that cannot be topic levels, and bodies that are not JSON', async () => {
    for (const path of ['endpoints/token/config/123', 'endpoints/token/config/a%2Fb', 'endpoints/a.b/config']) {
      assert.equal((await send(simulator, 'PUT', path, {})).status, 400);
    }
    assert.equal((await send(simulator, 'PUT', 'endpoints/token/config')).status, 400);
    assert.deepEqual(await getJson(simulator, 'endpoints'), []);
  });
});
