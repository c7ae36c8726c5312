import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { Results } from './report.ts';

const bench = fileURLToPath(new URL('bench.ts', import.meta.url));

describe('npm run bench', () => {
  it('measures all contenders, who lose nothing (short form)', async () => {
    const { stdout } = await promisify(execFile)(process.execPath, [bench, '--quick', '--json']);
    const { cases } = JSON.parse(stdout) as Results;
    assert.deepEqual(
      cases.map(({ server, qos, window }) => [server, qos, window]),
      [
        ['embedded', 0, 1],
        ['embedded', 0, 64],
      ],
    );
    for (const { figures, ratios } of cases) {
      for (const { tripsPerSecond, lost } of Object.values(figures)) {
        assert.ok(tripsPerSecond > 0);
        assert.equal(lost, 0);
      }
      for (const ratio of Object.values(ratios)) assert.ok(Number.isFinite(ratio) && ratio > 0);
    }
  }).timeout(60_000);
});
