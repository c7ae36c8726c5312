import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { Context } from 'mocha';
import { Mosquitto } from '../support/mosquitto.ts';
import type { Results } from './results.ts';

const script = fileURLToPath(new URL('soak.ts', import.meta.url));

describe('npm run soak', () => {
  before(async function look(this: Context) {
    const mosquitto = await Mosquitto.start();
    if (mosquitto === undefined) this.skip();
    await mosquitto.remove();
  });

  it('1,000 endpoints come through two restarts of the broker: nothing is lost, done twice or left, and memory stays flat (short form)', async () => {
    const { stdout } = await promisify(execFile)(process.execPath, [script, '--quick', '--json']);
    const { failures, restarts, commands, samples, throughput } = JSON.parse(stdout) as Results;
    assert.deepEqual(failures, []);
    assert.equal(restarts.length, 2);
    assert.ok(samples.stored > 1000);
    assert.ok(commands.ordered > 1000);
    assert.equal(throughput.resident.length, 4);
  }).timeout(120_000);
});
