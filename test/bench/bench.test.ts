import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { BenchmarkName } from './options.ts';
import type { OutboxResults } from './outbox/outbox.ts';
import type { Results } from './report.ts';

const bench = fileURLToPath(new URL('bench.ts', import.meta.url));

/** Four fifths of what is aimed at, which has to be reached in one of three attempts: a busy machine disturbs. */
const leastStoredToSent = 0.4;
const mostAttempts = 3;

async function quick(only: BenchmarkName): Promise<Results> {
  const { stdout } = await promisify(execFile)(process.execPath, [bench, '--quick', '--json', '--only', only]);
  return JSON.parse(stdout) as Results;
}

async function quickOutbox(): Promise<OutboxResults> {
  const { outbox } = await quick('store');
  assert.ok(outbox);
  return outbox;
}

function assertFigure(figure: number): void {
  assert.ok(Number.isFinite(figure) && figure > 0);
}

describe('npm run bench', () => {
  it('measures all contenders, who lose nothing (short form)', async () => {
    const { trips, outbox } = await quick('trips');
    assert.ok(trips);
    assert.equal(outbox, undefined);
    assert.deepEqual(
      trips.cases.map(({ server, qos, window }) => [server, qos, window]),
      [
        ['embedded', 0, 1],
        ['embedded', 0, 64],
      ],
    );
    for (const { figures, ratios } of trips.cases) {
      for (const { tripsPerSecond, lost } of Object.values(figures)) {
        assertFigure(tripsPerSecond);
        assert.equal(lost, 0);
      }
      for (const ratio of Object.values(ratios)) assertFigure(ratio);
    }
  }).timeout(60_000);

  it('measures a gateway, which observes all its endpoints and loses nothing (short form)', async () => {
    const { gateway } = await quick('gateway');
    assert.ok(gateway);
    assert.equal(gateway.endpoints, 500);
    for (const figures of Object.values(gateway.figures)) {
      const { lost, missing, memory, heap, mostMemory, firstConnectCpu, ...others } = figures;
      assert.deepEqual({ lost, missing }, { lost: 0, missing: 0 });
      for (const figure of Object.values(others)) assertFigure(figure);
      // Differences between two processes, for so few endpoints: the noise may be larger.
      for (const figure of [memory, heap, mostMemory, firstConnectCpu]) assert.ok(Number.isFinite(figure));
    }
    const { firstConnectCpu, ...ratios } = gateway.ratios;
    assert.ok(Number.isFinite(firstConnectCpu));
    for (const ratio of Object.values(ratios)) assertFigure(ratio);
  }).timeout(60_000);

  it('measures stored samples, all of which arrive, at a rate near that of sent ones (short form)', async () => {
    let ratios: number[] = [];
    for (let attempt = 1; attempt <= mostAttempts; attempt += 1) {
      const { acceptance, backlog, drain } = await quickOutbox();
      assert.deepEqual(
        acceptance.map(({ window }) => window),
        [64, 1000],
      );
      for (const { figures } of acceptance) {
        for (const { tripsPerSecond, p50, p99, loopDelayP99, lost, missing } of Object.values(figures)) {
          for (const figure of [tripsPerSecond, p50, p99]) assertFigure(figure);
          assert.ok(Number.isFinite(loopDelayP99) && loopDelayP99 >= 0);
          assert.deepEqual({ lost, missing }, { lost: 0, missing: 0 });
        }
      }
      assert.equal(backlog, 20_000);
      const { samplesPerSecond, seconds, memoryGrowth, startUp, emptyStartUp, missing } = drain;
      for (const figure of [samplesPerSecond, seconds, startUp, emptyStartUp]) assertFigure(figure);
      assert.ok(Number.isFinite(memoryGrowth));
      assert.equal(missing, 0);

      ratios = acceptance.map(({ ratio }) => ratio);
      if (ratios.every((ratio) => ratio >= leastStoredToSent)) return;
    }
    assert.fail(`stored to sent: ${ratios.join(', ')} in the last of ${mostAttempts} attempts`);
  }).timeout(180_000);
});
