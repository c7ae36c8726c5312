import assert from 'node:assert/strict';
import FakeTimers from '@sinonjs/fake-timers';
import type { Sender } from '../../src/client/channel.ts';
import { KaaClient } from '../../src/client/client.ts';
import { Telemetry, type TelemetryOptions, type TelemetryOutcome } from '../../src/extensions/telemetry.ts';
import type { KaaError } from '../../src/protocol/errors.ts';
import { clientOptions } from '../support/client-options.ts';
import { MemoryServer } from '../support/memory-transport.ts';

const own = { appVersion: 'v1', token: 'own' };
const sender: Sender = { unexpectedError: () => {} };

describe('telemetry', () => {
  let clock: FakeTimers.Clock;
  let server: MemoryServer;
  let client: KaaClient;
  let telemetry: Telemetry;

  async function start(options: Partial<TelemetryOptions> = {}, maxPayload = 256 * 1024): Promise<void> {
    client = new KaaClient(clientOptions({ maxPayload }), server.transport);
    client.open();
    server.link.accept();
    server.answerAll();
    telemetry = new Telemetry(
      client,
      {
        format: 'json',
        delivery: 'confirmed',
        timestamp: 'none',
        timestampField: 'timestamp',
        batchSize: 1,
        batchInterval: 1,
        ...options,
      },
      sender,
    );
    await clock.tickAsync(0);
  }

  function send(payload: unknown, address = own, metric?: unknown): Promise<TelemetryOutcome> {
    const outcome = new Promise<TelemetryOutcome>((succeeded, failed) => {
      telemetry.send(address, payload, metric, { succeeded, failed });
    });
    outcome.catch(() => {});
    return outcome;
  }

  const bodies = (): string[] => server.link.published.map(({ payload }) => payload);
  const code = (outcome: Promise<unknown>): Promise<string> =>
    outcome.then(
      () => 'no error',
      (error: KaaError) => error.code,
    );

  beforeEach(() => {
    clock = FakeTimers.install({
      now: 1_700_000_000_000,
      toFake: ['setTimeout', 'clearTimeout', 'performance', 'Date'],
    });
    server = new MemoryServer();
  });

  afterEach(async () => {
    telemetry.close();
    await client.close(0);
    assert.equal(clock.countTimers(), 0);
    clock.uninstall();
  });

  describe('json', () => {
    it('is sent as given, never wrapped', async () => {
      await start();
      for (const payload of [{ a: 1 }, [{ a: 1 }, { a: 2 }], [{ a: 1 }], 5, true]) await send(payload);
      assert.deepEqual(bodies(), ['{"a":1}', '[{"a":1},{"a":2}]', '[{"a":1}]', '5', 'true']);
    });

    it('given as text keeps all digits', async () => {
      await start();
      await send('{"counter": 12345678901234567890.0}');
      assert.deepEqual(bodies(), ['{"counter": 12345678901234567890.0}']);
    });

    it('tells the resource and the number of samples', async () => {
      await start();
      const { resource, samples, statusCode, requestId } = await send([{ a: 1 }, { a: 2 }]);
      assert.equal(resource, 'json');
      assert.equal(samples, 2);
      assert.equal(statusCode, 200);
      assert.equal(typeof requestId, 'number');
    });
  });

  describe('plain', () => {
    it('goes to the resource of its metric', async () => {
      await start({ format: 'plain' });
      const outcome = await send('47 %', own, 'humidity');
      assert.match(server.link.published[0]?.topic ?? '', /^kp1\/v1\/dcx\/own\/plain\/humidity\/\d+$/);
      assert.deepEqual(bodies(), ['47%']);
      assert.equal(outcome.resource, 'plain/humidity');
      assert.equal(outcome.samples, undefined);
    });
    for (const metric of [undefined, '', 5, '42', 'a/b', 'a#', '+']) {
      it(`with the metric ${JSON.stringify(metric) ?? 'undefined'} is KAA_INVALID and not sent`, async () => {
        await start({ format: 'plain' });
        assert.equal(await code(send(1, own, metric)), 'KAA_INVALID');
        assert.deepEqual(bodies(), []);
      });
    }
    it('is not stamped and not batched', async () => {
      await start({ format: 'plain', timestamp: 'epoch', batchSize: 10 });
      await send(1, own, 'm');
      assert.deepEqual(bodies(), ['1']);
    });
  });

  describe('timestamps', () => {
    it('epoch: milliseconds, on a copy', async () => {
      await start({ timestamp: 'epoch' });
      const payload = { a: 1 };
      await send(payload);
      assert.deepEqual(bodies(), ['{"a":1,"timestamp":1700000000000}']);
      assert.deepEqual(payload, { a: 1 });
    });
    it('iso: ISO 8601 in UTC, in the field that was chosen', async () => {
      await start({ timestamp: 'iso', timestampField: 'ts' });
      await send([{ a: 1 }, { a: 2 }]);
      assert.deepEqual(bodies(), ['[{"a":1,"ts":"2023-11-14T22:13:20.000Z"},{"a":2,"ts":"2023-11-14T22:13:20.000Z"}]']);
    });
    it('an existing field wins', async () => {
      await start({ timestamp: 'epoch' });
      await send({ timestamp: 5 });
      await send({ timestamp: null });
      assert.deepEqual(bodies(), ['{"timestamp":5}', '{"timestamp":null}']);
    });
    it('a field of any name', async () => {
      await start({ timestamp: 'epoch', timestampField: '__proto__' });
      await send({ a: 1 });
      assert.deepEqual(bodies(), ['{"a":1,"__proto__":1700000000000}']);
    });
    it('a sample that is no object cannot be stamped', async () => {
      await start({ timestamp: 'epoch' });
      for (const payload of [5, [{ a: 1 }, 5]]) assert.equal(await code(send(payload)), 'KAA_INVALID');
      assert.deepEqual(bodies(), []);
    });
    it('text whose digits would be lost is refused', async () => {
      await start({ timestamp: 'epoch' });
      assert.equal(await code(send('[{"a":1},{"counter":12345678901234567890}]')), 'KAA_INVALID');
      assert.deepEqual(bodies(), []);
    });
    it('text is stamped too', async () => {
      await start({ timestamp: 'epoch' });
      await send('{"a":1}');
      assert.deepEqual(bodies(), ['{"a":1,"timestamp":1700000000000}']);
    });
  });

  describe('batches', () => {
    it('are flushed at the count; every message gets the same request ID and number of samples', async () => {
      await start({ batchSize: 3 });
      const outcomes = await Promise.all([send({ a: 1 }), send({ a: 2 }), send({ a: 3 })]);
      assert.deepEqual(bodies(), ['[{"a":1},{"a":2},{"a":3}]']);
      assert.equal(new Set(outcomes.map(({ requestId }) => requestId)).size, 1);
      assert.deepEqual(
        outcomes.map(({ samples }) => samples),
        [3, 3, 3],
      );
    });
    it('count samples and never split an input array', async () => {
      await start({ batchSize: 3 });
      await Promise.all([send([{ a: 1 }, { a: 2 }]), send('[{"a":3},{"a":4}]')]);
      assert.deepEqual(bodies(), ['[{"a":1},{"a":2},{"a":3},{"a":4}]']);
    });
    it('are flushed after the interval', async () => {
      await start({ batchSize: 100, batchInterval: 2 });
      const outcome = send({ a: 1 });
      await clock.tickAsync(1999);
      assert.deepEqual(bodies(), []);
      await clock.tickAsync(1);
      await outcome;
      assert.deepEqual(bodies(), ['[{"a":1}]']);
    });
    it('are flushed at close', async () => {
      await start({ batchSize: 100 });
      const outcome = send({ a: 1 });
      telemetry.close();
      await outcome;
      assert.deepEqual(bodies(), ['[{"a":1}]']);
      assert.equal(await code(send({ a: 2 })), 'KAA_CLOSED');
    });
    it('are per app version and token', async () => {
      await start({ batchSize: 2 });
      await Promise.all([
        send({ a: 1 }),
        send({ b: 1 }, { ...own, token: 'other' }),
        send({ c: 1 }, { ...own, appVersion: 'v2' }),
        send({ a: 2 }),
        send({ b: 2 }, { ...own, token: 'other' }),
        send({ c: 2 }, { ...own, appVersion: 'v2' }),
      ]);
      assert.deepEqual(bodies().toSorted(), ['[{"a":1},{"a":2}]', '[{"b":1},{"b":2}]', '[{"c":1},{"c":2}]']);
    });
    it('are flushed before they outgrow maxPayload', async () => {
      await start({ batchSize: 100 }, 20);
      const outcomes = [send({ a: 1 }), send({ a: 2 }), send({ a: 3 })];
      await clock.tickAsync(1000);
      await Promise.all(outcomes);
      assert.deepEqual(bodies(), ['[{"a":1},{"a":2}]', '[{"a":3}]']);
    });
    it('are not spoiled by an invalid message', async () => {
      await start({ batchSize: 2 });
      const outcomes = [send({ a: 1 }), send({ a: Number.NaN }), send({ a: 2 })];
      assert.deepEqual(await Promise.all(outcomes.map(code)), ['no error', 'KAA_INVALID', 'no error']);
      assert.deepEqual(bodies(), ['[{"a":1},{"a":2}]']);
    });
    it('fail for each of their messages', async () => {
      await start({ batchSize: 2 });
      server.onPublish = (link, { topic }) => link.deliver(`${topic}/error`, { statusCode: 500 });
      assert.deepEqual(await Promise.all([send({ a: 1 }), send({ a: 2 })].map(code)), ['KAA_REJECTED', 'KAA_REJECTED']);
    });
    it('take nothing while offline: KAA_OFFLINE at once', async () => {
      await start({ batchSize: 2 });
      server.link.break();
      assert.equal(await code(send({ a: 1 })), 'KAA_OFFLINE');
    });
    it('fail at once when the connection is lost', async () => {
      await start({ batchSize: 100, batchInterval: 3600 });
      const outcome = send({ a: 1 });
      await clock.tickAsync(1000);
      server.link.break();
      assert.equal(await code(outcome), 'KAA_OFFLINE');
    });
    it('of sent messages settle with the receipt', async () => {
      await start({ batchSize: 2, delivery: 'sent' });
      const [first] = await Promise.all([send({ a: 1 }), send({ a: 2 })]);
      assert.equal(first?.requestId, undefined);
      assert.equal(first?.statusCode, undefined);
      assert.equal(first?.samples, 2);
    });
  });
});
