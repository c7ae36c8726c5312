import assert from 'node:assert/strict';
import { Metadata } from '../../src/simulator/platform/metadata.ts';
import { mostStorageBytes, Storage } from '../../src/simulator/platform/storage.ts';
import type { Simulator } from '../../src/simulator/simulator.ts';
import { Bench, getJson, send, type Device } from './support.ts';

const base = 'kp1/app/epmx/token';

describe('simulator: metadata', () => {
  let bench: Bench;
  let simulator: Simulator;
  let device: Device;

  beforeEach(async () => {
    bench = new Bench();
    simulator = await bench.simulator();
    device = await bench.device(simulator.mqttUrl);
  });

  afterEach(() => bench.close());

  async function stored(): Promise<unknown> {
    return getJson(simulator, 'endpoints/token/metadata');
  }

  it('is empty at first', async () => {
    assert.deepEqual(await device.asked(`${base}/get/1`), {});
    assert.deepEqual(await device.asked(`${base}/get/keys/2`), []);
    assert.deepEqual(await stored(), {});
  });

  it('update replaces: keys not named are deleted', async () => {
    await device.accepted(`${base}/update/1`, '{"a":1,"b":{"c":[null]}}');
    await device.accepted(`${base}/update/2`, '{"b":2,"d":"x"}');
    assert.deepEqual(await stored(), { b: 2, d: 'x' });
  });

  it('update/keys merges: keys not named stay', async () => {
    await device.accepted(`${base}/update/1`, '{"a":1,"b":2}');
    await device.accepted(`${base}/update/keys/2`, '{"b":null,"c":3}');
    assert.deepEqual(await stored(), { a: 1, b: null, c: 3 });
  });

  it('delete/keys deletes, also keys that do not exist', async () => {
    await device.accepted(`${base}/update/1`, '{"a":1,"b":2}');
    await device.accepted(`${base}/delete/keys/2`, '["a","absent"]');
    assert.deepEqual(await stored(), { b: 2 });
  });

  it('takes writes without request ID in silence', async () => {
    await device.publish(`${base}/update`, '{"a":1}');
    await device.publish(`${base}/update/keys`, '{"b":2}');
    await device.publish(`${base}/delete/keys`, '["a"]');
    assert.deepEqual(await device.asked(`${base}/get/1`), { b: 2 });
    assert.equal(device.received.length, 1);
  });

  it('get answers all, or those of the named keys that exist', async () => {
    await device.accepted(`${base}/update/1`, '{"a":1,"b":2}');
    assert.deepEqual(await device.asked(`${base}/get/2`), { a: 1, b: 2 });
    assert.deepEqual(await device.asked(`${base}/get/3`, {}), { a: 1, b: 2 });
    assert.deepEqual(await device.asked(`${base}/get/4`, { keys: ['b', 'absent'] }), { b: 2 });
    assert.deepEqual(await device.asked(`${base}/get/5`, { keys: [] }), {});
    assert.deepEqual(await device.asked(`${base}/get/keys/6`), ['a', 'b']);
  });

  it('keeps a key such as __proto__ as data', async () => {
    const { payload } = await device.accepted(`${base}/update/1`, '{"__proto__":1}');
    assert.equal(payload, '');
    assert.equal((await device.accepted(`${base}/get/2`)).payload, '{"__proto__":1}');
    assert.equal((await device.accepted(`${base}/get/3`, '{"keys":["__proto__"]}')).payload, '{"__proto__":1}');
    assert.equal((await device.accepted(`${base}/get/4`, '{"keys":["constructor"]}')).payload, '{}');
  });

  for (const [path, payload] of [
    ['update', '{}'],
    ['update', '{"a-b":1}'],
    ['update', '[]'],
    ['update/keys', '{}'],
    ['delete/keys', '[]'],
    ['delete/keys', '["a","a"]'],
    ['delete/keys', '["a b"]'],
    ['get', '{"keys":["a b"]}'],
    ['get', '{"other":1}'],
    ['get/keys', '{}'],
  ] as const) {
    it(`refuses ${path} ${payload} and changes nothing`, async () => {
      await device.accepted(`${base}/update/1`, '{"a":1}');
      assert.equal((await device.rejected(`${base}/${path}/2`, payload)).statusCode, 400);
      assert.deepEqual(await stored(), { a: 1 });
    });
  }

  it('refuses more than 1 MB in all with 413 and changes nothing', async () => {
    await device.accepted(`${base}/update/1`, JSON.stringify({ a: 'x'.repeat(600_000) }));
    const { statusCode } = await device.rejected(`${base}/update/keys/2`, JSON.stringify({ b: 'x'.repeat(600_000) }));
    assert.equal(statusCode, 413);
    assert.deepEqual(await device.asked(`${base}/get/keys/3`), ['a']);
    const patched = await send(simulator, 'PATCH', 'endpoints/token/metadata', { b: 'x'.repeat(600_000) });
    assert.equal(patched.status, 413);
  });

  it('deletes many keys without delay', () => {
    const metadata = new Metadata(new Storage(mostStorageBytes));
    const keys = Array.from({ length: 50_000 }, (_, index) => `k${index}`);
    metadata.replace(Object.fromEntries(keys.map((key) => [key, 1])));
    const started = performance.now();
    metadata.delete(keys);
    assert.ok(performance.now() - started < 1000);
    assert.deepEqual(metadata.keys(), []);
  });

  describe('control API', () => {
    it('PUT replaces, PATCH merges, both answer with all metadata', async () => {
      const put = await send(simulator, 'PUT', 'endpoints/token/metadata', { a: 1, b: 2 });
      assert.equal(put.status, 200);
      assert.deepEqual(await put.json(), { a: 1, b: 2 });
      const patched = await send(simulator, 'PATCH', 'endpoints/token/metadata', { b: null, c: 3 });
      assert.deepEqual(await patched.json(), { a: 1, b: null, c: 3 });
      await send(simulator, 'PUT', 'endpoints/token/metadata', { d: 4 });
      assert.deepEqual(await stored(), { d: 4 });
      assert.deepEqual(await device.asked(`${base}/get/1`), { d: 4 });
    });

    it('PUT of an empty object deletes all', async () => {
      await device.accepted(`${base}/update/1`, '{"a":1}');
      await send(simulator, 'PUT', 'endpoints/token/metadata', {});
      assert.deepEqual(await stored(), {});
    });

    for (const body of [[], 'text', null, 1, { 'a-b': 1 }, { '': 1 }]) {
      it(`refuses ${JSON.stringify(body)} with details`, async () => {
        const response = await send(simulator, 'PATCH', 'endpoints/token/metadata', body);
        assert.equal(response.status, 400);
        assert.equal(((await response.json()) as { details: unknown[] }).details.length, 1);
        assert.deepEqual(await getJson(simulator, 'endpoints'), []);
      });
    }
  });
});
