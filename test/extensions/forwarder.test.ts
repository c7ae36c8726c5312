import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import type { EndpointAddress } from '../../src/client/channel.ts';
import { Forwarder, type ForwarderListener } from '../../src/extensions/forwarder.ts';
import { KaaConfigError, KaaError } from '../../src/protocol/errors.ts';
import { wording } from '../../src/protocol/wording.ts';
import type { DiskStore } from '../../src/store/disk-store.ts';
import type { OperationName } from '../../src/store/operations.ts';
import type { QueueAddress } from '../../src/store/store.ts';
import { InlineStore } from '../support/inline-store.ts';
import { address, Platform, Rejection, type Request } from './platform.ts';

const own: QueueAddress = { token: '', appVersion: '' };
const minute = 60_000;

/** As whoever tells it does where the user's language is not English. */
function translate(error: Error): void {
  error.message = 'in another language';
}

class Listener implements ForwarderListener {
  /** The endpoint's own; undefined where it has none. */
  own: EndpointAddress | undefined = address;
  readonly rejections: { address: EndpointAddress; node: string; sample: unknown; error: Error }[] = [];
  readonly pauses: { address: EndpointAddress | undefined; node: string; error: Error }[] = [];
  readonly failures: Error[] = [];
  troubleChanges = 0;

  addressOf({ token, appVersion }: QueueAddress): EndpointAddress {
    if (token !== '') return { token, appVersion };
    if (this.own === undefined) throw new KaaConfigError(wording('config.nobodyServed'));
    return this.own;
  }

  rejected(of: EndpointAddress, node: string, sample: unknown, error: Error): boolean {
    this.rejections.push({ address: of, node, sample, error });
    return true;
  }

  paused(of: EndpointAddress | undefined, node: string, error: Error): void {
    this.pauses.push({ address: of, node, error });
    translate(error);
  }

  failed(_address: EndpointAddress | undefined, error: Error): void {
    this.failures.push(error);
    translate(error);
  }

  troubleChanged(): void {
    this.troubleChanges += 1;
  }

  /** What Catch nodes were told. */
  get told(): number {
    return this.rejections.length + this.pauses.length + this.failures.length;
  }
}

const range = (first: number, count: number): number[] => Array.from({ length: count }, (_, index) => first + index);

const machine = (number: number): QueueAddress => ({ token: `machine-${number}`, appVersion: 'v1' });

function samplesOf({ body }: Request): readonly unknown[] {
  assert.ok(Array.isArray(body), 'a message holds no array');
  return body;
}

const codeOf = (error: Error | undefined): string | undefined => (error instanceof KaaError ? error.code : undefined);

describe('forwarder', () => {
  let platform: Platform;
  let disk: InlineStore;
  let store: DiskStore;
  let listener: Listener;
  let forwarder: Forwarder;
  /** What the platform has accepted. */
  let accepted: unknown[];
  /** Why the platform refuses a request, if it does; silence where it does not answer. */
  let verdict: (request: Request) => Error | 'silence' | undefined;

  beforeEach(async () => {
    platform = new Platform();
    disk = new InlineStore();
    store = disk.open({ mostBytes: 256 * 1_048_576 });
    listener = new Listener();
    accepted = [];
    verdict = () => undefined;
    platform.answer = (request) => {
      const refusal = verdict(request);
      if (refusal === 'silence') return undefined;
      if (refusal !== undefined) return refusal;
      accepted.push(...samplesOf(request));
      return '';
    };
    forwarder = new Forwarder(platform.client, store.outbox, listener);
    forwarder.start();
    await platform.settle();
  });

  afterEach(async () => {
    await platform.close();
    disk.remove();
  });

  /** Stores samples as a node does. */
  async function storeSamples(samples: readonly unknown[], queue = own, node = 'node'): Promise<void> {
    await store.outbox.add({ queue, node, samples: samples.map((sample) => JSON.stringify(sample)) });
    forwarder.added(queue);
    await platform.settle();
  }

  /** Lets time pass until nothing waits any more. */
  async function drained(mostMinutes = 60): Promise<void> {
    const end = platform.clock.now + mostMinutes * minute;
    while (store.outbox.backlog.samples > 0) {
      assert.ok(platform.clock.now < end, `${store.outbox.backlog.samples} samples are left`);
      await platform.clock.tickAsync(100);
    }
    await platform.settle();
  }

  /** Lets the disk fail at an operation, `times` times. */
  function failAt(name: OperationName, times: number): void {
    let left = times;
    disk.disturb = ({ operations }) => {
      if (left === 0 || !operations.some((operation) => operation.name === name)) return;
      left -= 1;
      throw new Error('the disk failed');
    };
  }

  /** Answers the last message that was published. */
  async function answerLast(): Promise<void> {
    const { link } = platform.server;
    link.deliver(`${link.published.at(-1)?.topic}/status`);
    await platform.settle();
  }

  it('sends the samples of an endpoint in order', async () => {
    await platform.connect();
    for (const first of range(0, 50)) await storeSamples(range(first * 3, 3));
    await drained();
    assert.deepEqual(accepted, range(0, 150));
    assert.deepEqual(platform.requests.map(({ token, path }) => [token, path])[0], ['secret', 'json']);
    assert.equal(listener.told, 0);
  });

  it('waits while offline, and starts at the connect', async () => {
    await storeSamples(range(0, 10));
    await platform.clock.tickAsync(minute);
    assert.equal(platform.requests.length, 0);
    await platform.connect();
    assert.deepEqual(accepted, range(0, 10));
  });

  it('sends what an earlier process has stored', async () => {
    await store.outbox.add({ queue: own, node: 'node', samples: ['1', '2'] });
    await store.outbox.add({ queue: machine(1), node: 'node', samples: ['3'] });
    await platform.deploy();
    disk.restart();
    store = disk.open();
    forwarder = new Forwarder(platform.client, store.outbox, listener);
    forwarder.start();
    await platform.connect();
    await drained();
    assert.deepEqual(accepted, [1, 2, 3]);
  });

  it('packs consecutive samples into one array', async () => {
    for (const first of range(0, 20)) await storeSamples([{ n: first }]);
    await platform.connect();
    assert.deepEqual(platform.bodies('json'), [range(0, 20).map((n) => ({ n }))]);
  });

  it('bounds the samples and the bytes of a message', async () => {
    const text = 'x'.repeat(1000);
    await storeSamples(range(0, 2500));
    await storeSamples(range(0, 500).map(() => text));
    await platform.connect();
    await drained();
    for (const { body } of platform.server.links.flatMap(({ published }) =>
      published.map(({ payload }) => ({ body: payload })),
    )) {
      assert.ok(Buffer.byteLength(body) <= 131_072, `${Buffer.byteLength(body)} bytes`);
    }
    const counts = platform.requests.map((request) => samplesOf(request).length);
    assert.ok(Math.max(...counts) <= 1000);
    assert.ok(counts.length < 10, `${counts.length} messages`);
    assert.deepEqual(accepted, [...range(0, 2500), ...range(0, 500).map(() => text)]);
  });

  it('has at most one message of an endpoint on its way', async () => {
    verdict = () => 'silence';
    await platform.connect();
    await storeSamples(range(0, 3000));
    await storeSamples([3000]);
    await platform.clock.tickAsync(5000);
    assert.equal(platform.requests.length, 1);
    await answerLast();
    assert.equal(platform.requests.length, 2);
    await platform.clock.tickAsync(5000);
    assert.equal(platform.requests.length, 2);
  });

  it('sends for several endpoints at once', async () => {
    verdict = () => 'silence';
    await platform.connect();
    for (const number of range(0, 5)) await storeSamples([number], machine(number));
    assert.deepEqual(
      platform.requests.map(({ token, appVersion, body }) => ({ token, appVersion, body })),
      range(0, 5).map((number) => ({ ...machine(number), body: [number] })),
    );
  });

  it('leaves half of the window to the other messages', async () => {
    verdict = () => 'silence';
    await platform.connect();
    for (const number of range(0, 80)) await storeSamples([number], machine(number));
    assert.equal(platform.requests.length, 50);
    assert.equal(platform.client.inFlight, 50);
  });

  it('removes samples when the platform has confirmed them, not before', async () => {
    verdict = () => 'silence';
    await platform.connect();
    await storeSamples(range(0, 10));
    await platform.clock.tickAsync(5000);
    assert.deepEqual([platform.requests.length, store.outbox.backlog.samples], [1, 10]);
    await answerLast();
    assert.equal(store.outbox.backlog.samples, 0);
  });

  describe('goes on by itself, loses nothing and tells nobody:', () => {
    const troubles: readonly [string, () => Error | 'silence'][] = [
      ['no answer', () => 'silence'],
      ...[408, 429, 500, 503].map((code): [string, () => Error] => [`status ${code}`, () => new Rejection(code)]),
    ];
    for (const [name, trouble] of troubles) {
      it(`after ${name}, with growing pauses`, async () => {
        const times: number[] = [];
        verdict = () => {
          times.push(platform.clock.now);
          return trouble();
        };
        await platform.connect();
        await storeSamples(range(0, 100));
        await platform.clock.tickAsync(15 * minute);
        const gaps = times.slice(1).map((time, index) => time - Number(times[index]));
        // A missing answer itself takes 10 s.
        assert.ok(Math.max(...gaps) <= 70_000, `${Math.max(...gaps)} ms without a try`);
        assert.ok(Number(gaps[0]) >= 1000 && Number(gaps.at(-1)) >= 30_000, gaps.join(', '));
        assert.equal(store.outbox.backlog.samples, 100);
        verdict = () => undefined;
        await drained();
        assert.deepEqual(accepted, range(0, 100));
        assert.equal(listener.told, 0);
      });
    }

    it('after the connection was lost with a message on its way', async () => {
      verdict = () => 'silence';
      await platform.connect();
      await storeSamples(range(0, 100));
      verdict = () => undefined;
      await platform.reconnect();
      await drained();
      assert.deepEqual(accepted, range(0, 100));
      assert.equal(listener.told, 0);
    });
  });

  it('waits for no pause any more when the connection comes back', async () => {
    verdict = () => new Rejection(503);
    await platform.connect();
    await storeSamples(range(0, 100));
    await platform.clock.tickAsync(5 * minute);
    verdict = () => undefined;
    await platform.reconnect();
    assert.deepEqual(accepted, range(0, 100));
  });

  it('sends smaller messages after a missing answer, and larger ones again later', async () => {
    verdict = (request) => (samplesOf(request).length > 300 ? 'silence' : undefined);
    await platform.connect();
    await storeSamples(range(0, 5000));
    await drained();
    assert.deepEqual(accepted, range(0, 5000));
    verdict = () => undefined;
    await storeSamples(range(5000, 10_000));
    await drained();
    assert.equal(samplesOf(platform.requests.at(-1) ?? assert.fail()).length, 1000);
  });

  describe('finds a sample that is refused, tells of it and goes on:', () => {
    const isPoison = (request: Request, poison: readonly unknown[]): boolean =>
      samplesOf(request).some((sample) => poison.includes(sample));

    for (const statusCode of [400, 413, 422]) {
      for (const position of [0, 499, 613, 999]) {
        it(`status ${statusCode}, sample ${position} of 1000`, async () => {
          verdict = (request) => (isPoison(request, [position]) ? new Rejection(statusCode) : undefined);
          await storeSamples(range(0, position), own, 'before');
          await storeSamples([position], own, 'culprit');
          await storeSamples(range(position + 1, 999 - position), own, 'behind');
          await platform.connect();
          await drained();
          assert.deepEqual(
            listener.rejections.map(({ error, ...rejection }) => ({ ...rejection, code: codeOf(error) })),
            [{ address, node: 'culprit', sample: position, code: 'KAA_REJECTED' }],
          );
          assert.equal(listener.told, 1);
          assert.deepEqual(
            accepted,
            range(0, 1000).filter((n) => n !== position),
          );
          assert.ok(platform.requests.length <= 25, `${platform.requests.length} requests`);
          assert.equal(forwarder.trouble, undefined);
        });
      }
    }

    it('several of a backlog, each alone', async () => {
      const poison = [3, 4, 500, 1700, 2999];
      verdict = (request) => (isPoison(request, poison) ? new Rejection(400) : undefined);
      await storeSamples(range(0, 3000));
      await platform.connect();
      await drained();
      assert.deepEqual(
        listener.rejections.map(({ sample }) => sample),
        poison,
      );
      assert.deepEqual(
        accepted,
        range(0, 3000).filter((n) => !poison.includes(n)),
      );
      assert.equal(listener.pauses.length, 0);
    });

    it('of another endpoint, with its address', async () => {
      verdict = ({ token }) => (token === 'machine-1' ? new Rejection(400) : undefined);
      await platform.connect();
      await storeSamples([1], machine(1), 'first');
      await storeSamples([2], machine(2), 'second');
      assert.deepEqual(
        listener.rejections.map(({ address: of, node, sample }) => ({ of, node, sample })),
        [{ of: machine(1), node: 'first', sample: 1 }],
      );
      assert.deepEqual(accepted, [2]);
    });

    it('413 makes later messages smaller', async () => {
      const lengths: number[] = [];
      const sample = (n: number): unknown => ({ n, padding: 'x'.repeat(100) });
      verdict = ({ body }) => {
        lengths.push(JSON.stringify(body).length);
        return Number(lengths.at(-1)) > 10_000 ? new Rejection(413) : undefined;
      };
      await storeSamples(range(0, 2000).map(sample));
      await platform.connect();
      await drained();
      assert.deepEqual(accepted, range(0, 2000).map(sample));
      const refused = lengths.filter((length) => length > 10_000).length;
      assert.ok(refused <= 10, `${refused} messages were refused`);
      assert.equal(listener.told, 0);
    });
  });

  describe('pauses an endpoint that is refused', () => {
    for (const statusCode of [401, 403, 404, 409]) {
      it(`status ${statusCode}: told once, tried again within 5 minutes, nothing lost`, async () => {
        const times: number[] = [];
        verdict = () => {
          times.push(platform.clock.now);
          return new Rejection(statusCode);
        };
        await platform.connect();
        await storeSamples(range(0, 10), own, 'first');
        await storeSamples(range(10, 10), own, 'second');
        await platform.clock.tickAsync(60 * minute);
        assert.deepEqual(
          listener.pauses.map(({ address: of, node, error }) => ({ of, node, code: codeOf(error) })),
          [{ of: address, node: 'first', code: 'KAA_REJECTED' }],
        );
        assert.equal(codeOf(forwarder.trouble), 'KAA_REJECTED');
        const gaps = times.slice(1).map((time, index) => time - Number(times[index]));
        assert.ok(Math.max(...gaps) <= 5 * minute, `${Math.max(...gaps)} ms without a try`);
        assert.ok(times.length < 40, `${times.length} tries in an hour`);
        assert.equal(store.outbox.backlog.samples, 20);
        verdict = () => undefined;
        await drained(6);
        assert.deepEqual(accepted, range(0, 20));
        assert.equal(forwarder.trouble, undefined);
        assert.ok(listener.troubleChanges >= 2);
        assert.equal(listener.told, 1);
      });
    }

    it('once for each reason, and again once it was accepted meanwhile', async () => {
      let statusCode = 401;
      verdict = () => new Rejection(statusCode);
      await platform.connect();
      await storeSamples([1]);
      await platform.clock.tickAsync(10 * minute);
      statusCode = 404;
      await platform.clock.tickAsync(10 * minute);
      verdict = () => undefined;
      await drained();
      verdict = () => new Rejection(404);
      await storeSamples([2]);
      const codes = listener.pauses.map(({ error }) => error instanceof KaaError && error.cause.statusCode);
      assert.deepEqual(codes, [401, 404, 404]);
    });

    it('while the others go on', async () => {
      verdict = ({ token }) => (token === 'machine-1' ? new Rejection(403) : undefined);
      await platform.connect();
      await storeSamples([1], machine(1));
      await storeSamples([2], machine(2));
      await storeSamples([3]);
      assert.deepEqual(accepted, [2, 3]);
      assert.deepEqual(
        listener.pauses.map(({ address: of }) => of),
        [machine(1)],
      );
      assert.equal(codeOf(forwarder.trouble), 'KAA_REJECTED');
    });

    it('after ten samples in a row that were refused alone', async () => {
      verdict = () => new Rejection(400);
      await storeSamples(range(0, 30));
      await platform.connect();
      assert.deepEqual(
        listener.rejections.map(({ sample }) => sample),
        range(0, 10),
      );
      assert.equal(listener.pauses.length, 1);
      assert.equal(codeOf(forwarder.trouble), 'KAA_REJECTED');
      assert.equal(store.outbox.backlog.samples, 20);
      verdict = () => undefined;
      await drained();
      assert.deepEqual(accepted, range(10, 20));
      assert.equal(forwarder.trouble, undefined);
    });

    it('after ten samples in a row that were refused alone, and loses no more of them', async () => {
      verdict = () => new Rejection(400);
      await storeSamples(range(0, 30));
      await platform.connect();
      await platform.clock.tickAsync(60 * minute);
      assert.equal(listener.rejections.length, 10);
      verdict = () => undefined;
      await drained();
      assert.deepEqual(accepted, range(10, 20));
    });

    it('not after nine in a row and an accepted one, again and again', async () => {
      verdict = (request) => (samplesOf(request).some((n) => Number(n) % 10 !== 9) ? new Rejection(400) : undefined);
      await storeSamples(range(0, 50));
      await platform.connect();
      await drained();
      assert.deepEqual(accepted, [9, 19, 29, 39, 49]);
      assert.equal(listener.rejections.length, 45);
      assert.equal(listener.pauses.length, 0);
    });

    it('no longer once none of its samples wait', async () => {
      verdict = () => new Rejection(400);
      await storeSamples(range(0, 10));
      await platform.connect();
      await drained();
      await platform.clock.tickAsync(10 * minute);
      assert.equal(forwarder.trouble, undefined);
    });

    it('no longer once its samples were dropped because they had waited too long', async () => {
      store = disk.open({ longestAge: 60 * minute });
      forwarder = new Forwarder(platform.client, store.outbox, listener);
      verdict = () => new Rejection(403);
      await platform.connect();
      await storeSamples(range(0, 10));
      assert.equal(codeOf(forwarder.trouble), 'KAA_REJECTED');
      await platform.clock.tickAsync(90 * minute);
      assert.equal(store.outbox.backlog.samples, 0);
      assert.equal(forwarder.trouble, undefined);
    });
  });

  describe('the own endpoint', () => {
    it('has the token and application version that are valid when the samples are sent', async () => {
      await storeSamples([1]);
      listener.own = { token: 'new', appVersion: 'v2' };
      await platform.connect();
      await drained();
      assert.deepEqual(
        platform.requests.map(({ token, appVersion }) => ({ token, appVersion })),
        [listener.own],
      );
    });

    it('without token is paused with KAA_CONFIG, until it has one', async () => {
      listener.own = undefined;
      await platform.connect();
      await storeSamples([1], own, 'first');
      await platform.clock.tickAsync(10 * minute);
      assert.deepEqual(
        listener.pauses.map(({ address: of, node, error }) => ({ of, node, code: codeOf(error) })),
        [{ of: undefined, node: 'first', code: 'KAA_CONFIG' }],
      );
      assert.equal(codeOf(forwarder.trouble), 'KAA_CONFIG');
      assert.equal(platform.requests.length, 0);
      listener.own = address;
      await drained(6);
      assert.deepEqual(accepted, [1]);
      assert.equal(forwarder.trouble, undefined);
    });
  });

  it('does not forget samples that are added while it looks for some', async () => {
    await platform.connect();
    let late: Promise<void> | undefined;
    disk.disturb = ({ operations }) => {
      const looks = operations.some(({ name }) => name === 'readSamples');
      if (!looks || accepted.length === 0 || late !== undefined) return;
      late = store.outbox.add({ queue: own, node: 'node', samples: ['2'] }).then(() => forwarder.added(own));
    };
    await storeSamples([1]);
    await late;
    await drained();
    assert.deepEqual(accepted, [1, 2]);
  });

  describe('where the disk fails', () => {
    it('at the start: tells it once, and asks again', async () => {
      await store.outbox.add({ queue: own, node: 'node', samples: ['1'] });
      failAt('queues', 5);
      forwarder.start();
      await platform.connect();
      await drained();
      assert.deepEqual(listener.failures.map(codeOf), ['KAA_STORE']);
      assert.deepEqual(accepted, [1]);
    });

    it('on reading: tells it once, and goes on', async () => {
      failAt('readSamples', 5);
      await storeSamples(range(0, 2500));
      await platform.connect();
      await drained();
      assert.deepEqual(listener.failures.map(codeOf), ['KAA_STORE']);
      assert.equal(listener.told, 1);
      assert.deepEqual(accepted, range(0, 2500));
    });

    it('on removing: tells it once, sends nothing twice, and removes all in the end', async () => {
      failAt('removeSamples', 5);
      await storeSamples(range(0, 4500));
      await platform.connect();
      await drained();
      assert.deepEqual(listener.failures.map(codeOf), ['KAA_STORE']);
      assert.equal(listener.told, 1);
      assert.deepEqual(accepted, range(0, 4500));
    });

    it('on removing the last ones: sends nothing twice, and goes on with what is added', async () => {
      failAt('removeSamples', 3);
      await platform.connect();
      await storeSamples([1]);
      await storeSamples([2]);
      await drained();
      await storeSamples([3]);
      await drained();
      assert.deepEqual(accepted, [1, 2, 3]);
    });

    it('again after it has worked: tells it again', async () => {
      await platform.connect();
      failAt('removeSamples', 1);
      await storeSamples([1]);
      await drained();
      failAt('removeSamples', 1);
      await storeSamples([2]);
      await drained();
      assert.deepEqual(listener.failures.map(codeOf), ['KAA_STORE', 'KAA_STORE']);
    });

    it('on removing a refused sample: tells of the sample once', async () => {
      verdict = (request) => (samplesOf(request).includes(1) ? new Rejection(400) : undefined);
      failAt('removeSamples', 3);
      await storeSamples([1, 2, 3]);
      await platform.connect();
      await drained();
      assert.equal(listener.rejections.length, 1);
      assert.deepEqual(accepted, [2, 3]);
    });

    it('and a fresh file takes the place of a damaged one: what is stored there is sent', async () => {
      verdict = () => 'silence';
      await platform.connect();
      await storeSamples([1, 2, 3]);
      disk.restart();
      writeFileSync(`${disk.directory}/endpoint.sqlite`, 'damaged');
      await storeSamples([4, 5]);
      verdict = () => undefined;
      await answerLast();
      await drained();
      assert.deepEqual(accepted, [4, 5]);
    });
  });

  it('tells of an error of the platform that belongs to no message', async () => {
    await platform.connect();
    await storeSamples([1]);
    platform.server.link.deliver('kp1/v1/dcx/secret/json/error', { statusCode: 400, reasonPhrase: 'no' });
    assert.deepEqual(listener.failures.map(codeOf), ['KAA_REJECTED']);
  });

  it('drains a backlog of 200,000 samples in order', async () => {
    for (const part of range(0, 20)) await storeSamples(range(part * 10_000, 10_000));
    await platform.connect();
    await drained();
    assert.equal(accepted.length, 200_000);
    assert.ok(accepted.every((sample, index) => sample === index));
    assert.ok(platform.requests.length <= 210, `${platform.requests.length} requests`);
  });

  describe('held by somebody', () => {
    it('sends nothing until it is resumed', async () => {
      await platform.connect();
      forwarder.hold();
      await storeSamples([1]);
      await platform.clock.tickAsync(10 * minute);
      assert.deepEqual([forwarder.held, accepted], [true, []]);
      forwarder.resume();
      await drained();
      assert.deepEqual([forwarder.held, accepted], [false, [1]]);
    });

    it('stays so over a reconnect', async () => {
      await platform.connect();
      forwarder.hold();
      await storeSamples([1]);
      platform.server.link.break();
      await platform.connect();
      await platform.clock.tickAsync(minute);
      assert.deepEqual(accepted, []);
    });

    it('tells that it has changed', async () => {
      const before = listener.troubleChanges;
      forwarder.hold();
      forwarder.hold();
      forwarder.resume();
      assert.equal(listener.troubleChanges - before, 2);
    });

    it('does not go on after it has finished', async () => {
      await platform.connect();
      await forwarder.finish();
      forwarder.hold();
      forwarder.resume();
      await storeSamples([1]);
      assert.deepEqual(accepted, []);
    });
  });

  describe('discards', () => {
    it('all that waits, of all endpoints, and says how many samples that were', async () => {
      await storeSamples([1, 2]);
      await storeSamples([3], machine(1));
      assert.equal(await forwarder.discard(), 3);
      assert.equal(store.outbox.backlog.samples, 0);
      await platform.connect();
      await platform.clock.tickAsync(minute);
      assert.deepEqual(accepted, []);
    });

    it('and forwards what comes behind it', async () => {
      await platform.connect();
      verdict = () => new Rejection(403);
      await storeSamples([1]);
      await forwarder.discard();
      assert.equal(forwarder.trouble, undefined);
      verdict = () => undefined;
      await storeSamples([2]);
      await drained();
      assert.deepEqual(accepted, [2]);
    });

    it('at once, but for what is under way and what is stored later', async () => {
      verdict = () => 'silence';
      await platform.connect();
      await storeSamples([1]);
      await storeSamples([2]);
      const discarded = forwarder.discard();
      verdict = () => undefined;
      await storeSamples([3]);
      assert.equal(await discarded, 2);
      await answerLast();
      await drained();
      assert.deepEqual(accepted, [3]);
    });

    it('and leaves pausing and resuming to whoever does that meanwhile', async () => {
      await storeSamples([1]);
      const discarded = forwarder.discard();
      forwarder.hold();
      await discarded;
      assert.equal(forwarder.held, true);
    });

    it('and stays held where it was', async () => {
      forwarder.hold();
      await storeSamples([1]);
      await forwarder.discard();
      assert.equal(forwarder.held, true);
    });

    it('and says where the disk fails', async () => {
      await storeSamples([1]);
      failAt('discardSamples', 1);
      await assert.rejects(forwarder.discard(), { code: 'KAA_STORE' });
      assert.equal(forwarder.held, false);
    });
  });

  describe('closes with its client, and leaves no timer', () => {
    it('while an endpoint is paused', async () => {
      verdict = () => new Rejection(403);
      await platform.connect();
      await storeSamples([1]);
    });

    it('while it waits for another try', async () => {
      verdict = () => new Rejection(503);
      await platform.connect();
      await storeSamples([1]);
    });

    it('while the disk fails', async () => {
      failAt('queues', 100);
      forwarder.start();
      await platform.settle();
    });

    it('with a message on its way, which is kept', async () => {
      verdict = () => 'silence';
      await platform.connect();
      await storeSamples([1]);
      await platform.deploy();
      assert.equal(store.outbox.backlog.samples, 1);
      assert.equal(listener.told, 0);
    });

    it('and does nothing for what is added later', async () => {
      await platform.connect();
      await platform.deploy();
      await storeSamples([1]);
      await platform.connect();
      assert.deepEqual(accepted, []);
      assert.equal(listener.told, 0);
    });
  });
});
