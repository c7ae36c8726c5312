import assert from 'node:assert/strict';
import FakeTimers from '@sinonjs/fake-timers';
import fc from 'fast-check';
import { everyName, type Observer, type Push, type Sender, type Target } from '../../src/client/channel.ts';
import { KaaClient } from '../../src/client/client.ts';
import type { ExchangeOutcome } from '../../src/client/exchange.ts';
import type { ClientOptions } from '../../src/client/options.ts';
import { StandingRequest } from '../../src/client/standing-request.ts';
import { KaaError } from '../../src/protocol/errors.ts';
import { clientOptions } from '../support/client-options.ts';
import { MemoryServer } from '../support/memory-transport.ts';

const address = { appVersion: 'v1', token: 'secret' };
const reboot: Target = { ...address, resource: 'commands', name: 'reboot' };
const everyType: Target = { ...address, resource: 'commands', name: everyName };
const command = 'kp1/v1/cex/secret/command';

class Recorder implements Observer {
  readonly pushes: { readonly name: string | undefined; readonly push: Push }[] = [];
  readonly failures: KaaError[] = [];

  pushed({ name }: Target, push: Push): void {
    this.pushes.push({ name, push });
  }

  pushFailed(_target: Target, error: KaaError): void {
    this.failures.push(error);
  }

  get bodies(): unknown[] {
    return this.pushes.map(({ push }) => push.body);
  }
}

describe('observing', () => {
  let clock: FakeTimers.Clock;
  let server: MemoryServer;
  let client: KaaClient;
  let unexpected: Error[];
  const sender: Sender = { unexpectedError: (_target, error) => void unexpected.push(error) };

  async function connect(options: Partial<ClientOptions> = {}): Promise<void> {
    client = new KaaClient(clientOptions(options), server.transport);
    client.open();
    server.link.accept();
    await settle();
  }

  async function reconnect(): Promise<void> {
    server.link.break();
    await clock.tickAsync(2000);
    server.link.accept();
    await settle();
  }

  async function settle(): Promise<void> {
    await clock.tickAsync(0);
  }

  function observe(target: Target): Recorder & { stop(): void } {
    const recorder = new Recorder();
    return Object.assign(recorder, { stop: client.observe(target, recorder) });
  }

  function send(target: Target, body = '{}'): Promise<ExchangeOutcome> {
    const outcome = client.send(target, Buffer.from(body), 'answer', sender);
    outcome.catch(() => {});
    return outcome;
  }

  beforeEach(() => {
    clock = FakeTimers.install({ toFake: ['setTimeout', 'clearTimeout', 'performance', 'Date'] });
    server = new MemoryServer();
    unexpected = [];
  });

  afterEach(async () => {
    await client.close(0);
    assert.equal(clock.countTimers(), 0, 'no timer survives a close');
    clock.uninstall();
  });

  describe('pushes', () => {
    it('without request ID and with one reach the observer', async () => {
      await connect();
      const observer = observe(reboot);
      server.link.deliver(`${command}/reboot/status`, [{ id: 1 }]);
      server.link.deliver(`${command}/reboot/17/status`, [{ id: 2 }]);
      assert.deepEqual(observer.bodies, [[{ id: 1 }], [{ id: 2 }]]);
      assert.deepEqual(
        observer.pushes.map(({ push }) => push.requestId),
        [undefined, 17],
      );
    });

    it('reach every observer of a resource, each once', async () => {
      await connect();
      const observers = [observe(reboot), observe(reboot)];
      server.link.deliver(`${command}/reboot/status`, [{ id: 1 }]);
      for (const { pushes } of observers) assert.equal(pushes.length, 1);
    });

    it('of another name, endpoint or extension reach nobody', async () => {
      await connect();
      const observer = observe(reboot);
      for (const topic of [
        `${command}/other/status`,
        'kp1/v1/cex/other/command/reboot/status',
        'kp1/v2/cex/secret/command/reboot/status',
        'kp1/v1/cmx/secret/command/reboot/status',
        `${command}/status`,
        `${command}/reboot`,
      ]) {
        server.link.deliver(topic, [{ id: 1 }]);
      }
      assert.deepEqual(observer.pushes, []);
    });

    it('reach nobody after the observation has ended', async () => {
      await connect();
      const observer = observe(reboot);
      observer.stop();
      server.link.deliver(`${command}/reboot/status`, [{ id: 1 }]);
      assert.deepEqual(observer.pushes, []);
    });

    it('are not made of the answer to a request that waits for it', async () => {
      await connect();
      const observer = observe(reboot);
      const outcome = send(reboot);
      await settle();
      server.link.deliver(`${server.link.published[0]?.topic}/status`, [{ id: 1 }]);
      assert.deepEqual((await outcome).body, [{ id: 1 }]);
      assert.deepEqual(observer.pushes, []);
    });

    it('that fail their schema are KAA_PROTOCOL with the path', async () => {
      await connect();
      const observer = observe(reboot);
      server.link.deliver(`${command}/reboot/status`, { id: 1 });
      const [failure] = observer.failures;
      assert.equal(failure?.code, 'KAA_PROTOCOL');
      assert.deepEqual(failure?.cause.details, [{ path: '', reason: 'must be array' }]);
    });

    it('of which some items fail their schema bring the others, and tell what was left out', async () => {
      await connect();
      const observer = observe(reboot);
      server.link.deliver(`${command}/reboot/status`, [{ id: 1 }, { id: 'x' }, { id: 3 }]);
      const [first] = observer.pushes;
      assert.deepEqual(first?.push.body, [{ id: 1 }, { id: 3 }]);
      assert.deepEqual(first?.push.leftOut, [{ path: '/1/id', reason: 'must be integer' }]);
    });

    it('of 400 and above in their body are KAA_REJECTED', async () => {
      await connect();
      const observer = observe({ ...address, resource: 'configuration' });
      server.link.deliver('kp1/v1/cmx/secret/config/json/status', { statusCode: 403, reasonPhrase: 'no' });
      assert.equal(observer.failures[0]?.code, 'KAA_REJECTED');
    });
  });

  it('an answer is taken before the push behind it', async () => {
    await connect();
    const order: unknown[] = [];
    client.observe(reboot, {
      pushed: (_target, { body }) => void order.push(body),
      pushFailed: () => assert.fail(),
    });
    const answered = (outcome: ExchangeOutcome): void => void order.push(outcome.body);
    const outcome = client.send(reboot, Buffer.from('{}'), 'answer', sender, { answered });
    await settle();
    server.link.deliver(`${server.link.published[0]?.topic}/status`, [{ id: 1 }]);
    server.link.deliver(`${command}/reboot/status`, [{ id: 2 }]);
    assert.deepEqual(order, [[{ id: 1 }], [{ id: 2 }]]);
    await outcome;
  });

  it('an answer that cannot be taken fails the request', async () => {
    await connect();
    const answered = (): void => assert.fail('unusable');
    const outcome = client.send(reboot, Buffer.from('{}'), 'answer', sender, { answered });
    await settle();
    server.link.deliver(`${server.link.published[0]?.topic}/status`, [{ id: 1 }]);
    await assert.rejects(outcome, /unusable/);
  });

  describe('a late answer to a request that timed out', () => {
    async function timedOut(): Promise<{ observer: Recorder; topic: string }> {
      await connect();
      const observer = observe(reboot);
      void send(reboot);
      await clock.tickAsync(10_000);
      return { observer, topic: server.link.published[0]?.topic ?? '' };
    }

    it('is a push where it is a /status with a body', async () => {
      const { observer, topic } = await timedOut();
      server.link.deliver(`${topic}/status`, [{ id: 1 }]);
      assert.deepEqual(observer.bodies, [[{ id: 1 }]]);
    });

    it('is none where it is empty', async () => {
      const { observer, topic } = await timedOut();
      server.link.deliver(`${topic}/status`);
      assert.deepEqual([observer.pushes, observer.failures], [[], []]);
    });

    it('is none where it is an /error', async () => {
      const { observer, topic } = await timedOut();
      server.link.deliver(`${topic}/error`, { statusCode: 500 });
      assert.deepEqual([observer.pushes, observer.failures, unexpected], [[], [], []]);
    });
  });

  describe('subscriptions', () => {
    it('are made once for all observers, before anything is asked for, and restored after a reconnect', async () => {
      await connect();
      observe(reboot);
      observe(reboot);
      await settle();
      const filters = ['+/status', '+/error', 'status', 'error'].map((end) => `${command}/reboot/${end}`);
      assert.deepEqual(server.link.filters, filters);
      await reconnect();
      assert.deepEqual(server.link.filters, filters);
    });

    it('of an observation that began while offline are made with the connect', async () => {
      await connect();
      server.link.break();
      const observer = observe(reboot);
      await clock.tickAsync(2000);
      server.link.accept();
      await settle();
      assert.ok(server.link.filters.includes(`${command}/reboot/status`));
      observer.stop();
    });

    it('for every type cover the single types, which are unsubscribed behind them', async () => {
      await connect();
      observe(reboot);
      await settle();
      const observer = observe(everyType);
      await settle();
      assert.deepEqual(
        server.link.filters.slice(4),
        ['+/+/status', '+/+/error', '+/status', '+/error'].map((end) => `${command}/${end}`),
      );
      assert.deepEqual(server.link.unsubscribed, server.link.filters.slice(0, 4));
      observer.stop();
      await settle();
      assert.deepEqual(server.link.unsubscribed.slice(4), server.link.filters.slice(4, 8));
      assert.deepEqual(server.link.filters.slice(8), server.link.filters.slice(0, 4));
    });

    it('for every type take pushes of types that were never used', async () => {
      await connect();
      const observer = observe(everyType);
      server.link.deliver(`${command}/valve/status`, [{ id: 1 }]);
      assert.deepEqual(observer.pushes, [{ name: 'valve', push: { statusCode: 200, body: [{ id: 1 }] } }]);
    });

    it('for every type leave what has observers of its own to them', async () => {
      await connect();
      const every = observe(everyType);
      const single = observe(reboot);
      server.link.deliver(`${command}/reboot/status`, [{ id: 1 }]);
      assert.deepEqual([every.pushes.length, single.pushes.length], [0, 1]);
    });

    it('are in the end exactly what is wanted, whatever comes and goes while SUBACKs are under way', async () => {
      const names = [everyName, 'reboot', 'valve'];
      await fc.assert(
        fc.asyncProperty(fc.array(fc.integer({ min: 0, max: 3 }), { maxLength: 15 }), async (steps) => {
          server = new MemoryServer();
          await connect();
          const { link } = server;
          const acknowledgements: (() => void)[] = [];
          const active = new Set<string>();
          link.subscribe = (filters) => {
            for (const filter of filters) active.add(filter);
            return new Promise((resolve) => {
              acknowledgements.push(() => resolve(filters.map(() => 0)));
            });
          };
          link.unsubscribe = (filters) => {
            for (const filter of filters) active.delete(filter);
          };
          const observed = new Map<string, () => void>();
          for (const step of steps) {
            const name = names[step];
            if (name === undefined) acknowledgements.shift()?.();
            else if (observed.has(name)) {
              observed.get(name)?.();
              observed.delete(name);
            } else observed.set(name, client.observe({ ...reboot, name }, new Recorder()));
            await settle();
          }
          while (acknowledgements.length > 0) {
            acknowledgements.shift()?.();
            await settle();
          }
          const every = observed.has(everyName) ? ['+/+/status', '+/+/error', '+/status', '+/error'] : [];
          const single = [...observed.keys()].flatMap((name) =>
            ['+/status', '+/error', 'status', 'error'].map((end) => `${name}/${end}`),
          );
          const wanted = every.length > 0 ? every : single;
          for (const filter of wanted) assert.ok(active.has(`${command}/${filter}`), filter);
          if (every.length > 0) assert.equal(active.size, every.length);
          await client.close(0);
        }),
      );
    });

    it('a message that makes the platform push waits for the subscription to the pushes too', async () => {
      await connect();
      server.link.grant = (filter) => (filter.includes('/command/') ? undefined : 0);
      observe(everyType);
      const keys = { ...address, resource: 'metadataKeys' } as const;
      const outcome = client.send(keys, Buffer.alloc(0), 'answer', sender, { observed: everyType });
      await settle();
      assert.deepEqual(server.link.published, []);
      await assert.rejects(
        Promise.all([outcome, clock.tickAsync(20_000)]),
        (error: unknown) => error instanceof KaaError && error.code === 'KAA_TIMEOUT' && error.cause.sent === false,
      );
    });

    it('survive an hour without traffic while observed', async () => {
      await connect();
      observe(reboot);
      await settle();
      await clock.tickAsync(2 * 3_600_000);
      void send({ ...address, resource: 'samples' });
      await settle();
      assert.deepEqual(server.link.unsubscribed, []);
      await reconnect();
      assert.ok(server.link.filters.includes(`${command}/reboot/status`));
    });
  });

  describe('results, for which only failure is promised an answer', () => {
    const result: Target = { ...address, resource: 'commandResults', name: 'reboot' };

    async function sent(options: Partial<ClientOptions> = {}) {
      await connect(options);
      const outcome = send(result, '[]');
      await settle();
      const message = server.link.published[0];
      assert.ok(message);
      return { outcome, message };
    }

    it('go at QoS 1 and with a request ID', async () => {
      const { message } = await sent();
      assert.equal(message.qos, 1);
      assert.match(message.topic, /result\/reboot\/\d+$/);
    });

    it('leave the window with the receipt, and end without status 2 s later', async () => {
      const { outcome, message } = await sent({ maxInFlight: 1 });
      const next = send(result, '[]');
      await clock.tickAsync(25);
      message.receipt();
      await settle();
      assert.equal(server.link.published.length, 2);
      let settled = false;
      void outcome.then(() => (settled = true));
      await clock.tickAsync(1999);
      assert.equal(settled, false);
      await clock.tickAsync(1);
      const { requestId, ...rest } = await outcome;
      assert.ok(requestId);
      assert.deepEqual(rest, { roundTripMs: 25 });
      server.link.published[1]?.receipt();
      await clock.tickAsync(2000);
      await next;
    });

    it('are confirmed by a /status, before or after the receipt', async () => {
      const { outcome, message } = await sent();
      server.link.deliver(`${message.topic}/status`);
      assert.equal((await outcome).statusCode, 200);
      const later = send(result, '[]');
      await settle();
      const second = server.link.published[1];
      second?.receipt();
      server.link.deliver(`${second?.topic}/status`);
      assert.equal((await later).statusCode, 200);
    });

    it('fail with an /error that comes within 2 s after the receipt', async () => {
      const { outcome, message } = await sent();
      message.receipt();
      server.link.deliver(`${message.topic}/error`, { statusCode: 400 });
      await assert.rejects(outcome, { code: 'KAA_REJECTED' });
    });

    it('an /error that comes later is an unexpected one', async () => {
      const { outcome, message } = await sent();
      message.receipt();
      await clock.tickAsync(2000);
      await outcome;
      server.link.deliver(`${message.topic}/error`, { statusCode: 400 });
      assert.equal(unexpected.length, 1);
    });

    it('that had their receipt are not lost with the connection, at QoS 0 they may be', async () => {
      const { outcome, message } = await sent();
      message.receipt();
      server.link.break();
      assert.equal((await outcome).statusCode, undefined);
      await client.close(0);
      server = new MemoryServer();
      const unsure = await sent({ qos: 0 });
      unsure.message.receipt();
      server.link.break();
      await assert.rejects(unsure.outcome, { code: 'KAA_OFFLINE' });
    });

    it('without receipt are KAA_TIMEOUT', async () => {
      const { outcome } = await sent();
      await clock.tickAsync(10_000);
      await assert.rejects(outcome, { code: 'KAA_TIMEOUT' });
    });
  });

  describe('a standing request', () => {
    let performed: number;
    let outcomes: unknown[];
    let perform: () => Promise<void>;
    let request: StandingRequest;

    beforeEach(() => {
      performed = 0;
      outcomes = [];
      perform = () => Promise.resolve();
    });

    afterEach(() => request.stop());

    function stand(): void {
      request = new StandingRequest(
        client,
        () => {
          performed += 1;
          return perform();
        },
        (error) => void outcomes.push(error),
      );
    }

    it('is made at once where there is a connection, and after every connect', async () => {
      await connect();
      stand();
      await settle();
      assert.equal(performed, 1);
      await reconnect();
      assert.equal(performed, 2);
      assert.deepEqual(outcomes, [undefined, undefined]);
    });

    it('waits for the connection', async () => {
      client = new KaaClient(clientOptions(), server.transport);
      client.open();
      stand();
      await clock.tickAsync(5000);
      assert.equal(performed, 0);
      server.link.accept();
      await settle();
      assert.equal(performed, 1);
    });

    it('is made again where it failed, after 5 s to 5 min, until it succeeds', async () => {
      await connect();
      perform = () => Promise.reject(new Error('no'));
      stand();
      await settle();
      await clock.tickAsync(4999);
      assert.equal(performed, 1);
      await clock.tickAsync(2501);
      assert.equal(performed, 2);
      await clock.tickAsync(3_600_000);
      assert.ok(performed >= 14 && performed <= 30, String(performed));
      perform = () => Promise.resolve();
      await clock.tickAsync(300_000);
      const last = performed;
      await clock.tickAsync(3_600_000);
      assert.equal(performed, last);
      assert.equal(outcomes.at(-1), undefined);
    });

    it('is not made while there is no connection, and its unfinished try is not heard of', async () => {
      await connect();
      const { promise, reject } = Promise.withResolvers<void>();
      perform = () => promise;
      stand();
      await settle();
      server.link.break();
      reject(new Error('lost'));
      await clock.tickAsync(1500);
      assert.deepEqual([performed, outcomes], [1, []]);
    });

    it('is not made any more when it is stopped', async () => {
      await connect();
      perform = () => Promise.reject(new Error('no'));
      stand();
      await settle();
      request.stop();
      await clock.tickAsync(3_600_000);
      await reconnect();
      assert.equal(performed, 1);
    });
  });
});
