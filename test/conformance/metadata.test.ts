import assert from 'node:assert/strict';
import { assertRefused } from './refusal.ts';
import { onEveryPlatform } from './settings.ts';

onEveryPlatform('conformance: metadata', (setting) => {
  it('update replaces: attributes not named are deleted', async () => {
    const endpoint = await setting.endpoint();
    await endpoint.request('epmx/update', { name: 'one', location: { lat: 1, lon: 2 } });
    await endpoint.request('epmx/update', { location: { lat: 3 }, vendorId: 2 });
    assert.deepEqual(await endpoint.request('epmx/get'), { location: { lat: 3 }, vendorId: 2 });
  });

  it('update/keys merges: attributes not named stay, those named are replaced whole', async () => {
    const endpoint = await setting.endpoint();
    await endpoint.request('epmx/update', { name: 'one', location: { lat: 1, lon: 2 } });
    await endpoint.request('epmx/update/keys', { location: { lat: 3 }, vendorId: 2 });
    assert.deepEqual(await endpoint.request('epmx/get'), { name: 'one', location: { lat: 3 }, vendorId: 2 });
  });

  it('delete/keys deletes the named attributes, of which any may be absent', async () => {
    const endpoint = await setting.endpoint();
    await endpoint.request('epmx/update', { name: 'one', location: null, areaId: 3 });
    await endpoint.request('epmx/delete/keys', ['location', 'areaId', 'absent']);
    await endpoint.request('epmx/delete/keys', ['absent']);
    assert.deepEqual(await endpoint.request('epmx/get'), { name: 'one' });
  });

  it('takes effect without request ID', async () => {
    const endpoint = await setting.endpoint();
    await endpoint.publish('epmx/update', { a: 1, b: 2 });
    await endpoint.publish('epmx/update/keys', { c: 3 });
    await endpoint.publish('epmx/delete/keys', ['a']);
    assert.deepEqual(await endpoint.request('epmx/get'), { b: 2, c: 3 });
  });

  it('get/keys answers the keys of all attributes', async () => {
    const endpoint = await setting.endpoint();
    await endpoint.request('epmx/update', { name: 'one', location: null });
    await endpoint.request('epmx/update/keys', { name: 'two', deviceModel: 'x' });
    const keys = await endpoint.request('epmx/get/keys');
    assert.ok(Array.isArray(keys));
    assert.equal(keys.length, 3);
    assert.deepEqual(new Set(keys), new Set(['name', 'location', 'deviceModel']));
  });

  it('get answers the selected attributes only', async () => {
    const endpoint = await setting.endpoint();
    await endpoint.request('epmx/update', { a: 1, b: 2, c: null });
    assert.deepEqual(await endpoint.request('epmx/get', { keys: ['c', 'a', 'absent', 'toString'] }), { a: 1, c: null });
  });

  it('gives values of every type back as they were sent', async () => {
    const endpoint = await setting.endpoint();
    const attributes = { a: null, b: '', c: [1, {}, 'größe'], d: { e: { f: [] } }, g: false, h: -1.5e-7 };
    await endpoint.request('epmx/update', attributes);
    assert.deepEqual(await endpoint.request('epmx/get', {}), attributes);
  });

  for (const update of ['epmx/update', 'epmx/update/keys']) {
    it(`${update} knows no keys with a meaning of their own`, async () => {
      const endpoint = await setting.endpoint();
      const attributes = '{"__proto__":1,"constructor":2,"toString":3}';
      await endpoint.request(update, attributes);
      assert.deepEqual(await endpoint.request('epmx/get'), JSON.parse(attributes));
      assert.deepEqual(await endpoint.request('epmx/get', { keys: ['__proto__'] }), JSON.parse('{"__proto__":1}'));
      await endpoint.request('epmx/delete/keys', ['__proto__', 'toString']);
      assert.deepEqual(await endpoint.request('epmx/get/keys'), ['constructor']);
    });
  }

  it('changes nothing of what it refuses', async () => {
    const endpoint = await setting.endpoint();
    await endpoint.request('epmx/update', { a: 1 });
    for (const [path, body] of [
      ['epmx/update/1', { b: 1, 'bad-key': 2 }],
      ['epmx/update/keys/2', { b: 1, 'bad-key': 2 }],
      ['epmx/delete/keys/3', ['a', 'bad-key']],
    ] as const) {
      await endpoint.publish(path, body);
      assertRefused(await endpoint.arrived(), path, 400);
    }
    assert.deepEqual(await endpoint.request('epmx/get'), { a: 1 });
  });

  it('keeps the attributes of each endpoint apart', async () => {
    const one = await setting.endpoint();
    const another = await setting.endpoint();
    await one.request('epmx/update', { a: 1 });
    assert.deepEqual(await another.request('epmx/get'), {});
  });

  it('shows and changes the same attributes in the control API: PUT replaces, PATCH merges', async () => {
    const endpoint = await setting.endpoint();
    await endpoint.request('epmx/update', { a: 1 });
    assert.deepEqual(await endpoint.control.get('metadata'), { a: 1 });
    await endpoint.control.put('metadata', { b: 2 });
    assert.deepEqual(await endpoint.request('epmx/get'), { b: 2 });
    await endpoint.control.patch('metadata', { c: [3] });
    assert.deepEqual(await endpoint.request('epmx/get'), { b: 2, c: [3] });
  });
});
