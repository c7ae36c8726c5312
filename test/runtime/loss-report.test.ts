import assert from 'node:assert/strict';
import FakeTimers from '@sinonjs/fake-timers';
import type { KaaStoreFullError } from '../../src/protocol/errors.ts';
import { LossReport } from '../../src/runtime/loss-report.ts';

describe('report of lost samples', () => {
  let clock: FakeTimers.Clock;
  let errors: KaaStoreFullError[];
  let report: LossReport;

  beforeEach(() => {
    clock = FakeTimers.install({ toFake: ['setTimeout', 'clearTimeout'] });
    errors = [];
    report = new LossReport((error) => void errors.push(error));
  });

  afterEach(() => {
    report.close();
    assert.equal(clock.countTimers(), 0);
    clock.uninstall();
  });

  /** The numbers in each report. */
  const counts = (): (readonly number[])[] =>
    errors.map(({ message }) => [...message.matchAll(/\d+/g)].map(([number]) => Number(number)));

  it('is told at once, as KAA_STORE_FULL', () => {
    report.add(3, 0);
    assert.deepEqual(counts(), [[3]]);
    assert.equal(errors[0]?.code, 'KAA_STORE_FULL');
    assert.match(errors[0].message, /dropped for newer ones/);
  });

  it('tells apart what had to go for newer ones and what had waited too long', () => {
    report.add(0, 5);
    assert.match(errors[0]?.message ?? '', /5 samples were dropped because they had waited too long/);
    assert.doesNotMatch(errors[0]?.message ?? '', /newer/);
  });

  it('is told once a minute at most, with the sums', () => {
    report.add(1, 0);
    for (let second = 0; second < 59; second += 1) {
      report.add(2, 1);
      clock.tick(1000);
    }
    assert.equal(errors.length, 1);
    clock.tick(1000);
    assert.deepEqual(counts(), [[1], [118, 59]]);
    report.add(4, 0);
    assert.equal(errors.length, 2);
    clock.tick(60_000);
    assert.deepEqual(counts().at(-1), [4]);
  });

  it('is told at once again after a minute without loss', () => {
    report.add(1, 0);
    clock.tick(60_000);
    clock.tick(1000);
    report.add(2, 0);
    assert.deepEqual(counts(), [[1], [2]]);
  });

  it('says nothing where nothing was lost', () => {
    report.add(1, 0);
    clock.tick(600_000);
    report.add(0, 0);
    assert.equal(errors.length, 1);
  });

  it('tells what is left at closing, and nothing of it later', () => {
    report.add(1, 0);
    report.add(2, 0);
    report.close();
    assert.deepEqual(counts(), [[1], [2]]);
    clock.tick(600_000);
    assert.equal(errors.length, 2);
  });

  it('says nothing at closing where all was told', () => {
    report.add(1, 0);
    report.close();
    assert.equal(errors.length, 1);
  });

  it('tells at once, and without a timer, what is lost while the store closes', () => {
    report.close();
    report.add(1, 0);
    report.add(2, 0);
    assert.deepEqual(counts(), [[1], [2]]);
    assert.equal(clock.countTimers(), 0);
  });
});
