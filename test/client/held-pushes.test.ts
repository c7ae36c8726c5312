import assert from 'node:assert/strict';
import FakeTimers from '@sinonjs/fake-timers';
import { type HeldPush, HeldPushes } from '../../src/client/held-pushes.ts';
import { readAnswerTopic } from '../../src/protocol/topic.ts';

describe('held pushes', () => {
  let clock: FakeTimers.Clock;
  let delivered: string[];
  let observed: ReadonlySet<string>;
  let held: HeldPushes;
  let over: number;

  const typeOf = ({ topic }: HeldPush): string => topic.requestTopic.replace(/.*\//, '');

  beforeEach(() => {
    clock = FakeTimers.install({ toFake: ['setTimeout', 'clearTimeout', 'queueMicrotask'] });
    delivered = [];
    observed = new Set(['a', 'b']);
    over = 0;
    held = new HeldPushes({
      isObserved: (push) => observed.has(typeOf(push)),
      isKnown: (push) => push.topic.text.startsWith('kp1/v1/cex/t/'),
      deliver: (push) => void delivered.push(`${typeOf(push)}${push.payload.toString()}`),
      over: () => (over += 1),
    });
  });

  afterEach(() => {
    held.clear();
    assert.equal(clock.countTimers(), 0);
    clock.uninstall();
  });

  function take(type: string, payload: Buffer | string, token = 't'): void {
    const topic = readAnswerTopic(`kp1/v1/cex/${token}/command/${type}/status`);
    assert.ok(topic !== undefined);
    held.take({ topic, payload: Buffer.from(payload) });
  }

  it('go to their observers at once where nothing is held', () => {
    take('a', '1');
    assert.deepEqual(delivered, ['a1']);
  });

  it('go to their observers also while others are held', () => {
    held.hold();
    take('new', '1');
    take('a', '2');
    assert.deepEqual(delivered, ['a2']);
  });

  it('wait for observers, in their order', async () => {
    held.hold();
    take('new', '1');
    take('other', '2');
    take('new', '3');
    observed = new Set(['new', 'other']);
    take('new', '4');
    assert.deepEqual(delivered, []);
    held.release();
    assert.deepEqual(delivered, ['new1', 'other2', 'new3', 'new4']);
    take('new', '5');
    assert.equal(delivered.at(-1), 'new5');
    await clock.tickAsync(5000);
    assert.equal(over, 1);
  });

  it('for endpoints that are not spoken for are not held', () => {
    held.hold();
    take('new', '1', 'stranger');
    observed = new Set(['new']);
    held.release();
    assert.deepEqual(delivered, []);
  });

  it('wait for observers that come a little later, and not for ever', async () => {
    held.hold();
    take('late', '1');
    take('never', '2');
    held.release();
    take('late', '3');
    observed = new Set(['late']);
    held.observersChanged();
    await clock.tickAsync(0);
    assert.deepEqual(delivered, ['late1', 'late3']);
    await clock.tickAsync(5000);
    observed = new Set(['never']);
    held.observersChanged();
    await clock.tickAsync(0);
    assert.deepEqual(delivered, ['late1', 'late3']);
  });

  it('at most 1,000 and 16 MB wait: the first are given up then', () => {
    held.hold();
    for (let number = 0; number < 1002; number += 1) take('new', String(number));
    observed = new Set(['new', 'large']);
    held.release();
    assert.equal(delivered.length, 1002);
    assert.deepEqual(delivered.slice(0, 3), ['new0', 'new1', 'new2']);
    observed = new Set();
    held.hold();
    delivered = [];
    for (let number = 0; number < 17; number += 1) take('large', Buffer.alloc(1_048_576, 'x'));
    assert.equal(delivered.length, 1);
  });

  it('a release without a hold changes nothing', () => {
    held.release();
    take('a', '1');
    assert.deepEqual(delivered, ['a1']);
  });
});
