import assert from 'node:assert/strict';
import { assertRefused } from './refusal.ts';
import { onSimulatorWith } from './settings.ts';

describe('conformance: variants of the server', () => {
  onSimulatorWith(['--push-with-request-id'], (setting) => {
    it('pushes commands with the request ID of the last observe request', async () => {
      const endpoint = await setting.endpoint();
      await endpoint.publish('cex/command/reboot/42', '{"observe":true}');
      await endpoint.arrived();
      const id = await endpoint.control.command('reboot', 1);
      assert.deepEqual(await endpoint.arrived(), [['cex/command/reboot/42/status', [{ id, payload: 1 }]]]);
    });

    it('pushes configurations, default and named, and software with the request ID of their observe requests', async () => {
      const endpoint = await setting.endpoint();
      await endpoint.publish('cmx/config/json/41', '{"observe":true}');
      await endpoint.publish('cmx/config/json/network/42', '{"observe":true}');
      await endpoint.publish('cmx_ota/config/json/43', '{"observe":true}');
      await endpoint.arrived();
      await endpoint.control.configuration(1);
      await endpoint.control.configuration(2, 'network');
      await endpoint.control.put('software', { version: '3', config: {} });
      assert.deepEqual(
        (await endpoint.arrived()).map(([topic]) => topic),
        ['cmx/config/json/41/status', 'cmx/config/json/network/42/status', 'cmx_ota/config/json/43/status'],
      );
    });
  });

  const forms: Record<string, (body: unknown) => void> = {
    empty: (body) => assert.equal(body, undefined),
    null: (body) => assert.equal(body, null),
    object: (body) => assert.ok(typeof body === 'object' && body !== null && !('config' in body)),
    304: (body) => assert.partialDeepStrictEqual(body, { statusCode: 304 }),
  };
  for (const [form, check] of Object.entries(forms)) {
    onSimulatorWith(['--unchanged', form], (setting) => {
      it('says so where the configuration is the one that the endpoint has', async () => {
        const endpoint = await setting.endpoint();
        const configId = await endpoint.control.configuration({ a: 1 });
        await endpoint.arrived();
        check(await endpoint.request('cmx/config/json', { configId }));
        await endpoint.publish('cmx/config/json', { configId });
        const [[topic, body] = [], ...more] = await endpoint.arrived();
        assert.deepEqual([topic, more], ['cmx/config/json/status', []]);
        check(body);
      });

      it('says so where the named configuration is the one that the endpoint has', async () => {
        const endpoint = await setting.endpoint();
        const configId = await endpoint.control.configuration({ a: 1 }, 'network');
        await endpoint.arrived();
        check(await endpoint.request('cmx/config/json/network', { configId }));
      });

      it('sends every other configuration whole', async () => {
        const endpoint = await setting.endpoint();
        const configId = await endpoint.control.configuration({ a: 1 });
        await endpoint.arrived();
        const whole = { configId, config: { a: 1 } };
        assert.partialDeepStrictEqual(await endpoint.request('cmx/config/json', { configId: 'other' }), whole);
        assert.partialDeepStrictEqual(await endpoint.request('cmx/config/json', {}), whole);
      });
    });
  }

  onSimulatorWith(['--confirm-results'], (setting) => {
    it('answers a result with an empty status where it has a request ID', async () => {
      const endpoint = await setting.endpoint();
      const id = await endpoint.control.command('reboot', 1);
      await endpoint.arrived();
      assert.equal(await endpoint.request('cex/result/reboot', [{ id, statusCode: 200 }]), undefined);
      await endpoint.publish('cex/result/reboot', [{ id, statusCode: 200 }]);
      assert.deepEqual(await endpoint.arrived(), []);
    });

    it('still refuses a bad result', async () => {
      const endpoint = await setting.endpoint();
      await endpoint.publish('cex/result/reboot/42', [{ id: 1 }]);
      assertRefused(await endpoint.arrived(), 'cex/result/reboot/42', 400);
    });
  });
});
