import assert from 'node:assert/strict';
import FakeTimers from '@sinonjs/fake-timers';
import { Deploys } from '../../src/runtime/deploys.ts';

describe('a deploy', () => {
  let clock: FakeTimers.Clock;
  let deploys: Deploys;
  let over: number;

  beforeEach(() => {
    clock = FakeTimers.install({ toFake: ['setTimeout', 'clearTimeout', 'setImmediate', 'clearImmediate'] });
    over = 0;
    deploys = new Deploys(() => (over += 1));
  });

  afterEach(() => {
    assert.equal(clock.countTimers(), 0);
    clock.uninstall();
  });

  it('lasts from the stopping of the old flows until the new ones were told that they run', async () => {
    deploys.stopping(true);
    assert.equal(deploys.underWay, true);
    deploys.stopped();
    deploys.started();
    assert.deepEqual([deploys.underWay, over], [true, 0]);
    await clock.tickAsync(0);
    assert.deepEqual([deploys.underWay, over], [false, 1]);
  });

  it('is over 5 s after the old flows have stopped, where the new ones do not start', async () => {
    deploys.stopping(true);
    await clock.tickAsync(15_000);
    deploys.stopped();
    await clock.tickAsync(4999);
    assert.deepEqual([deploys.underWay, over], [true, 0]);
    await clock.tickAsync(1);
    assert.deepEqual([deploys.underWay, over], [false, 1]);
  });

  it('is none where the flows are stopped', () => {
    deploys.stopping(false);
    assert.equal(deploys.underWay, false);
  });

  it('is over where the flows are stopped before the new ones run', () => {
    deploys.stopping(true);
    deploys.stopped();
    deploys.stopping(false);
    assert.deepEqual([deploys.underWay, over], [false, 1]);
  });

  it('does not end with the late start of the flows before', async () => {
    deploys.stopping(true);
    deploys.started();
    await clock.tickAsync(0);
    assert.deepEqual([deploys.underWay, over], [true, 0]);
    deploys.stopping(false);
  });
});
