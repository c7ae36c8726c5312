import assert from 'node:assert/strict';
import FakeTimers from '@sinonjs/fake-timers';
import type { Node, NodeStatus as Shown } from 'node-red';
import { KaaConfigError, KaaRejectedError, KaaTimeoutError } from '../../src/protocol/errors.ts';
import { wording } from '../../src/protocol/wording.ts';
import { NodeStatus } from '../../src/runtime/node-status.ts';
import type { Backlog } from '../../src/store/store.ts';

describe('status of a node', () => {
  let clock: FakeTimers.Clock;
  let shown: (Shown & { kaa?: unknown })[];
  let status: NodeStatus;
  const error = new KaaTimeoutError('dcx/json', 10, 'sent');

  let backlog: Backlog;
  let forwardingTrouble: Error | undefined;
  let isHeld: boolean;
  let trouble: 'silent' | 'subscription-refused' | undefined;

  beforeEach(() => {
    backlog = { samples: 0 };
    forwardingTrouble = undefined;
    isHeld = false;
    trouble = undefined;
    clock = FakeTimers.install({ toFake: ['setTimeout', 'clearTimeout', 'Date'] });
    shown = [];
    const node: Pick<Node, 'status'> = {
      status: (value) => void shown.push(typeof value === 'string' ? { text: value } : value),
    };
    status = new NodeStatus(
      node,
      (key, values) => (values === undefined ? key : `${key} ${Object.values(values).join(' ')}`),
      { state: 'connecting' },
      () => ({ inFlight: 3, trouble, backlog, forwardingTrouble, isHeld }),
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

  it('says that somebody has the connection made anew', () => {
    status.connection({ state: 'connecting', reason: 'reconnecting' });
    status.start(false);
    assert.deepEqual(shown[0], {
      fill: 'yellow',
      shape: 'ring',
      text: 'status.reason.reconnecting',
      kaa: { state: 'connecting', reason: 'reconnecting', backlog: 0, oldestAgeS: 0, inFlight: 3 },
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

  it('shows what is wrong although there is a connection', async () => {
    status.start(false);
    status.connection({ state: 'connected', url: 'mqtt://a' });
    await clock.tickAsync(500);
    trouble = 'silent';
    status.troubleChanged();
    await clock.tickAsync(500);
    const { text, fill, shape, kaa } = shown.at(-1) ?? {};
    assert.deepEqual([text, fill, shape], ['status.trouble.silent', 'yellow', 'ring']);
    assert.deepEqual(kaa, { state: 'connected', reason: 'silent', backlog: 0, oldestAgeS: 0, inFlight: 3 });
    trouble = undefined;
    status.troubleChanged();
    await clock.tickAsync(500);
    assert.equal(texts().at(-1), 'status.connected');
  });

  it('says that a subscription was refused rather than that the node is not set up', () => {
    status.connection({ state: 'connected', url: 'mqtt://a' });
    trouble = 'subscription-refused';
    status.failed(new KaaConfigError(wording('config.subscriptionRefused', { resource: 'dcx/json' })), 1);
    status.start(false);
    assert.deepEqual(texts(), ['status.trouble.subscription-refused']);
  });

  it('shows the last error of the node rather than what is wrong with the connection', () => {
    status.connection({ state: 'connected', url: 'mqtt://a' });
    trouble = 'silent';
    status.failed(error, 1);
    status.start(false);
    assert.deepEqual(texts(), ['status.error.KAA_TIMEOUT']);
  });

  it('shows nothing any more once closed', async () => {
    status.start(false);
    status.close();
    status.connection({ state: 'connected', url: 'mqtt://a' });
    status.failed(error, 1);
    await clock.tickAsync(1000);
    assert.equal(shown.length, 1);
  });

  describe('that stores', () => {
    const online = { state: 'connected', url: 'mqtt://a' } as const;
    const offline = { state: 'offline', reason: 'dropped', failures: [] } as const;

    /** The store says that samples wait, the oldest of them for some seconds. */
    async function wait(samples: number, seconds = 0): Promise<void> {
      // Two updates before may still hold this one up.
      await clock.tickAsync(1000);
      backlog = samples === 0 ? { samples } : { samples, oldestAt: Date.now() - seconds * 1000 };
      status.storeChanged();
    }

    const last = (): unknown => shown.at(-1);

    it('shows the connection where nothing waits', async () => {
      status.start(true);
      status.connection(online);
      await clock.tickAsync(500);
      status.connection(offline);
      await clock.tickAsync(500);
      assert.deepEqual(texts(), ['status.connecting', 'status.connected', 'status.reason.dropped']);
    });

    it('shows a yellow dot with the count of what waits while offline', async () => {
      status.start(true);
      status.connection(offline);
      await wait(7);
      assert.deepEqual(last(), {
        fill: 'yellow',
        shape: 'dot',
        text: 'status.storing 7',
        kaa: { state: 'offline', reason: 'dropped', backlog: 7, oldestAgeS: 0, inFlight: 3 },
      });
    });

    it('shows the connection while samples are just on their way', async () => {
      status.start(true);
      status.connection(online);
      for (const samples of [1, 5, 0, 3]) await wait(samples, 1);
      await wait(0);
      assert.deepEqual(texts(), ['status.connecting', 'status.connected']);
    });

    it('shows what waits for more than 2 s although there is a connection, without being told', async () => {
      status.start(true);
      status.connection(online);
      await wait(4);
      assert.equal(texts().at(-1), 'status.connected');
      await clock.tickAsync(2000);
      assert.deepEqual(last(), {
        fill: 'yellow',
        shape: 'dot',
        text: 'status.storing 4',
        kaa: { state: 'connected', backlog: 4, oldestAgeS: 2, inFlight: 3 },
      });
    });

    it('says how long, where it is more than a minute', async () => {
      status.start(true);
      status.connection(offline);
      await wait(4);
      await clock.tickAsync(5 * 60_000 + 2000);
      assert.equal(texts().at(-1), 'status.storingFor 4 age.minutes 5');
      await wait(4, 3 * 3600);
      assert.equal(texts().at(-1), 'status.storingFor 4 age.hours 3');
      await wait(4, 3 * 86_400);
      assert.equal(texts().at(-1), 'status.storingFor 4 age.days 3');
    });

    it('carries backlog and oldestAgeS in kaa', async () => {
      status.start(true);
      status.connection(offline);
      await wait(12, 90);
      const { state, backlog: samples, oldestAgeS } = Object(shown.at(-1)?.kaa) as Record<string, unknown>;
      assert.deepEqual({ state, samples, oldestAgeS }, { state: 'offline', samples: 12, oldestAgeS: 90 });
    });

    it('has no age below zero where the clock was set back', async () => {
      status.start(true);
      status.connection(offline);
      await wait(1, -3600);
      assert.equal((Object(shown.at(-1)?.kaa) as Record<string, unknown>)['oldestAgeS'], 0);
    });

    it('shows a red dot while an endpoint is paused, and the rest again behind it', async () => {
      status.start(true);
      status.connection(online);
      forwardingTrouble = new KaaRejectedError('dcx/json', 403, 'Forbidden');
      await wait(2);
      assert.deepEqual(last(), {
        fill: 'red',
        shape: 'dot',
        text: 'status.paused status.error.KAA_REJECTED',
        kaa: { state: 'connected', reason: 'KAA_REJECTED', backlog: 2, oldestAgeS: 0, inFlight: 3 },
      });
      forwardingTrouble = undefined;
      await wait(0);
      assert.equal(texts().at(-1), 'status.connected');
    });

    it('says that somebody holds what waits', async () => {
      status.start(true);
      status.connection(online);
      isHeld = true;
      await wait(2);
      assert.equal(texts().at(-1), 'status.held 2');
      assert.equal((Object(shown.at(-1)?.kaa) as Record<string, unknown>)['reason'], 'held');
    });

    it('says offline rather than paused', async () => {
      status.start(true);
      status.connection(offline);
      forwardingTrouble = new KaaRejectedError('dcx/json', 403, 'Forbidden');
      await wait(2);
      assert.equal(texts().at(-1), 'status.storing 2');
    });

    it('shows its last error rather than what waits', async () => {
      status.start(true);
      status.connection(offline);
      await wait(2);
      status.failed(error, 1);
      await clock.tickAsync(500);
      assert.equal(texts().at(-1), 'status.error.KAA_TIMEOUT');
      status.succeeded(2);
      await clock.tickAsync(500);
      assert.equal(texts().at(-1), 'status.storing 2');
    });

    it('updates at most twice a second, and ends with the newest count', async () => {
      status.start(true);
      status.connection(offline);
      await clock.tickAsync(500);
      const before = shown.length;
      for (let samples = 1; samples <= 1000; samples += 1) {
        backlog = { samples, oldestAt: Date.now() };
        status.storeChanged();
        await clock.tickAsync(1);
      }
      assert.ok(shown.length - before <= 3, `${shown.length - before} updates in a second`);
      await clock.tickAsync(500);
      assert.equal(texts().at(-1), 'status.storing 1000');
    });

    const kaaShown = (): Record<string, unknown> => Object(shown.at(-1)?.kaa) as Record<string, unknown>;

    it('tells that nothing waits any more, also where samples were just on their way', async () => {
      await wait(3);
      status.start(true);
      status.connection(online);
      await clock.tickAsync(600);
      assert.equal(kaaShown()['backlog'], 3);
      backlog = { samples: 0 };
      status.storeChanged();
      await clock.tickAsync(600);
      assert.deepEqual([kaaShown()['backlog'], kaaShown()['oldestAgeS']], [0, 0]);
      assert.equal(texts().at(-1), 'status.connected');
    });

    it('tells the age of what waits every ten seconds', async () => {
      status.start(true);
      status.connection(offline);
      for (const seconds of [5, 15, 35]) {
        await wait(1, seconds);
        await clock.tickAsync(2000);
        assert.equal(kaaShown()['oldestAgeS'], seconds);
      }
    });

    it('shows nothing any more once closed', async () => {
      status.start(true);
      status.connection(offline);
      await wait(2);
      const before = shown.length;
      status.close();
      await wait(3);
      await clock.tickAsync(10_000);
      assert.equal(shown.length, before);
    });

    it('is what a node that does not store does not show', async () => {
      status.start(false);
      status.connection(online);
      forwardingTrouble = new KaaRejectedError('dcx/json', 403, 'Forbidden');
      await wait(2, 3600);
      status.connection(offline);
      await clock.tickAsync(5000);
      assert.deepEqual(texts(), ['status.connecting', 'status.connected', 'status.reason.dropped']);
      assert.equal((Object(shown.at(-1)?.kaa) as Record<string, unknown>)['backlog'], 2);
    });
  });
});
