import assert from 'node:assert/strict';
import { member } from './control-api.ts';
import type { Endpoint } from './endpoint.ts';
import { onEveryPlatform } from './settings.ts';

async function recorded(endpoint: Endpoint): Promise<unknown[]> {
  const samples = await endpoint.control.get('telemetry');
  assert.ok(Array.isArray(samples));
  return samples.map((each: unknown) => member(each, 'sample'));
}

onEveryPlatform('conformance: telemetry', (setting) => {
  it('takes samples and batches with and without request ID, in order, as they were sent', async () => {
    const endpoint = await setting.endpoint();
    await endpoint.publish('dcx/json', { temperature: 21, location: { lat: 34.1 } });
    await endpoint.publish('dcx/json/1', [{ a: null }, 2.5, true]);
    await endpoint.publish('dcx/plain/humidity/2', '47%');
    await endpoint.publish('dcx/plain/humidity', '48');
    assert.deepEqual(
      (await endpoint.arrived()).map(([topic]) => topic),
      ['dcx/json/1/status', 'dcx/plain/humidity/2/status'],
    );
    const marker = 1;
    assert.deepEqual(await recorded(endpoint), [
      { temperature: 21, location: { lat: 34.1 } },
      { a: null },
      2.5,
      true,
      '47%',
      48,
      marker,
    ]);
  });

  it('takes nothing of what it refuses', async () => {
    const endpoint = await setting.endpoint();
    await endpoint.publish('dcx/json/1', '[{"a":1},');
    await endpoint.publish('dcx/plain/humidity/2', '47 %');
    assert.equal((await endpoint.arrived()).length, 2);
    assert.equal((await recorded(endpoint)).length, 1);
  });
});
