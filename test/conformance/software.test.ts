import assert from 'node:assert/strict';
import { member } from './control-api.ts';
import { onEveryPlatform } from './settings.ts';

const path = 'cmx_ota/config/json';
const specification = { link: 'http://127.0.0.1/firmware.bin', checksum: 'd41d8cd98f00b204e9800998ecf8427e' };
const software = { version: '0.0.2', config: specification };
const offer = { configId: '0.0.2', config: specification };

onEveryPlatform('conformance: software', (setting) => {
  it('offers the assigned version as configId, with its specification as config', async () => {
    const endpoint = await setting.endpoint();
    await endpoint.control.put('software', software);
    await endpoint.arrived();
    assert.partialDeepStrictEqual(await endpoint.request(path, { observe: true }), offer);
    assert.partialDeepStrictEqual(await endpoint.control.get('software'), software);
  });

  it('pushes a new version without request ID', async () => {
    const endpoint = await setting.endpoint();
    await endpoint.request(path, { observe: true });
    await endpoint.control.put('software', software);
    const [[topic, body] = [], ...more] = await endpoint.arrived();
    assert.deepEqual([topic, more], [`${path}/status`, []]);
    assert.partialDeepStrictEqual(body, offer);
  });

  it('observe: false stops pushes until a request with true', async () => {
    const endpoint = await setting.endpoint();
    await endpoint.request(path, { observe: false });
    await endpoint.control.put('software', software);
    assert.deepEqual(await endpoint.arrived(), []);
    assert.partialDeepStrictEqual(await endpoint.request(path, { observe: true }), offer);
    await endpoint.control.put('software', { ...software, version: '0.0.3' });
    assert.equal(member((await endpoint.arrived())[0]?.[1], 'configId'), '0.0.3');
  });

  it('offers no version that runs already', async () => {
    const endpoint = await setting.endpoint();
    await endpoint.control.put('software', software);
    await endpoint.arrived();
    assert.equal(await endpoint.request('cmx_ota/applied/json', { configId: '0.0.2' }), undefined);
    const answer = await endpoint.request(path, {});
    assert.ok(typeof answer === 'object' && answer !== null && !('config' in answer), JSON.stringify(answer));
    assert.partialDeepStrictEqual(await endpoint.control.get('software'), {
      applied: { configId: '0.0.2', statusCode: 200 },
    });
  });

  it('offers the assigned version to an endpoint that runs another one', async () => {
    const endpoint = await setting.endpoint();
    await endpoint.request('cmx_ota/applied/json', { configId: '0.0.1' });
    await endpoint.control.put('software', software);
    assert.equal((await endpoint.arrived()).length, 1);
    assert.partialDeepStrictEqual(await endpoint.request(path, {}), offer);
  });

  it('offers a rejected version again', async () => {
    const endpoint = await setting.endpoint();
    await endpoint.control.put('software', software);
    await endpoint.arrived();
    const rejection = { configId: '0.0.2', statusCode: 500, reasonPhrase: 'checksum is wrong' };
    await endpoint.request('cmx_ota/applied/json', rejection);
    assert.partialDeepStrictEqual(await endpoint.control.get('software'), { applied: rejection });
    assert.partialDeepStrictEqual(await endpoint.request(path, {}), offer);
  });

  it('is not mixed up with configurations', async () => {
    const endpoint = await setting.endpoint();
    await endpoint.control.put('software', software);
    await endpoint.arrived();
    assert.partialDeepStrictEqual(await endpoint.request('cmx/config/json', {}), { configId: '', config: null });
    await endpoint.request('cmx/applied/json', { configId: '0.0.2' });
    assert.partialDeepStrictEqual(await endpoint.request(path, {}), offer);
  });
});
