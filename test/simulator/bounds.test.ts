import assert from 'node:assert/strict';
import { Endpoints } from '../../src/simulator/platform/endpoints.ts';
import { Telemetry } from '../../src/simulator/platform/telemetry.ts';
import { Bench, getJson } from './support.ts';

describe('simulator: bounds', () => {
  it('keeps the newest samples and counts all', async () => {
    const bench = new Bench();
    try {
      const simulator = await bench.simulator({ maxSamples: 3 });
      const device = await bench.device(simulator.mqttUrl);
      await device.accepted('kp1/app/dcx/token/json/1', '[10,20,30,40,50]');
      const kept = (await getJson(simulator, 'endpoints/token/telemetry?after=0')) as { seq: number; sample: number }[];
      assert.deepEqual(
        kept.map(({ seq, sample }) => [seq, sample]),
        [
          [3, 30],
          [4, 40],
          [5, 50],
        ],
      );
      assert.deepEqual(await getJson(simulator, 'endpoints/token/telemetry/count'), { count: 5 });
    } finally {
      await bench.close();
    }
  });

  it('pages across the end of the ring', () => {
    const telemetry = new Telemetry(4);
    for (let sample = 1; sample <= 10; sample += 1) telemetry.record({ receivedAt: '', sample });
    assert.deepEqual(
      telemetry.page(2, 7).map(({ seq, sample }) => [seq, sample]),
      [
        [8, 8],
        [9, 9],
      ],
    );
    assert.deepEqual(
      telemetry.page(100).map(({ seq }) => seq),
      [7, 8, 9, 10],
    );
  });

  it('forgets the least recently active endpoint that is not connected', () => {
    const endpoints = new Endpoints({ maxEndpoints: 3, maxSamples: 1 });
    endpoints.connectionOpened('open');
    endpoints.spoke('oldest but connected', 'app', 'open');
    endpoints.spoke('old', 'app', 'closed');
    endpoints.spoke('revived', 'app', 'closed');
    endpoints.spoke('old', 'app', 'closed');
    endpoints.spoke('new', 'app', 'closed');
    assert.deepEqual(
      endpoints.list().map(({ token }) => token),
      ['oldest but connected', 'old', 'new'],
    );
  });

  it('forgets the least recently active endpoint where all are connected', () => {
    const endpoints = new Endpoints({ maxEndpoints: 2, maxSamples: 1 });
    endpoints.connectionOpened('open');
    for (const token of ['one', 'two', 'three']) endpoints.spoke(token, 'app', 'open');
    assert.deepEqual(
      endpoints.list().map(({ token }) => token),
      ['two', 'three'],
    );
  });
});
