import assert from 'node:assert/strict';
import { member } from './control-api.ts';
import { assertRefused } from './refusal.ts';
import { onEveryPlatform } from './settings.ts';

const path = 'cmx/config/json';

onEveryPlatform('conformance: configuration', (setting) => {
  it('answers the assigned configuration and its configId', async () => {
    const endpoint = await setting.endpoint();
    const configId = await endpoint.control.configuration({ mode: 'AP', ssid: ['Smart Teapot'] });
    assert.match(configId, /^[0-9a-f]{32}$/);
    await endpoint.arrived();
    assert.partialDeepStrictEqual(await endpoint.request(path, {}), {
      configId,
      config: { mode: 'AP', ssid: ['Smart Teapot'] },
    });
  });

  it('pushes a new configuration without request ID', async () => {
    const endpoint = await setting.endpoint();
    await endpoint.request(path, { observe: true });
    const configId = await endpoint.control.configuration({ a: 1 });
    const [[topic, body] = [], ...more] = await endpoint.arrived();
    assert.deepEqual([topic, more], [`${path}/status`, []]);
    assert.partialDeepStrictEqual(body, { configId, config: { a: 1 } });
  });

  it('answers a request without request ID on the topic of pushes', async () => {
    const endpoint = await setting.endpoint();
    const configId = await endpoint.control.configuration({ a: 1 });
    await endpoint.publish(path, '{}');
    const [topic, body] = (await endpoint.arrived()).at(-1) ?? [];
    assert.equal(topic, `${path}/status`);
    assert.partialDeepStrictEqual(body, { configId, config: { a: 1 } });
  });

  it('configurations of every type', async () => {
    const endpoint = await setting.endpoint();
    await endpoint.arrived();
    for (const config of [false, 0, '', [], {}, { a: [null] }]) {
      const configId = await endpoint.control.configuration(config);
      const [[, pushed] = []] = await endpoint.arrived();
      assert.equal(member(pushed, 'configId'), configId);
      assert.deepEqual(member(pushed, 'config'), config);
    }
  });

  it('gives each publication a configId of its own, even of the same configuration', async () => {
    const endpoint = await setting.endpoint();
    const first = await endpoint.control.configuration({ a: 1 });
    const second = await endpoint.control.configuration({ a: 1 });
    assert.notEqual(first, second);
    await endpoint.arrived();
    assert.equal(member(await endpoint.request(path, {}), 'configId'), second);
  });

  it('answers a request with the current configId by the configId alone, any other by the configuration', async () => {
    const endpoint = await setting.endpoint();
    const old = await endpoint.control.configuration({ a: 1 });
    const configId = await endpoint.control.configuration({ a: 2 });
    await endpoint.arrived();
    const unchanged = await endpoint.request(path, { configId });
    assert.equal(member(unchanged, 'configId'), configId);
    assert.ok(typeof unchanged === 'object' && unchanged !== null && !('config' in unchanged));
    assert.partialDeepStrictEqual(await endpoint.request(path, { configId: old }), { configId, config: { a: 2 } });
    assert.partialDeepStrictEqual(await endpoint.request(path, { configId: '' }), { configId, config: { a: 2 } });
  });

  it('keeps named configurations apart from the default one and from each other', async () => {
    const endpoint = await setting.endpoint();
    await endpoint.arrived();
    const network = await endpoint.control.configuration({ a: 1 }, 'network');
    const [[topic, body] = [], ...more] = await endpoint.arrived();
    assert.deepEqual([topic, more], [`${path}/network/status`, []]);
    assert.partialDeepStrictEqual(body, { configId: network, config: { a: 1 } });

    assert.partialDeepStrictEqual(await endpoint.request(`${path}/network`, {}), body);
    assert.partialDeepStrictEqual(await endpoint.request(`${path}/display`, {}), { configId: '', config: null });
    assert.partialDeepStrictEqual(await endpoint.request(path, {}), { configId: '', config: null });
    await endpoint.control.configuration({ b: 2 });
    await endpoint.arrived();
    assert.partialDeepStrictEqual(await endpoint.request(`${path}/network`, {}), body);
  });

  it('observe: false stops pushes of that configuration until a request with true', async () => {
    const endpoint = await setting.endpoint();
    await endpoint.request(path, { observe: false });
    const quiet = await endpoint.control.configuration({ a: 1 });
    assert.deepEqual(await endpoint.arrived(), []);
    assert.equal(member(await endpoint.request(path, {}), 'configId'), quiet);
    await endpoint.control.configuration({ a: 2 });
    assert.deepEqual(await endpoint.arrived(), [], 'a request without observe leaves it as it was');
    await endpoint.control.configuration({ a: 3 }, 'network');
    assert.equal((await endpoint.arrived()).length, 1, 'a named configuration is another resource');

    await endpoint.request(path, { observe: true });
    await endpoint.control.configuration({ a: 4 });
    assert.equal((await endpoint.arrived()).length, 1);
  });

  it('pushes to an endpoint that has spoken, even if it never asked to observe', async () => {
    const endpoint = await setting.endpoint();
    await endpoint.arrived();
    await endpoint.control.configuration({ a: 1 });
    assert.equal((await endpoint.arrived())[0]?.[0], `${path}/status`);
  });

  it('a refused request does not change what is observed', async () => {
    const endpoint = await setting.endpoint();
    await endpoint.publish(`${path}/1`, { observe: false, name: 'network' });
    assertRefused(await endpoint.arrived(), `${path}/1`, 400);
    await endpoint.control.configuration({ a: 1 });
    assert.equal((await endpoint.arrived()).length, 1);
  });

  it('shows a configuration as applied only once it was reported', async () => {
    const endpoint = await setting.endpoint();
    const configId = await endpoint.control.configuration({ a: 1 });
    await endpoint.arrived();
    await endpoint.request(path, { observe: true });
    assert.partialDeepStrictEqual(await endpoint.control.get('config'), { configId, config: { a: 1 }, applied: null });
    assert.equal(await endpoint.request('cmx/applied/json', { configId }), undefined);
    assert.partialDeepStrictEqual(await endpoint.control.get('config'), { applied: { configId, statusCode: 200 } });
  });

  it('shows a configuration as rejected, with the reason', async () => {
    const endpoint = await setting.endpoint();
    const configId = await endpoint.control.configuration({ a: 1 });
    await endpoint.arrived();
    const rejection = { configId, statusCode: 400, reasonPhrase: 'WPA2 is not supported' };
    await endpoint.request('cmx/applied/json', rejection);
    assert.partialDeepStrictEqual(await endpoint.control.get('config'), { applied: rejection });
  });

  it('tells success from rejection by 2xx alone', async () => {
    const endpoint = await setting.endpoint();
    const configId = await endpoint.control.configuration({ a: 1 });
    await endpoint.arrived();
    const verdicts = new Map<number, unknown>();
    for (const statusCode of [200, 204, 199, 304, 400, 500]) {
      await endpoint.request('cmx/applied/json', { configId, statusCode });
      verdicts.set(statusCode, member(member(await endpoint.control.get('config'), 'applied'), 'status'));
    }
    const [applied, rejected] = [verdicts.get(200), verdicts.get(400)];
    assert.notEqual(applied, rejected);
    assert.deepEqual([...verdicts.values()], [applied, applied, rejected, rejected, rejected, rejected]);
  });

  it('takes a report for the configuration that its topic names', async () => {
    const endpoint = await setting.endpoint();
    await endpoint.control.configuration({ a: 1 });
    const configId = await endpoint.control.configuration({ a: 2 }, 'network');
    await endpoint.arrived();
    await endpoint.request('cmx/applied/json/network', { configId });
    assert.partialDeepStrictEqual(await endpoint.control.get('config/network'), { applied: { configId } });
    assert.partialDeepStrictEqual(await endpoint.control.get('config'), { applied: null });
  });

  it('takes a report without request ID', async () => {
    const endpoint = await setting.endpoint();
    const configId = await endpoint.control.configuration({ a: 1 });
    await endpoint.publish('cmx/applied/json', { configId });
    await endpoint.arrived();
    assert.partialDeepStrictEqual(await endpoint.control.get('config'), { applied: { configId } });
  });

  it('does not take a report about another configuration for one about the assigned one', async () => {
    const endpoint = await setting.endpoint();
    const old = await endpoint.control.configuration({ a: 1 });
    const configId = await endpoint.control.configuration({ a: 2 });
    await endpoint.arrived();
    await endpoint.request('cmx/applied/json', { configId: old });
    const { applied } = await configurationOf(endpoint.control.get('config'));
    assert.ok(applied === null || member(applied, 'configId') !== configId);
  });

  it('does not take a new configuration for applied because the last one was', async () => {
    const endpoint = await setting.endpoint();
    const old = await endpoint.control.configuration({ a: 1 });
    await endpoint.arrived();
    await endpoint.request('cmx/applied/json', { configId: old });
    const configId = await endpoint.control.configuration({ a: 2 });
    const { applied } = await configurationOf(endpoint.control.get('config'));
    assert.ok(applied === null || member(applied, 'configId') !== configId);
  });

  it('is not mixed up with software', async () => {
    const endpoint = await setting.endpoint();
    await endpoint.control.configuration({ a: 1 });
    await endpoint.arrived();
    assert.partialDeepStrictEqual(await endpoint.request('cmx_ota/config/json', {}), { configId: '', config: null });
  });
});

async function configurationOf(answer: Promise<unknown>): Promise<{ applied: unknown }> {
  return { applied: member(await answer, 'applied') };
}
