import assert from 'node:assert/strict';
import FakeTimers from '@sinonjs/fake-timers';
import type { Node, NodeStatus as Shown } from 'node-red';
import { KaaTimeoutError } from '../../src/protocol/errors.ts';
import { NodeStatus } from '../../src/runtime/node-status.ts';
import type { Backlog } from '../../src/store/store.ts';

describe('status of a node', () => {
  let clock: FakeTimers.Clock;
  let shown: (Shown & { kaa?: unknown })[];
  let status: NodeStatus;
  const error = new KaaTimeoutError('dcx/json', 10, 'sent');

  let backlog: Backlog;

  beforeEach(() => {
    backlog = { samples: 0 };
    clock = FakeTimers.install({ toFake: ['setTimeout', 'clearTimeout'] });
    shown = [];
    const node: Pick<Node, 'status'> = {
      status: (value) => void shown.push(typeof value === 'string' ? { text: value } : value),
    };
    status = new NodeStatus(
      node,
      (key) => key,
      { state: 'connecting' },
      () => ({ inFlight: 3, backlog, forwardingTrouble: undefined }),
    );
  });

  afterEach(() => {
    status.close();
    assert.equal(clock.countTimers(), 0);
    clock.uninstall();
  });

  const texts = (): (string | undefined)[] => shown.map(({ text }) => text);

  it('shows nothing before the flows have started', () => {
    status.connection({ state: 'connected', url: 'mqtt://a' });
    assert.deepEqual(shown, []);
    status.start(false);
    assert.deepEqual(texts(), ['status.connected']);
  });

  it('carries kaa: state, reason and messages in flight', async () => {
    status.start(false);
    assert.deepEqual(shown[0], {
      fill: 'yellow',
      shape: 'ring',
      text: 'status.connecting',
      kaa: { state: 'connecting', backlog: 0, oldestAgeS: 0, inFlight: 3 },
    });
    status.connection({ state: 'offline', reason: 'refused', failures: [] });
    await clock.tickAsync(500);
    assert.deepEqual(shown[1], {
      fill: 'red',
      shape: 'ring',
      text: 'status.reason.refused',
      kaa: { state: 'offline', reason: 'refused', backlog: 0, oldestAgeS: 0, inFlight: 3 },
    });
  });

  it('updates at most twice a second, and ends with the newest state', async () => {
    status.start(false);
    for (let change = 0; change < 100; change += 1) {
      status.connection(
        change % 2 === 0
          ? { state: 'connected', url: 'mqtt://a' }
          : { state: 'offline', reason: 'dropped', failures: [] },
      );
      await clock.tickAsync(10);
    }
    assert.ok(shown.length <= 3, `${shown.length} updates in a second`);
    await clock.tickAsync(500);
    assert.equal(texts().at(-1), 'status.reason.dropped');
  });

  it('updates only on change', async () => {
    status.start(false);
    for (let repeat = 0; repeat < 5; repeat += 1) {
      status.connection({ state: 'connected', url: 'mqtt://a' });
      await clock.tickAsync(1000);
    }
    assert.deepEqual(texts(), ['status.connecting', 'status.connected']);
  });

  it('shows an error until a message that came in after it succeeds', async () => {
    status.start(false);
    status.connection({ state: 'connected', url: 'mqtt://a' });
    status.failed(error, 7);
    await clock.tickAsync(500);
    assert.equal(texts().at(-1), 'status.error.KAA_TIMEOUT');
    status.succeeded(7);
    await clock.tickAsync(500);
    assert.equal(texts().at(-1), 'status.error.KAA_TIMEOUT');
    status.succeeded(8);
    await clock.tickAsync(500);
    assert.equal(texts().at(-1), 'status.connected');
  });

  it('says offline rather than the last error', async () => {
    status.start(false);
    status.failed(error, 1);
    status.connection({ state: 'offline', reason: 'dropped', failures: [] });
    await clock.tickAsync(500);
    assert.equal(texts().at(-1), 'status.reason.dropped');
  });

  it('shows nothing any more once closed', async () => {
    status.start(false);
    status.close();
    status.connection({ state: 'connected', url: 'mqtt://a' });
    status.failed(error, 1);
    await clock.tickAsync(1000);
    assert.equal(shown.length, 1);
  });
});
