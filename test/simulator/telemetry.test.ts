import assert from 'node:assert/strict';
import type { Simulator } from '../../src/simulator/simulator.ts';
import { Bench, getJson, type Device } from './support.ts';

describe('simulator: telemetry', () => {
  let bench: Bench;
  let simulator: Simulator;
  let device: Device;

  beforeEach(async () => {
    bench = new Bench();
    simulator = await bench.simulator();
    device = await bench.device(simulator.mqttUrl);
  });

  afterEach(() => bench.close());

  async function samples(path = 'endpoints/token/telemetry'): Promise<Record<string, unknown>[]> {
    return (await getJson(simulator, path)) as Record<string, unknown>[];
  }

  async function seqs(query: string): Promise<unknown[]> {
    return (await samples(`endpoints/token/telemetry?${query}`)).map(({ seq }) => seq);
  }

  it('answers a sample with an empty status at the QoS of the request', async () => {
    const qos0 = await device.accepted('kp1/app/dcx/token/json/1', '{"a":1}');
    assert.deepEqual(qos0, { topic: 'kp1/app/dcx/token/json/1/status', payload: '', qos: 0 });
    const qos1 = await device.accepted('kp1/app/dcx/token/json/2', '{"a":1}', 1);
    assert.equal(qos1.qos, 1);
  });

  it('answers at the QoS of the request even where the answer is subscribed with QoS 0', async () => {
    await device.client.subscribeAsync('kp1/app/dcx/token/json/2/status', { qos: 0 });
    assert.equal((await device.accepted('kp1/app/dcx/token/json/2', '{"a":1}', 1)).qos, 1);
  });

  it('records a sample without request ID and does not answer it', async () => {
    await device.publish('kp1/app/dcx/token/json', '{"a":1}');
    await device.accepted('kp1/app/dcx/token/json/7', '{"a":2}');
    assert.deepEqual(device.topics(), ['kp1/app/dcx/token/json/7/status']);
    const [first] = await samples();
    assert.deepEqual(Object.keys(first ?? {}).toSorted(), ['receivedAt', 'sample', 'seq']);
  });

  it('records each element of an array as its own sample and answers once', async () => {
    await device.accepted('kp1/app/dcx/token/json/5', '[{"a":1},{"a":2},3]');
    const recorded = await samples();
    assert.deepEqual(
      recorded.map(({ seq, requestId, sample }) => ({ seq, requestId, sample })),
      [
        { seq: 1, requestId: 5, sample: { a: 1 } },
        { seq: 2, requestId: 5, sample: { a: 2 } },
        { seq: 3, requestId: 5, sample: 3 },
      ],
    );
    assert.match(String(recorded[0]?.receivedAt), /^\d{4}-\d\d-\d\dT[\d:.]+Z$/);
    assert.equal(device.received.length, 1);
  });

  it('keeps keys such as __proto__ as data', async () => {
    await device.accepted('kp1/app/dcx/__proto__/json/1', '{"__proto__":1,"constructor":2}');
    const response = await fetch(`${simulator.httpUrl}/api/v1/endpoints/__proto__/telemetry`);
    assert.match(await response.text(), /"sample":\{"__proto__":1,"constructor":2\}/);
  });

  it('records a plain number with its metric', async () => {
    await device.accepted('kp1/app/dcx/token/plain/temperature/9', '-21.5');
    const [{ receivedAt, ...rest } = {}] = await samples();
    assert.equal(typeof receivedAt, 'string');
    assert.deepEqual(rest, { seq: 1, requestId: 9, metric: 'temperature', sample: -21.5 });
  });

  it('records a plain value with its unit as sent, and value and unit apart', async () => {
    await device.accepted('kp1/app/dcx/token/plain/humidity/9', '47%');
    const [{ receivedAt, ...rest } = {}] = await samples();
    assert.equal(typeof receivedAt, 'string');
    assert.deepEqual(rest, { seq: 1, requestId: 9, metric: 'humidity', sample: '47%', value: 47, unit: '%' });
  });

  it('answers a plain value without request ID with nothing', async () => {
    await device.publish('kp1/app/dcx/token/plain/level', '1');
    await device.accepted('kp1/app/dcx/token/plain/level/2', '2');
    assert.deepEqual(device.topics(), ['kp1/app/dcx/token/plain/level/2/status']);
  });

  it('pages: the last limit samples without after, the first limit behind after with it', async () => {
    await device.accepted('kp1/app/dcx/token/json/1', JSON.stringify([1, 2, 3, 4, 5]));
    assert.deepEqual(await seqs('limit=2'), [4, 5]);
    assert.deepEqual(await seqs('limit=2&after=1'), [2, 3]);
    assert.deepEqual(await seqs('after=3'), [4, 5]);
    assert.deepEqual(await seqs('after=0&limit=1'), [1]);
    assert.deepEqual(await seqs('after=5'), []);
  });

  it('gives 100 samples where no limit is named', async () => {
    await device.accepted('kp1/app/dcx/token/json/1', JSON.stringify(Array.from({ length: 150 }, (_, index) => index)));
    const recorded = await samples();
    assert.equal(recorded.length, 100);
    assert.equal(recorded.at(-1)?.seq, 150);
  });

  for (const query of ['limit=0', 'limit=x', 'after=-1', 'after=1.5']) {
    it(`refuses ${query}`, async () => {
      const response = await fetch(`${simulator.httpUrl}/api/v1/endpoints/token/telemetry?${query}`);
      assert.equal(response.status, 400);
    });
  }

  it('counts all samples ever received', async () => {
    await device.accepted('kp1/app/dcx/token/json/1', '[1,2,3]');
    await device.accepted('kp1/app/dcx/token/plain/level/2', '4');
    assert.deepEqual(await getJson(simulator, 'endpoints/token/telemetry/count'), { count: 4 });
  });

  it('shows nothing of an endpoint that never spoke', async () => {
    assert.deepEqual(await getJson(simulator, 'endpoints/nobody/telemetry'), []);
    assert.deepEqual(await getJson(simulator, 'endpoints/nobody/telemetry/count'), { count: 0 });
  });

  it('decodes percent-encoded tokens', async () => {
    await device.accepted('kp1/app/dcx/tök en/json/1', '1');
    assert.deepEqual(await getJson(simulator, `endpoints/${encodeURIComponent('tök en')}/telemetry/count`), {
      count: 1,
    });
  });
});
