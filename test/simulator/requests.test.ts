import assert from 'node:assert/strict';
import { resourcePath, resources, type Resource } from '../../src/protocol/resources.ts';
import type { Simulator } from '../../src/simulator/simulator.ts';
import { Bench, getJson, type Device } from './support.ts';

describe('simulator: requests', () => {
  let bench: Bench;
  let simulator: Simulator;
  let device: Device;

  beforeEach(async () => {
    bench = new Bench();
    simulator = await bench.simulator();
    device = await bench.device(simulator.mqttUrl);
  });

  afterEach(() => bench.close());

  const invalid: readonly (readonly [what: string, path: string, payload: string | Buffer, reason: RegExp])[] = [
    ['what is not JSON', 'json', '{"a":', /not JSON/],
    ['an empty payload', 'json', '', /must not be empty/],
    ['an empty array', 'json', '[]', /payload/],
    ['a text as sample', 'json', '"text"', /payload/],
    ['a null within a batch', 'json', '[1,null]', /payload/],
    ['what is not UTF-8', 'json', Buffer.from([0xff, 0xfe, 0x00]), /not UTF-8/],
    ['deeply nested JSON', 'json', `${'['.repeat(100_000)}${']'.repeat(100_000)}`, /nested deeper/],
    ['a plain text that is no number', 'plain/level', 'high', /payload/],
    ['a space before the unit', 'plain/level', '47 %', /payload/],
    ['a number beyond all bounds', 'plain/level', '1e999', /finite/],
  ];
  for (const [what, path, payload, reason] of invalid) {
    it(`answers ${what} with 400, with and without request ID, and records nothing`, async () => {
      const answers = [
        await device.rejected(`kp1/app/dcx/token/${path}/3`, payload),
        await device.rejected(`kp1/app/dcx/token/${path}`, payload),
      ];
      for (const { statusCode, reasonPhrase } of answers) {
        assert.equal(statusCode, 400);
        assert.match(reasonPhrase, reason);
      }
      assert.deepEqual(await getJson(simulator, 'endpoints/token/telemetry/count'), { count: 0 });
    });
  }

  it('does not take brackets within texts for nesting', async () => {
    await device.accepted('kp1/app/dcx/token/json/1', JSON.stringify({ text: `\\"${'['.repeat(1000)}` }));
  });

  it('answers a metric of digits only with 400', async () => {
    const { statusCode, reasonPhrase } = await device.rejected('kp1/app/dcx/token/plain/000/3', '1');
    assert.equal(statusCode, 400);
    assert.match(reasonPhrase, /metric must not consist of digits only/);
  });

  it('answers a token with a dot with 400 and knows no such endpoint', async () => {
    const { statusCode, reasonPhrase } = await device.rejected('kp1/app/dcx/to.ken/json/3', '1');
    assert.equal(statusCode, 400);
    assert.match(reasonPhrase, /token must not contain a dot/);
    assert.deepEqual(await getJson(simulator, 'endpoints'), []);
  });

  it('answers an unknown resource with 404 where it has a request ID, and ignores it without', async () => {
    await device.publish('kp1/app/dcx/token/nothing', '1');
    await device.publish('kp1/app/xyz/token/json', '1');
    assert.equal((await device.rejected('kp1/app/dcx/token/nothing/3', '1')).statusCode, 404);
    assert.equal((await device.rejected('kp1/app/xyz/token/json/3', '1')).statusCode, 404);
    assert.equal(device.received.length, 2);
  });

  const unimplemented = (Object.entries(resources) as [string, Resource][]).filter(
    ([, { extension }]) => extension !== 'dcx',
  );
  for (const [key, resource] of unimplemented) {
    const topic = `kp1/app/${resource.extension}/token/${resourcePath(resource, resource.name && 'name')}`;
    it(`answers ${key} with 501`, async () => {
      assert.deepEqual(await device.rejected(`${topic}/17`), {
        statusCode: 501,
        reasonPhrase: 'not implemented by this simulator yet',
      });
    });

    const missing = resource.requestId === 'required' ? 400 : 501;
    it(`answers ${key} without request ID with ${missing}`, async () => {
      assert.equal((await device.rejected(topic)).statusCode, missing);
    });
  }

  it('ignores answers and other topics', async () => {
    await device.publish('kp1/app/dcx/token/json/1/status', 'x');
    await device.publish('kp1/app/dcx/token/json/error', 'x');
    await device.publish('kp1/app/dcx', 'x');
    await device.publish('kp1//dcx/token/json', 'x');
    await device.publish('other/topic', 'x');
    await device.accepted('kp1/app/dcx/another/json/2', '1');
    assert.equal(device.received.length, 1);
    assert.equal(simulator.platform.endpoints.find('token'), undefined);
  });

  it('ignores a topic too long to be answered', async () => {
    await device.publish(`kp1/app/dcx/token/${'x'.repeat(65_512)}/1`, '1');
    await device.accepted('kp1/app/dcx/token/json/2', '1');
    assert.equal(device.received.length, 1);
  });
});
