import assert from 'node:assert/strict';
import FakeTimers from '@sinonjs/fake-timers';
import { StoredTelemetry, type StoredTelemetryOptions } from '../../src/extensions/stored-telemetry.ts';
import { KaaInvalidError } from '../../src/protocol/errors.ts';
import type { Outbox, QueueAddress } from '../../src/store/store.ts';
import { InlineStore } from '../support/inline-store.ts';

const queue: QueueAddress = { token: '', appVersion: '' };
const noon = Date.UTC(2024, 0, 1, 12);

describe('stored telemetry', () => {
  let clock: FakeTimers.Clock;
  let disk: InlineStore;
  let outbox: Outbox;

  beforeEach(() => {
    clock = FakeTimers.install({ now: noon, toFake: ['Date'] });
    disk = new InlineStore();
    ({ outbox } = disk.open());
  });

  afterEach(() => {
    disk.remove();
    clock.uninstall();
  });

  function telemetry(options: Partial<StoredTelemetryOptions> = {}): StoredTelemetry {
    return new StoredTelemetry(outbox, 'node', {
      timestamp: 'none',
      timestampField: 'timestamp',
      maxPayload: 1024,
      ...options,
    });
  }

  /** What lies in the outbox, as text. */
  async function stored(): Promise<string> {
    const batch = await outbox.read(queue, 0, { samples: 1000, bytes: 100_000 });
    return Buffer.from(batch?.body ?? []).toString();
  }

  /** The problems of a payload that is refused. */
  async function refused(payload: unknown, options: Partial<StoredTelemetryOptions> = {}) {
    try {
      await telemetry(options).store(queue, payload);
    } catch (error) {
      assert.ok(error instanceof KaaInvalidError);
      assert.equal(outbox.backlog.samples, 0);
      return error.cause.details;
    }
    return assert.fail('it was stored');
  }

  it('is done when it is on disk, and tells so', async () => {
    const outcome = await telemetry().store(queue, { a: 1 });
    assert.deepEqual(outcome, { resource: 'json', samples: 1, stored: true });
    assert.deepEqual(outbox.backlog, { samples: 1, oldestAt: noon });
    assert.equal((await outbox.read(queue, 0, { samples: 1, bytes: 100 }))?.node, 'node');
  });

  it('is stored for the endpoint that it speaks for', async () => {
    const machine = { token: 'machine', appVersion: 'v2' };
    await telemetry().store(machine, { a: 1 });
    assert.deepEqual(await outbox.queues(), [machine]);
  });

  it('is stamped when it comes in, as number or ISO 8601', async () => {
    await telemetry({ timestamp: 'epoch' }).store(queue, { a: 1 });
    clock.tick(1500);
    await telemetry({ timestamp: 'iso', timestampField: 'at' }).store(queue, { a: 2 });
    assert.equal(await stored(), `[{"a":1,"timestamp":${noon}},{"a":2,"at":"2024-01-01T12:00:01.500Z"}]`);
  });

  it('is stamped as a copy', async () => {
    const sample = Object.freeze({ a: 1 });
    await telemetry({ timestamp: 'epoch' }).store(queue, sample);
    assert.deepEqual(sample, { a: 1 });
  });

  it('keeps a field that is there already', async () => {
    await telemetry({ timestamp: 'epoch' }).store(queue, [{ timestamp: null }, { timestamp: 5 }, {}]);
    assert.equal(await stored(), `[{"timestamp":null},{"timestamp":5},{"timestamp":${noon}}]`);
  });

  it('that is no object cannot be stamped', async () => {
    assert.deepEqual(
      (await refused([{ a: 1 }, 21.5], { timestamp: 'epoch' }))?.map(({ path }) => path),
      ['/1'],
    );
    await telemetry().store(queue, 21.5);
    assert.equal(await stored(), '[21.5]');
  });

  it('of an array is split into its samples', async () => {
    const outcome = await telemetry().store(queue, [{ a: 1 }, 2, true]);
    assert.equal(outcome.samples, 3);
    const batch = await outbox.read(queue, 0, { samples: 2, bytes: 1000 });
    assert.equal(Buffer.from(batch?.body ?? []).toString(), '[{"a":1},2]');
    assert.equal(outbox.backlog.samples, 3);
  });

  it('may be JSON text', async () => {
    await telemetry({ timestamp: 'epoch' }).store(queue, ' {"a": 1.5}\n');
    await telemetry().store(queue, '[{"b": 2}, 3]');
    assert.equal(await stored(), `[{"a":1.5,"timestamp":${noon}},{"b":2},3]`);
    assert.equal(outbox.backlog.samples, 3);
  });

  for (const [text, path] of [
    ['{"a":{"long":12345678901234567890}}', '/a/long'],
    ['[1, {"long":9007199254740993}]', '/1/long'],
  ] as const) {
    it(`${text} would lose digits`, async () => {
      assert.deepEqual(
        (await refused(text))?.map((problem) => problem.path),
        [path],
      );
    });
  }

  for (const [payload, path] of [
    [[], ''],
    [{ a: Number.NaN }, '/a'],
    [[{ a: 1 }, { b: undefined }], '/1/b'],
    ['no JSON', ''],
    [Buffer.from('x'), ''],
  ] as const) {
    it(`of ${JSON.stringify(payload)} is KAA_INVALID with its path`, async () => {
      assert.deepEqual(
        (await refused(payload))?.map((problem) => problem.path),
        [path],
      );
    });
  }

  it('that is too large for a message of its own is KAA_INVALID, and nothing of its message is stored', async () => {
    const large = { text: 'x'.repeat(1100) };
    assert.deepEqual(
      (await refused(large))?.map(({ path }) => path),
      [''],
    );
    assert.deepEqual(
      (await refused([{ a: 1 }, large, { a: 2 }]))?.map(({ path }) => path),
      ['/1'],
    );
  });

  it('may be as large as a message, with the brackets of an array and its timestamp', async () => {
    const frame = JSON.stringify([{ text: '', timestamp: noon }]).length;
    await telemetry({ timestamp: 'epoch' }).store(queue, { text: 'x'.repeat(1024 - frame) });
    assert.equal((await stored()).length, 1024);
    await assert.rejects(telemetry({ timestamp: 'epoch' }).store(queue, { text: 'x'.repeat(1025 - frame) }), {
      code: 'KAA_INVALID',
    });
  });

  it('may be larger in all than a message, where each sample fits into one', async () => {
    const sample = { text: 'x'.repeat(600) };
    await telemetry().store(queue, [sample, sample, sample]);
    assert.equal(outbox.backlog.samples, 3);
  });

  it('passes on what the store says: full, or failed', async () => {
    disk.remove();
    disk = new InlineStore();
    ({ outbox } = disk.open({ mostBytes: 100 }));
    await assert.rejects(telemetry().store(queue, { text: 'x'.repeat(100) }), { code: 'KAA_STORE_FULL' });
    disk.disturb = () => {
      throw new Error('the disk failed');
    };
    await assert.rejects(telemetry().store(queue, 1), { code: 'KAA_STORE' });
  });

  it('is KAA_CLOSED once the node closes, and what came before is stored', async () => {
    const closing = telemetry();
    const before = closing.store(queue, 1);
    closing.close();
    await before;
    await assert.rejects(closing.store(queue, 2), { code: 'KAA_CLOSED' });
    assert.equal(await stored(), '[1]');
  });
});
