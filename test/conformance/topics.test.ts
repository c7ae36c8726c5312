import assert from 'node:assert/strict';
import { assertRefused } from './refusal.ts';
import { onEveryPlatform } from './settings.ts';

/** Paths that the API does not have. */
const unknown: readonly string[] = [
  'dcx/nothing',
  'dcx/json/temperature',
  'dcx/plain',
  'dcx/plain/temperature/indoors',
  'epmx/keys',
  'epmx/get/keys/name',
  'epmx/update/name',
  'epmx/delete',
  'cex/command',
  'cex/command/reboot/now',
  'cex/result',
  'cmx/config',
  'cmx/config/json/network/wifi',
  'cmx/applied',
  'cmx_ota/config/json/network',
  'cmx_ota/applied/json/network',
  'bcx/token/upload',
  'other/json',
];

onEveryPlatform('conformance: topics', (setting) => {
  for (const path of unknown) {
    it(`answers ${path} with 404 where it has a request ID, and ignores it without`, async () => {
      const endpoint = await setting.endpoint();
      await endpoint.publish(path, '{}');
      assert.deepEqual(await endpoint.arrived(), []);
      await endpoint.publish(`${path}/42`, '{}');
      assertRefused(await endpoint.arrived(), `${path}/42`, 404);
    });
  }

  it('takes a last level that is a positive integer for the request ID, whatever its size', async () => {
    const endpoint = await setting.endpoint();
    for (const id of [1, 99, 99_999, 2_147_483_647]) {
      await endpoint.publish(`epmx/get/keys/${id}`);
      assert.deepEqual(await endpoint.arrived(), [[`epmx/get/keys/${id}/status`, []]]);
    }
  });

  it('takes a command type of digits for a request ID too', async () => {
    const endpoint = await setting.endpoint();
    await endpoint.publish('cex/command/7', '{}');
    assertRefused(await endpoint.arrived(), 'cex/command/7', 404);
  });

  for (const path of ['dcx/plain/7', 'cex/command/7', 'cex/result/7', 'cmx/config/json/7', 'cmx/applied/json/7']) {
    it(`refuses a name of digits only: ${path}`, async () => {
      const endpoint = await setting.endpoint();
      await endpoint.publish(`${path}/42`, '1');
      assertRefused(await endpoint.arrived(), `${path}/42`, 400);
    });
  }

  for (const name of ['status', 'error']) {
    it(`knows names like ${name} from answers by the request ID behind them`, async () => {
      const endpoint = await setting.endpoint();
      await endpoint.publish(`dcx/plain/${name}/42`, '47%');
      assert.deepEqual(await endpoint.arrived(), [[`dcx/plain/${name}/42/status`, undefined]]);
      await endpoint.publish(`cex/command/${name}/42`, '{}');
      assert.deepEqual(await endpoint.arrived(), [[`cex/command/${name}/42/status`, []]]);
    });
  }
});
