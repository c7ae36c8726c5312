import assert from 'node:assert/strict';
import { resourcePath, resources, type Resource, type ResourceKey } from '../../src/protocol/resources.ts';
import { responseProblems } from '../../src/protocol/validators.ts';
import type { Simulator } from '../../src/simulator/simulator.ts';
import { Bench, getJson, type Device } from './support.ts';

/** A valid payload for every resource. */
const validBodies: Readonly<Record<ResourceKey, string>> = {
  samples: '[{"a":1}]',
  plainSample: '47%',
  metadataKeys: '',
  metadata: '{"keys":["a"]}',
  metadataUpdate: '{"a":1}',
  metadataUpdateKeys: '{"a":1}',
  metadataDeleteKeys: '["a"]',
  commands: '{"observe":true}',
  commandResults: '[{"id":1,"statusCode":200,"reasonPhrase":"OK","payload":{}}]',
  configuration: '{"configId":"x","observe":true}',
  configurationApplied: '{"configId":"x","statusCode":200,"reasonPhrase":"OK"}',
  software: '{"observe":true}',
  softwareApplied: '{"configId":"1.0"}',
  blobToken: '',
};

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

  for (const [key, valid] of Object.entries(validBodies) as [ResourceKey, string][]) {
    const resource: Resource = resources[key];
    const topic = `kp1/app/${resource.extension}/token/${resourcePath(resource, resource.name && 'name')}`;

    if (resource.answers === 'status') {
      it(`answers ${key} with what the table of resources promises`, async () => {
        const { payload } = await device.accepted(`${topic}/17`, valid);
        assert.deepEqual(responseProblems(resource, payload === '' ? undefined : JSON.parse(payload)), []);
        assert.equal(device.received.length, 1);
      });
    } else {
      it(`takes ${key} without an answer`, async () => {
        await device.publish(`${topic}/17`, valid);
        await device.accepted('kp1/app/dcx/token/json/1', '1');
        assert.equal(device.received.length, 1);
      });
    }

    if (resource.requestId === 'required') {
      it(`answers ${key} without request ID with 400`, async () => {
        assert.equal((await device.rejected(topic, valid)).statusCode, 400);
      });
    } else if (resource.response !== undefined) {
      it(`answers ${key} also without request ID`, async () => {
        await device.publish(topic, valid);
        await device.message(`${topic}/status`);
      });
    } else {
      it(`does not answer ${key} without request ID`, async () => {
        await device.publish(topic, valid);
        await device.accepted('kp1/app/dcx/token/json/1', '1');
        assert.equal(device.received.length, 1);
      });
    }

    it(`answers ${key} with 400 where the payload is invalid, with and without request ID`, async () => {
      for (const each of [`${topic}/17`, topic]) {
        assert.equal((await device.rejected(each, '{"unexpected":"payload"')).statusCode, 400);
      }
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
