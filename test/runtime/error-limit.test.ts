import assert from 'node:assert/strict';
import FakeTimers from '@sinonjs/fake-timers';
import { ErrorLimit } from '../../src/runtime/error-limit.ts';

describe('limit of errors that no message has caused', () => {
  let clock: FakeTimers.Clock;
  let leftOut: number[];
  let limit: ErrorLimit;

  beforeEach(() => {
    clock = FakeTimers.install({ toFake: ['setTimeout', 'clearTimeout'] });
    leftOut = [];
    limit = new ErrorLimit((count) => void leftOut.push(count));
  });

  afterEach(() => {
    limit.close();
    assert.equal(clock.countTimers(), 0);
    clock.uninstall();
  });

  const admitted = (count: number): number => Array.from({ length: count }, () => limit.admit()).filter(Boolean).length;

  it('100 a second are told', async () => {
    assert.equal(admitted(100), 100);
    await clock.tickAsync(1000);
    assert.equal(admitted(100), 100);
    await clock.tickAsync(1000);
    assert.deepEqual(leftOut, []);
  });

  it('more are counted, and their number is told', async () => {
    assert.equal(admitted(1000), 100);
    await clock.tickAsync(1000);
    assert.deepEqual(leftOut, [900]);
    assert.equal(admitted(5), 5);
  });

  it('the number is told also where the node closes', () => {
    admitted(101);
    limit.close();
    assert.deepEqual(leftOut, [1]);
  });
});
