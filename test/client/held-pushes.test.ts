import assert from 'node:assert/strict';
import FakeTimers from '@sinonjs/fake-timers';
import { type HeldPush, HeldPushes } from '../../src/client/held-pushes.ts';
import { parseTopic } from '../../src/protocol/topic.ts';

describe('held pushes', () => {
  let clock: FakeTimers.Clock;
  let delivered: string[];
  let observed: ReadonlySet<string>;
  let held: HeldPushes;

  beforeEach(() => {
    clock = FakeTimers.install({ toFake: ['setTimeout', 'clearTimeout', 'queueMicrotask'] });
    delivered = [];
    observed = new Set(['a', 'b']);
    const typeOf = ({ topic }: HeldPush): string => topic.path.replace('command/', '');
    held = new HeldPushes(
      (push) => observed.has(typeOf(push)),
      (push) => void delivered.push(`${typeOf(push)}${push.payload.toString()}`),
    );
  });

  afterEach(() => {
    held.clear();
    assert.equal(clock.countTimers(), 0);
    clock.uninstall();
  });

  function take(type: string, payload: Buffer | string): void {
    const topic = parseTopic(`kp1/v1/cex/t/command/${type}/status`);
    assert.ok(topic !== undefined);
    held.take({ topic, payload: Buffer.from(payload) });
  }

  it('go to their observers at once where nothing is held', () => {
    take('a', '1');
    assert.deepEqual(delivered, ['a1']);
  });

  it('wait until they are released, in their order', () => {
    held.hold();
    take('a', '1');
    take('b', '2');
    take('a', '3');
    assert.deepEqual(delivered, []);
    held.release();
    assert.deepEqual(delivered, ['a1', 'b2', 'a3']);
    take('a', '4');
    assert.equal(delivered.at(-1), 'a4');
  });

  it('wait for observers that come a little later, and not for ever', async () => {
    held.hold();
    take('late', '1');
    take('never', '2');
    held.release();
    observed = new Set(['late']);
    held.observersChanged();
    await clock.tickAsync(0);
    assert.deepEqual(delivered, ['late1']);
    await clock.tickAsync(5000);
    observed = new Set(['never']);
    held.observersChanged();
    await clock.tickAsync(0);
    assert.deepEqual(delivered, ['late1']);
  });

  it('at most 1,000 and 16 MB wait: then the first go to whoever observes', () => {
    held.hold();
    for (let number = 0; number < 1002; number += 1) take('a', String(number));
    assert.deepEqual(delivered, ['a0', 'a1']);
    delivered = [];
    held.release();
    assert.equal(delivered.length, 1000);
    held.hold();
    delivered = [];
    for (let number = 0; number < 17; number += 1) take('b', Buffer.alloc(1_048_576, 'x'));
    assert.equal(delivered.length, 1);
  });

  it('a release without a hold changes nothing', () => {
    held.release();
    take('a', '1');
    assert.deepEqual(delivered, ['a1']);
  });
});
