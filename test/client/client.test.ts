import assert from 'node:assert/strict';
import FakeTimers from '@sinonjs/fake-timers';
import type { Push, Sender, Target } from '../../src/client/channel.ts';
import { KaaClient } from '../../src/client/client.ts';
import type { ExchangeOutcome, Settlement } from '../../src/client/exchange.ts';
import type { ClientOptions } from '../../src/client/options.ts';
import { KaaError } from '../../src/protocol/errors.ts';
import { parseTopic } from '../../src/protocol/topic.ts';
import { clientOptions } from '../support/client-options.ts';
import { MemoryServer } from '../support/memory-transport.ts';

const samples: Target = { appVersion: 'v1', token: 'secret-token', resource: 'samples' };

describe('client', () => {
  let clock: FakeTimers.Clock;
  let server: MemoryServer;
  let client: KaaClient;
  let unexpected: { target: Target; error: Error }[];
  let sender: Sender;

  function open(options: Partial<ClientOptions> = {}): void {
    client = new KaaClient(clientOptions(options), server.transport);
    client.open();
  }

  async function connect(options: Partial<ClientOptions> = {}): Promise<void> {
    open(options);
    server.link.accept();
    await settle();
  }

  const offlineReason = (): string | undefined =>
    client.status.state === 'offline' ? client.status.reason : undefined;

  /** Lets promises run without time passing. */
  async function settle(): Promise<void> {
    await clock.tickAsync(0);
  }

  function send(target: Target = samples, settlement: Settlement = 'answer', body = '{}'): Promise<ExchangeOutcome> {
    const outcome = client.send(target, Buffer.from(body), settlement, sender);
    outcome.catch(() => {});
    return outcome;
  }

  /** Sends and waits until it is on the wire. */
  async function published(target: Target = samples, settlement: Settlement = 'answer') {
    const outcome = send(target, settlement);
    await settle();
    const message = server.link.published.at(-1);
    assert.ok(message);
    return { outcome, message };
  }

  async function failure(outcome: Promise<unknown>): Promise<KaaError> {
    const error: unknown = await outcome.then(
      () => assert.fail('should have failed'),
      (reason: unknown) => reason,
    );
    assert.ok(error instanceof KaaError, String(error));
    return error;
  }

  beforeEach(() => {
    clock = FakeTimers.install({ toFake: ['setTimeout', 'clearTimeout', 'performance', 'Date'] });
    server = new MemoryServer();
    unexpected = [];
    sender = { unexpectedError: (target, error) => void unexpected.push({ target, error }) };
  });

  afterEach(async () => {
    await client.close(0);
    assert.equal(clock.countTimers(), 0, 'no timer survives a close');
    clock.uninstall();
  });

  describe('requests', () => {
    it('are answered by the /status with their own topic and request ID', async () => {
      await connect();
      const { outcome, message } = await published();
      const topic = parseTopic(message.topic);
      await clock.tickAsync(25);
      server.link.deliver(`${message.topic}/status`);
      assert.deepEqual(await outcome, { statusCode: 200, requestId: topic?.requestId, roundTripMs: 25 });
    });

    it('never take the answer of another request ID, path, endpoint or extension', async () => {
      await connect();
      const { outcome, message } = await published();
      const id = Number(parseTopic(message.topic)?.requestId);
      let settled = false;
      void outcome.finally(() => (settled = true)).catch(() => {});
      for (const topic of [
        `kp1/v1/dcx/secret-token/json/${id}0/status`,
        `kp1/v1/dcx/secret-token/json/${String(id).slice(0, -1) || '1'}/status`,
        `kp1/v1/dcx/secret-token/plain/${id}/status`,
        `kp1/v1/dcx/other/json/${id}/status`,
        `kp1/v2/dcx/secret-token/json/${id}/status`,
        `kp1/v1/epmx/secret-token/json/${id}/status`,
        `kp1/v1/dcx/secret-token/json/status`,
        message.topic,
      ]) {
        if (topic !== `${message.topic}/status`) server.link.deliver(topic);
      }
      await settle();
      assert.equal(settled, false);
      server.link.deliver(`${message.topic}/status`);
      await outcome;
    });

    it('subscribe first, wait for SUBACK, and then publish', async () => {
      open();
      server.link.grant = () => undefined;
      server.link.accept();
      const outcome = send();
      await settle();
      assert.deepEqual(server.link.filters, [
        'kp1/v1/dcx/secret-token/json/+/status',
        'kp1/v1/dcx/secret-token/json/+/error',
        'kp1/v1/dcx/secret-token/json/error',
      ]);
      assert.equal(server.link.published.length, 0);
      await clock.tickAsync(10_000);
      const error = await failure(outcome);
      assert.equal(error.code, 'KAA_TIMEOUT');
      assert.deepEqual(error.cause, { sent: false });
    });

    it('that wait for many channels of one endpoint ask for all their subscriptions together', async () => {
      await connect();
      server.link.grant = () => undefined;
      for (let metric = 0; metric < 25; metric += 1)
        void send({ ...samples, resource: 'plainSample', name: `m${metric}` });
      await settle();
      assert.equal(server.link.filters.length, 75);
      assert.equal(server.link.subscriptionQualities.length, 3);
    });

    it('that waited for the connection ask for all their subscriptions together', async () => {
      open();
      for (let metric = 0; metric < 25; metric += 1)
        void send({ ...samples, resource: 'plainSample', name: `m${metric}` });
      server.link.grant = () => undefined;
      server.link.accept();
      await settle();
      assert.equal(server.link.filters.length, 75);
    });

    it('whose SUBSCRIBE was never answered fail, and those that shared its packet are tried again', async () => {
      await connect();
      server.answerAll();
      server.link.grant = (filter) => (filter.includes('/dead/') ? undefined : 0);
      const dead = send({ ...samples, token: 'dead' });
      const shared = send({ ...samples, token: 'shares-the-packet' });
      await settle();
      await send({ ...samples, token: 'later' });
      await clock.tickAsync(10_000);
      await shared;
      await clock.tickAsync(10_000);
      assert.equal((await failure(dead)).code, 'KAA_TIMEOUT');
    });

    it('behind an endpoint that stays silent are not left waiting for ever', async () => {
      await connect({ requestTimeout: 1, maxInFlight: 1 });
      const outcomes = Array.from({ length: 50 }, () => send());
      await clock.tickAsync(9500);
      assert.equal(server.link.published.length, 10);
      await clock.tickAsync(1000);
      const errors = await Promise.all(outcomes.map(failure));
      assert.deepEqual(new Set(errors.map(({ code }) => code)), new Set(['KAA_TIMEOUT']));
      assert.equal(errors.filter(({ cause }) => cause.sent).length, 10);
    });

    it('behind two lost answers go on as soon as the endpoint answers again', async () => {
      await connect({ requestTimeout: 1, maxInFlight: 10 });
      let lost = 2;
      server.onPublish = (link, { topic }) => {
        if (lost > 0) lost -= 1;
        else setTimeout(() => link.deliver(`${topic}/status`), 100);
      };
      const outcomes = Array.from({ length: 400 }, () => send());
      await clock.tickAsync(60_000);
      const settled = await Promise.allSettled(outcomes);
      assert.equal(settled.filter(({ status }) => status === 'fulfilled').length, 398);
    });

    it('behind a slow endpoint wait as long as it answers', async () => {
      await connect({ requestTimeout: 1, maxInFlight: 1 });
      server.onPublish = (link, { topic }) => void setTimeout(() => link.deliver(`${topic}/status`), 900);
      const outcomes = Array.from({ length: 10 }, () => send());
      await clock.tickAsync(10_000);
      await Promise.all(outcomes);
    });

    it('subscribe each filter once', async () => {
      await connect();
      server.answerAll();
      await Promise.all([send(), send(), send()]);
      assert.equal(server.link.filters.length, 3);
    });

    it('fail with KAA_CONFIG where the server refuses the subscription, and leave other endpoints alone', async () => {
      await connect();
      server.answerAll();
      server.link.grant = (filter) => (filter.includes('secret-token') ? 128 : 0);
      const refused = send();
      const other = send({ ...samples, token: 'other' });
      assert.equal((await failure(refused)).code, 'KAA_CONFIG');
      await other;
    });

    it('fail with KAA_REJECTED, status and reason on /error', async () => {
      await connect();
      const { outcome, message } = await published();
      server.link.deliver(`${message.topic}/error`, { statusCode: 403, reasonPhrase: 'Forbidden for secret-token' });
      const error = await failure(outcome);
      assert.equal(error.code, 'KAA_REJECTED');
      assert.deepEqual(error.cause, { statusCode: 403, reasonPhrase: 'Forbidden for ***' });
      assert.ok(!`${error.message}${error.stack}`.includes('secret-token'));
    });

    for (const [body, cause] of [
      ['', {}],
      ['no json', { reasonPhrase: 'no json' }],
      [{ statusCode: 500 }, { statusCode: 500 }],
      ['null', {}],
      ['"just text"', { reasonPhrase: 'just text' }],
      [{ statusCode: '500', reasonPhrase: 7 }, {}],
    ] as const) {
      it(`tolerate the /error body ${JSON.stringify(body)}`, async () => {
        await connect();
        const { outcome, message } = await published();
        server.link.deliver(`${message.topic}/error`, body);
        const error = await failure(outcome);
        assert.equal(error.code, 'KAA_REJECTED');
        assert.deepEqual(error.cause, cause);
      });
    }

    it('fail with KAA_REJECTED on a status of 400 and above inside /status', async () => {
      await connect();
      const { outcome, message } = await published();
      server.link.deliver(`${message.topic}/status`, { statusCode: 429, reasonPhrase: 'Slow down' });
      assert.deepEqual((await failure(outcome)).cause, { statusCode: 429, reasonPhrase: 'Slow down' });
    });

    it('fail with KAA_PROTOCOL where the answer fails its schema', async () => {
      await connect();
      const { outcome, message } = await published({ ...samples, resource: 'metadataKeys' });
      server.link.deliver(`${message.topic}/status`, ['a', 'a-b']);
      const error = await failure(outcome);
      assert.equal(error.code, 'KAA_PROTOCOL');
      assert.equal(error.cause.details?.[0]?.path, '/1');
    });

    it('take a statusCode in the body for data where the body is data', async () => {
      await connect();
      const { outcome, message } = await published({ ...samples, resource: 'metadata' });
      server.link.deliver(`${message.topic}/status`, { statusCode: 500 });
      assert.deepEqual((await outcome).body, { statusCode: 500 });
    });

    it('hand over the body where the resource has one', async () => {
      await connect();
      const { outcome, message } = await published({ ...samples, resource: 'metadataKeys' });
      server.link.deliver(`${message.topic}/status`, ['a']);
      assert.deepEqual((await outcome).body, ['a']);
    });

    it('fail with KAA_TIMEOUT after requestTimeout, counted from publishing', async () => {
      await connect({ requestTimeout: 5 });
      const { outcome } = await published();
      await clock.tickAsync(4999);
      assert.equal(client.inFlight, 1);
      await clock.tickAsync(1);
      const error = await failure(outcome);
      assert.equal(error.code, 'KAA_TIMEOUT');
      assert.deepEqual(error.cause, { sent: true });
      assert.equal(client.inFlight, 0);
    });

    it('are not settled a second time by a late answer, whose ID is not used again meanwhile', async () => {
      await connect({ requestIdMax: 99, requestTimeout: 1 });
      const { outcome, message } = await published();
      await clock.tickAsync(1000);
      await failure(outcome);
      server.link.deliver(`${message.topic}/error`, { statusCode: 500 });
      server.answerAll();
      const ids = await Promise.all(Array.from({ length: 98 }, () => send().then(({ requestId }) => requestId)));
      assert.equal(new Set(ids).size, 98);
      assert.ok(!ids.includes(parseTopic(message.topic)?.requestId));
      assert.deepEqual(unexpected, []);
    });

    it('wait for a free request ID when all are retired, and go when one is released', async () => {
      await connect({ requestIdMax: 99, requestTimeout: 1 });
      const lost = Array.from({ length: 99 }, () => send());
      await clock.tickAsync(1000);
      for (const outcome of lost) await failure(outcome);
      server.answerAll();
      const next = send();
      let done = false;
      void next.then(() => (done = true));
      await clock.tickAsync(5000);
      assert.equal(done, false);
      await clock.tickAsync(6000);
      assert.equal(done, true);
    });

    it('carry unique IDs and get their own answers when a thousand are sent at once', async () => {
      await connect();
      server.onPublish = (link, { topic }) => {
        const id = parseTopic(topic)?.requestId;
        setTimeout(
          () => link.deliver(`${topic}/status`, { statusCode: 200, reasonPhrase: String(id) }),
          Number(id) % 7,
        );
      };
      const outcomes = Promise.all(Array.from({ length: 1000 }, () => send()));
      await clock.tickAsync(1000);
      const answers = await outcomes;
      assert.equal(new Set(answers.map(({ requestId }) => requestId)).size, 1000);
      for (const { requestId, reasonPhrase } of answers) assert.equal(reasonPhrase, String(requestId));
    });

    it('larger than maxPayload are KAA_INVALID and not sent', async () => {
      await connect({ maxPayload: 4 });
      assert.equal((await failure(send(samples, 'answer', '12345'))).code, 'KAA_INVALID');
      assert.equal(server.link.published.length, 0);
    });

    it('beyond 10,000 behind an endpoint that does not answer are KAA_BUSY, and the others have room', async () => {
      await connect({ requestTimeout: 1 });
      const dead = { ...samples, token: 'dead' };
      const first = send(dead);
      await clock.tickAsync(1000);
      await failure(first);
      for (let count = 0; count < 10_001; count += 1) void send(dead);
      assert.equal((await failure(send(dead))).code, 'KAA_BUSY');
      server.answerAll();
      await send({ ...samples, token: 'alive' });
    });

    it('beyond 100,000 waiting are KAA_BUSY', async () => {
      await connect({ maxInFlight: 1 });
      for (let count = 0; count < 100_000; count += 1) void send();
      await settle();
      void send();
      assert.equal((await failure(send())).code, 'KAA_BUSY');
    });
  });

  describe('quality of service', () => {
    for (const [qos, answer, receipt] of [
      ['auto', 0, 1],
      [0, 0, 0],
      [1, 1, 1],
    ] as const) {
      it(`${qos}: ${answer} where Kaa answers, ${receipt} where the receipt is all there is`, async () => {
        await connect({ qos });
        assert.equal((await published(samples, 'answer')).message.qos, answer);
        assert.equal((await published(samples, 'receipt')).message.qos, receipt);
        assert.deepEqual(server.link.subscriptionQualities, [answer]);
      });
    }
  });

  describe('messages that want a receipt only', () => {
    it('carry no request ID and settle with the receipt', async () => {
      await connect();
      const { outcome, message } = await published(samples, 'receipt');
      assert.equal(message.topic, 'kp1/v1/dcx/secret-token/json');
      message.receipt();
      assert.deepEqual(await outcome, { roundTripMs: 0 });
    });

    for (const name of ['status', 'error']) {
      it(`carry a request ID where the metric is called ${name}`, async () => {
        await connect();
        const { outcome, message } = await published({ ...samples, resource: 'plainSample', name }, 'receipt');
        assert.match(message.topic, new RegExp(`/plain/${name}/\\d+$`));
        message.receipt();
        assert.equal((await outcome).requestId, parseTopic(message.topic)?.requestId);
        server.link.deliver(`${message.topic}/status`);
        assert.deepEqual(unexpected, []);
        server.link.deliver(`${message.topic}/error`, { statusCode: 400 });
        assert.equal(unexpected.length, 1);
      });
    }

    it('by the thousands, with receipts at once, are all settled', async () => {
      open({ qos: 0 });
      server.answerAll();
      const outcomes = Array.from({ length: 20_000 }, () => send(samples, 'receipt'));
      server.link.accept();
      await Promise.all(outcomes);
      assert.equal(server.link.published.length, 20_000);
    });

    it('that are given up are forgotten by the link, so that it does not keep them', async () => {
      await connect({ requestTimeout: 1 });
      await published(samples, 'receipt');
      const acknowledged = await published(samples, 'receipt');
      acknowledged.message.receipt();
      await clock.tickAsync(1000);
      assert.deepEqual(server.link.discarded, [1]);
    });

    it('fail with KAA_TIMEOUT where no receipt comes', async () => {
      await connect();
      const { outcome } = await published(samples, 'receipt');
      await clock.tickAsync(10_000);
      assert.equal((await failure(outcome)).code, 'KAA_TIMEOUT');
    });

    it('report an /error without request ID to who sent there last, until it is forgotten', async () => {
      await connect();
      const { message } = await published(samples, 'receipt');
      message.receipt();
      server.link.deliver(`${message.topic}/error`, { statusCode: 400, reasonPhrase: 'Bad' });
      assert.equal(unexpected.length, 1);
      assert.deepEqual(unexpected[0]?.target, samples);
      client.forget(sender);
      server.link.deliver(`${message.topic}/error`, { statusCode: 400 });
      assert.equal(unexpected.length, 1);
    });
  });

  describe('connection', () => {
    it('lets requests wait while the first connect is in progress', async () => {
      open();
      server.answerAll();
      const outcome = send();
      await clock.tickAsync(5000);
      server.link.accept();
      await outcome;
    });

    it('lets them wait at most requestTimeout', async () => {
      open();
      const outcome = send();
      await clock.tickAsync(10_000);
      const error = await failure(outcome);
      assert.equal(error.code, 'KAA_OFFLINE');
      assert.deepEqual(error.cause, { sent: false });
      assert.equal((await failure(send())).code, 'KAA_OFFLINE');
    });

    describe('that is made anew because somebody wants it', () => {
      const reconnecting = { state: 'connecting', reason: 'reconnecting' } as const;

      it('ends at once where nothing is under way, and the next is made', async () => {
        await connect();
        const { link } = server;
        client.reconnect();
        assert.deepEqual(client.status, reconnecting);
        await settle();
        assert.equal(link.closed, true);
        assert.equal(server.links.length, 2);
        server.link.accept();
        assert.equal(client.status.state, 'connected');
      });

      it('ends when what is under way is answered', async () => {
        await connect();
        const { outcome, message } = await published();
        const { link } = server;
        client.reconnect();
        await clock.tickAsync(1000);
        assert.equal(link.closed, false);
        link.deliver(`${message.topic}/status`);
        await outcome;
        await settle();
        assert.equal(link.closed, true);
        assert.equal(server.links.length, 2);
      });

      it('fails what is still under way after 2 s as with any lost one', async () => {
        await connect();
        const { outcome } = await published();
        client.reconnect();
        await clock.tickAsync(1999);
        assert.equal(server.links.length, 1);
        await clock.tickAsync(1);
        const error = await failure(outcome);
        assert.deepEqual([error.code, error.cause], ['KAA_OFFLINE', { sent: true }]);
        assert.equal(server.links.length, 2);
      });

      it('waits half the request time-out where that is less', async () => {
        await connect({ requestTimeout: 1 });
        const { outcome } = await published();
        client.reconnect();
        await clock.tickAsync(500);
        assert.equal((await failure(outcome)).code, 'KAA_OFFLINE');
      });

      it('waits for the objection to a message that had its receipt, and takes silence for none', async () => {
        await connect();
        const { outcome, message } = await published({ ...samples, resource: 'commandResults', name: 'reboot' });
        message.receipt();
        await clock.tickAsync(500);
        client.reconnect();
        await clock.tickAsync(1499);
        assert.equal(server.links.length, 1);
        await clock.tickAsync(1);
        await outcome;
        assert.equal(server.links.length, 2);
      });

      it('publishes nothing new; what waits and what comes goes over the next', async () => {
        await connect({ maxInFlight: 1 });
        const { message } = await published();
        const { link } = server;
        const waiting = send();
        client.reconnect();
        const coming = send();
        server.answerAll();
        link.deliver(`${message.topic}/status`);
        await settle();
        assert.equal(link.published.length, 1);
        server.link.accept();
        await Promise.all([waiting, coming]);
      });

      it('hands over what the platform sends by itself meanwhile', async () => {
        const pushes: unknown[] = [];
        await connect();
        const observer = {
          pushed: (_target: Target, { body }: Push) => void pushes.push(body),
          pushFailed: assert.fail,
        };
        client.observe({ ...samples, resource: 'configuration' }, observer);
        await published();
        client.reconnect();
        server.link.deliver('kp1/v1/cmx/secret-token/config/json/status', { configId: '1', config: {} });
        assert.equal(pushes.length, 1);
        await clock.tickAsync(2000);
      });

      it('is made once, however often it is wanted', async () => {
        await connect();
        const { message } = await published();
        const { link } = server;
        for (let click = 0; click < 3; click += 1) client.reconnect();
        link.deliver(`${message.topic}/status`);
        client.reconnect();
        await settle();
        client.reconnect();
        await clock.tickAsync(5000);
        assert.equal(server.links.length, 2);
      });

      it('is made at once where it is lost meanwhile', async () => {
        await connect();
        const { outcome } = await published();
        client.reconnect();
        server.link.break();
        assert.deepEqual(client.status, reconnecting);
        const error = await failure(outcome);
        assert.deepEqual([error.code, error.cause], ['KAA_OFFLINE', { sent: true }]);
        assert.equal(server.links.length, 2);
        await clock.tickAsync(5000);
        assert.equal(server.links.length, 2);
      });

      it('is offline where the server is gone, and what waits fails', async () => {
        await connect();
        client.reconnect();
        const waiting = send();
        await settle();
        server.link.break({ reason: 'unreachable' });
        assert.equal(offlineReason(), 'unreachable');
        const error = await failure(waiting);
        assert.deepEqual([error.code, error.cause], ['KAA_OFFLINE', { sent: false }]);
      });

      it('lets requests wait at most requestTimeout', async () => {
        await connect();
        client.reconnect();
        const waiting = send();
        await clock.tickAsync(10_000);
        assert.equal((await failure(waiting)).code, 'KAA_OFFLINE');
      });

      it('is closed while it finishes, and no other is made', async () => {
        await connect();
        const { outcome } = await published();
        client.reconnect();
        await client.close(0);
        assert.equal((await failure(outcome)).code, 'KAA_CLOSED');
        await clock.tickAsync(5000);
        assert.equal(server.links.length, 1);
      });

      it('is closed while it says goodbye, and no other is made', async () => {
        await connect();
        client.reconnect();
        await client.close(0);
        await clock.tickAsync(5000);
        assert.equal(server.links.length, 1);
      });

      it('is made also where its farewell fails', async () => {
        await connect();
        server.link.close = () => Promise.reject(new Error('no farewell'));
        client.reconnect();
        await settle();
        assert.equal(server.links.length, 2);
      });

      it('is tried at once while there is none', () => {
        open();
        server.link.break({ reason: 'unreachable' });
        client.reconnect();
        assert.equal(server.links.length, 2);
      });
    });

    it('says how long its answers take, and forgets it with the next', async () => {
      await connect();
      assert.equal(client.roundTrips, undefined);
      const { message } = await published();
      await clock.tickAsync(25);
      server.link.deliver(`${message.topic}/status`);
      assert.deepEqual(client.roundTrips, { last: 25, median: 25, slowest: 25, count: 1 });
      client.reconnect();
      await settle();
      server.link.accept();
      assert.equal(client.roundTrips, undefined);
    });

    it('fails waiting requests at once when the first attempt fails, and new ones too', async () => {
      open();
      const outcome = send();
      server.link.break({ reason: 'unreachable' });
      assert.equal((await failure(outcome)).code, 'KAA_OFFLINE');
      assert.equal((await failure(send())).code, 'KAA_OFFLINE');
      assert.equal(client.status.state, 'offline');
    });

    it('waits for a server on this machine that starts together with us', async () => {
      open({ urls: ['mqtt://localhost:1883', 'mqtt://127.0.0.1:1884'] });
      server.answerAll();
      const outcome = send();
      for (let attempt = 1; attempt <= 10; attempt += 1) {
        server.link.break({ reason: 'refused' });
        server.link.break({ reason: 'refused' });
        assert.equal(client.status.state, 'connecting');
        await clock.tickAsync(200);
      }
      server.link.accept();
      await outcome;
    });

    it('does not wait for it any more after 3 s, nor once it was there', async () => {
      open();
      while (performance.now() < 3000) {
        server.link.break({ reason: 'refused' });
        await clock.tickAsync(200);
      }
      server.link.break({ reason: 'refused' });
      assert.equal(offlineReason(), 'refused');
      await clock.nextAsync();
      server.link.accept();
      server.link.break();
      await clock.nextAsync();
      server.link.break({ reason: 'refused' });
      assert.equal(offlineReason(), 'refused');
    });

    for (const [url, reason] of [
      ['mqtt://127.0.0.1:1883', 'no-answer'],
      ['mqtt://127.example.com', 'refused'],
      ['mqtt://10.0.0.1', 'refused'],
    ] as const) {
      it(`does not wait where ${url} says ${reason}`, () => {
        open({ urls: [url] });
        server.link.break({ reason });
        assert.equal(offlineReason(), reason);
      });
    }

    it('tries several URLs in turn before it gives up the first connect', async () => {
      open({ urls: ['mqtt://a', 'mqtt://b'] });
      server.answerAll();
      const outcome = send();
      server.link.break({ reason: 'refused' });
      assert.deepEqual(
        server.links.map(({ options }) => options.url),
        ['mqtt://a', 'mqtt://b'],
      );
      server.link.accept();
      await outcome;
    });

    it('tells what happened with each of several URLs', () => {
      open({ urls: ['mqtt://a', 'mqtt://b'] });
      server.link.break({ reason: 'login-refused' });
      server.link.break({ reason: 'unknown-host', detail: 'ENOTFOUND' });
      assert.deepEqual(client.status, {
        state: 'offline',
        reason: 'login-refused',
        failures: [
          { url: 'mqtt://a', reason: 'login-refused' },
          { url: 'mqtt://b', reason: 'unknown-host', detail: 'ENOTFOUND' },
        ],
      });
    });

    it('settles every pending request when it is lost: published ones as sent, waiting ones as not', async () => {
      await connect({ maxInFlight: 1 });
      const outcomes = [send(), send(), send({ ...samples, token: 'other' })];
      await settle();
      assert.equal(server.link.published.length, 1);
      server.link.break({ reason: 'keep-alive' });
      const errors = await Promise.all(outcomes.map(failure));
      assert.deepEqual(
        errors.map(({ code, cause }) => [code, cause.sent]),
        [
          ['KAA_OFFLINE', true],
          ['KAA_OFFLINE', false],
          ['KAA_OFFLINE', false],
        ],
      );
      assert.equal(client.inFlight, 0);
    });

    it('does not use a request ID again whose answer may still come over the next connection', async () => {
      await connect({ requestIdMax: 99 });
      const { outcome, message } = await published();
      server.link.break();
      await failure(outcome);
      await clock.tickAsync(1500);
      server.link.accept();
      server.answerAll();
      const ids = await Promise.all(Array.from({ length: 98 }, () => send().then(({ requestId }) => requestId)));
      assert.ok(!ids.includes(parseTopic(message.topic)?.requestId));
    });

    it('counts request IDs from a random start', async () => {
      const starts = new Set<number | undefined>();
      for (let start = 0; start < 5; start += 1) {
        await connect();
        starts.add(parseTopic((await published()).message.topic)?.requestId);
        await client.close(0);
      }
      assert.ok(starts.size > 1);
    });

    it('publishes nothing settled again after a reconnect', async () => {
      await connect();
      await published();
      await published(samples, 'receipt');
      server.link.break();
      await clock.tickAsync(1500);
      assert.equal(server.links.length, 2);
      server.link.accept();
      await clock.tickAsync(60_000);
      assert.deepEqual(server.link.published, []);
    });

    it('restores the subscriptions after a reconnect', async () => {
      await connect();
      server.answerAll();
      await send();
      server.link.break();
      await clock.tickAsync(1500);
      server.link.accept();
      await settle();
      assert.equal(server.link.filters.length, 3);
      await send();
      assert.equal(server.link.filters.length, 3);
    });

    it('lets go of names that were not used for an hour', async () => {
      await connect();
      server.answerAll();
      const metric = (name: string): Target => ({ ...samples, resource: 'plainSample', name });
      await send(metric('often'));
      await send(metric('once'));
      for (let minute = 0; minute < 61; minute += 1) {
        await clock.tickAsync(60_000);
        await send(metric('often'));
      }
      server.link.break();
      await clock.tickAsync(1500);
      server.link.accept();
      await settle();
      assert.deepEqual(new Set(server.link.filters.map((filter) => filter.split('/')[5])), new Set(['often']));
      await send(metric('once'));
    });

    it('keeps trying, with back-off from 1 s to 60 s', async () => {
      open();
      const pauses: number[] = [];
      for (let attempt = 1; attempt <= 12; attempt += 1) {
        server.link.break({ reason: 'unreachable' });
        const before = performance.now();
        await clock.nextAsync();
        assert.equal(server.links.length, attempt + 1);
        pauses.push(performance.now() - before);
      }
      assert.ok(
        pauses.every((pause) => pause >= 1000 && pause <= 60_000),
        pauses.join(),
      );
      assert.ok((pauses.at(-1) ?? 0) >= 30_000);
    });

    it('starts the back-off again after a connection that held for a minute', async () => {
      open();
      for (let attempt = 1; attempt <= 8; attempt += 1) {
        server.link.break({ reason: 'unreachable' });
        await clock.nextAsync();
      }
      server.link.accept();
      await clock.tickAsync(60_000);
      server.link.break();
      await clock.tickAsync(1500);
      assert.equal(server.links.length, 10);
    });

    it('starts it again too after one that held for ten seconds and was answered, as with a server that restarts', async () => {
      await connect();
      for (let restart = 0; restart < 6; restart += 1) {
        const { message } = await published();
        server.link.deliver(`${message.topic}/status`);
        await clock.tickAsync(10_000);
        server.link.break();
        await clock.tickAsync(1500);
        server.link.break({ reason: 'refused' });
        assert.equal(offlineReason(), 'refused');
        await clock.tickAsync(3000);
        server.link.accept();
        await settle();
      }
      assert.equal(client.status.state, 'connected');
      assert.equal(server.links.length, 13);
    });

    it('spreads also the first attempts after a loss, so that many clients do not come back together', async () => {
      const pauses = new Set<number>();
      for (let round = 0; round < 20; round += 1) {
        await connect();
        server.link.break();
        const before = performance.now();
        await clock.nextAsync();
        pauses.add(performance.now() - before);
        await client.close(0);
      }
      assert.ok(pauses.size > 5, [...pauses].join());
    });

    it('says that the first message was refused when the server drops us right after it without a word', async () => {
      await connect();
      await published();
      server.link.break({ reason: 'dropped' });
      assert.equal(offlineReason(), 'dropped-first-message');
    });

    it('says that the connection was lost when the server had acknowledged our messages', async () => {
      await connect();
      const { message } = await published(samples, 'receipt');
      message.receipt();
      server.link.break({ reason: 'dropped' });
      assert.equal(offlineReason(), 'dropped');
    });

    it('says that the connection was lost when the server had spoken before', async () => {
      await connect();
      const { message } = await published();
      server.link.deliver(`${message.topic}/status`);
      server.link.break({ reason: 'dropped' });
      assert.equal(offlineReason(), 'dropped');
    });

    it('says that it is taken over when the server drops it again and again', async () => {
      await connect();
      const reasons: (string | undefined)[] = [];
      for (let round = 0; round < 4; round += 1) {
        const { message } = await published();
        server.link.deliver(`${message.topic}/status`);
        server.link.break({ reason: 'dropped' });
        reasons.push(offlineReason());
        await clock.nextAsync();
        server.link.accept();
        await settle();
      }
      assert.deepEqual(reasons, ['dropped', 'dropped', 'dropped-repeatedly', 'dropped-repeatedly']);
    });

    it('says so only where no connection between was stable', async () => {
      await connect();
      for (let round = 0; round < 4; round += 1) {
        const { message } = await published();
        server.link.deliver(`${message.topic}/status`);
        if (round === 2) await clock.tickAsync(60_000);
        server.link.break({ reason: 'dropped' });
        assert.equal(offlineReason(), 'dropped');
        await clock.nextAsync();
        server.link.accept();
        await settle();
      }
    });

    it('stays offline with its reason through further attempts', async () => {
      open();
      const states: string[] = [];
      client.onStatus(({ state }) => states.push(state));
      server.link.break({ reason: 'unreachable' });
      await clock.nextAsync();
      assert.deepEqual(states, ['offline']);
      assert.equal(offlineReason(), 'unreachable');
    });

    it('ignores the late word of an earlier link', async () => {
      await connect();
      const first = server.link;
      first.break();
      await clock.tickAsync(1500);
      server.link.accept();
      const { outcome, message } = await published();
      first.deliver(`${message.topic}/status`);
      first.break();
      assert.equal(client.status.state, 'connected');
      server.link.deliver(`${message.topic}/status`);
      await outcome;
    });

    it('settles with KAA_CLOSED what a sender leaves behind, and nothing of the others', async () => {
      await connect({ maxInFlight: 1 });
      const left = [send(), send()];
      const other = client.send(samples, Buffer.from('other'), 'answer', { unexpectedError: () => {} });
      await settle();
      server.answerAll();
      client.forget(sender);
      const errors = await Promise.all(left.map(failure));
      assert.deepEqual(
        errors.map(({ code, cause }) => [code, cause.sent]),
        [
          ['KAA_CLOSED', true],
          ['KAA_CLOSED', false],
        ],
      );
      await other;
    });

    it('settles everything with KAA_CLOSED on close and connects no more', async () => {
      await connect({ maxInFlight: 1 });
      const outcomes = [send(), send()];
      await settle();
      await client.close(0);
      const errors = await Promise.all(outcomes.map(failure));
      assert.deepEqual(
        errors.map(({ code, cause }) => [code, cause.sent]),
        [
          ['KAA_CLOSED', true],
          ['KAA_CLOSED', false],
        ],
      );
      assert.equal((await failure(send())).code, 'KAA_CLOSED');
      await clock.tickAsync(120_000);
      assert.equal(server.links.length, 1);
    });
  });

  describe('trouble of a connection', () => {
    let troubles: (string | undefined)[];

    beforeEach(async () => {
      await connect();
      troubles = [];
      client.onTrouble(() => void troubles.push(client.trouble));
    });

    it('is a server that is silent while requests go out, until it answers', async () => {
      const { outcome } = await published();
      await clock.tickAsync(10_000);
      assert.equal((await failure(outcome)).code, 'KAA_TIMEOUT');
      assert.deepEqual(troubles, ['silent']);
      const { message } = await published();
      server.link.deliver(`${message.topic}/status`);
      assert.deepEqual(troubles, ['silent', undefined]);
    });

    it('is none where a tentative request has no answer, and the endpoint keeps its share of the window', async () => {
      const asked = client.send(samples, '', 'answer', { unexpectedError: () => {} }, { isTentative: true });
      const error = failure(asked);
      await clock.tickAsync(10_000);
      assert.equal((await error).code, 'KAA_TIMEOUT');
      assert.deepEqual(troubles, []);
      const before = server.link.published.length;
      const more = [send(), send(), send()];
      await settle();
      assert.equal(server.link.published.length, before + 3);
      await client.close(0);
      await Promise.all(more.map(failure));
    });

    it('is none where the server has answered others meanwhile', async () => {
      await published();
      const { message } = await published({ ...samples, token: 'other' });
      server.link.deliver(`${message.topic}/status`);
      await clock.tickAsync(10_000);
      assert.deepEqual(troubles, []);
    });

    it('is a server whose receipts come and whose answers do not', async () => {
      await published();
      const receipt = await published(samples, 'receipt');
      receipt.message.receipt();
      await clock.tickAsync(10_000);
      assert.deepEqual(troubles, ['silent']);
    });

    it('are receipts that do not come, until one does', async () => {
      await published(samples, 'receipt');
      await clock.tickAsync(10_000);
      assert.deepEqual(troubles, ['silent']);
      const { message } = await published(samples, 'receipt');
      message.receipt();
      assert.deepEqual(troubles, ['silent', undefined]);
    });

    it('is a refused subscription, until it is granted', async () => {
      server.link.grant = () => 128;
      await failure(send());
      assert.deepEqual(troubles, ['subscription-refused']);
      server.answerAll();
      server.link.grant = () => 0;
      await send();
      assert.deepEqual(troubles, ['subscription-refused', undefined]);
    });

    it('ends with the connection', async () => {
      await published();
      await clock.tickAsync(10_000);
      server.link.break();
      assert.deepEqual(troubles, ['silent', undefined]);
    });
  });

  describe('window', () => {
    it('keeps maxInFlight outstanding; the rest waits in order', async () => {
      await connect({ maxInFlight: 2 });
      const outcomes = ['1', '2', '3', '4'].map((body) => send(samples, 'answer', body));
      await settle();
      assert.deepEqual(
        server.link.published.map(({ payload }) => payload),
        ['1', '2'],
      );
      server.link.deliver(`${server.link.published[0]?.topic}/status`);
      await outcomes[0];
      assert.deepEqual(
        server.link.published.map(({ payload }) => payload),
        ['1', '2', '3'],
      );
      server.answerAll();
      for (const { topic } of server.link.published.slice(1)) server.link.deliver(`${topic}/status`);
      await Promise.all(outcomes);
      assert.equal(server.link.published.length, 4);
    });

    it('serves endpoints in turn', async () => {
      await connect({ maxInFlight: 1 });
      server.answerAll();
      await Promise.all([send({ ...samples, token: 'a' }), send({ ...samples, token: 'b' })]);
      server.onPublish = undefined;
      server.link.published.length = 0;
      const busy = ['a1', 'a2', 'a3', 'a4'].map((body) => send({ ...samples, token: 'a' }, 'answer', body));
      const other = send({ ...samples, token: 'b' }, 'answer', 'b1');
      server.answerAll();
      server.link.deliver(`${server.link.published[0]?.topic}/status`);
      await Promise.all([...busy, other]);
      assert.deepEqual(
        server.link.published.map(({ payload }) => payload),
        ['a1', 'a2', 'b1', 'a3', 'a4'],
      );
    });

    it('gives an endpoint whose request timed out one slot until it answers', async () => {
      await connect({ requestTimeout: 1 });
      const dead = { ...samples, token: 'dead' };
      const { outcome } = await published(dead);
      await clock.tickAsync(1000);
      await failure(outcome);
      const probes = [send(dead), send(dead), send(dead)];
      await settle();
      assert.equal(client.inFlight, 1);
      server.answerAll();
      await send({ ...samples, token: 'alive' });
      const probe = server.link.published.findLast(({ topic }) => topic.includes('/dead/'));
      server.link.deliver(`${probe?.topic}/status`);
      await Promise.all(probes);
    });

    it('publishes nothing while the stream needs draining', async () => {
      await connect();
      server.answerAll();
      await send();
      server.link.writable = false;
      const outcome = send();
      await settle();
      assert.equal(server.link.published.length, 1);
      server.link.drain();
      await outcome;
      assert.equal(server.link.published.length, 2);
    });
  });
});
