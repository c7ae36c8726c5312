import assert from 'node:assert/strict';
import FakeTimers from '@sinonjs/fake-timers';
import { LiveView, watchTime } from '../../../src/runtime/admin/live-view.ts';

describe('live view', () => {
  let clock: FakeTimers.Clock;
  let present: number;
  let looks: number;
  let told: number;
  let view: LiveView<number>;

  beforeEach(() => {
    clock = FakeTimers.install({ toFake: ['setInterval', 'clearInterval', 'performance'] });
    [present, looks, told] = [0, 0, 0];
    const report = (): number => {
      looks += 1;
      return present;
    };
    view = new LiveView(report, () => (told += 1));
  });

  afterEach(() => {
    clock.uninstall();
  });

  it('gives the present report to who begins to look', () => {
    present = 7;
    assert.equal(view.watch(), 7);
  });

  it('tells that there is news, at most twice a second', async () => {
    view.watch();
    for (let millisecond = 0; millisecond < 5000; millisecond += 10) {
      present += 1;
      await clock.tickAsync(10);
    }
    assert.equal(told, 10);
  });

  it('tells of the same only once, and not of what was given to who began to look', async () => {
    view.watch();
    await clock.tickAsync(5000);
    assert.equal(told, 0);
    present = 1;
    await clock.tickAsync(5000);
    assert.equal(told, 1);
  });

  it('tells of news that another one has seen already', async () => {
    view.watch();
    present = 1;
    view.watch();
    await clock.tickAsync(500);
    assert.equal(told, 1);
  });

  it('looks at nothing before somebody does, and soon after the last has stopped', async () => {
    await clock.tickAsync(60_000);
    assert.equal(looks, 0);
    view.watch();
    await clock.tickAsync(watchTime);
    assert.equal(clock.countTimers(), 0);
    const before = looks;
    await clock.tickAsync(60_000);
    assert.equal(looks, before);
  });

  it('goes on as long as somebody says that he looks', async () => {
    for (let times = 0; times < 10; times += 1) {
      view.watch();
      await clock.tickAsync(watchTime - 1);
    }
    assert.equal(clock.countTimers(), 1);
  });
});
