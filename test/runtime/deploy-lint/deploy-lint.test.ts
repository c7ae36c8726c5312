import assert from 'node:assert/strict';
import { presentMisuse } from '../../../src/runtime/deploy-lint/deploy-lint.ts';
import { Flow, startRuntime, stopRuntime } from '../../support/flow.ts';
import { freePort } from '../../support/mosquitto.ts';

describe('what was found at the last deploy', () => {
  before(startRuntime);
  after(stopRuntime);

  it('stands there with its text until it is mended', async () => {
    const stored = { type: 'kaa-telemetry', delivery: 'stored' };
    const url = `mqtt://127.0.0.1:${await freePort()}`;
    for (const [timestamp, expected] of [
      ['none', [['node', 'lint.noTimestamp']]],
      ['epoch', []],
    ] as const) {
      const flow = new Flow({ ...stored, timestamp }, { url });
      await flow.start();
      const found = presentMisuse().map(({ nodeId, text }) => [nodeId, typeof text === 'object' ? text.key : text]);
      assert.deepEqual(found, expected);
      await flow.stop();
    }
  });
});
