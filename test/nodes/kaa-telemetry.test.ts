import assert from 'node:assert/strict';
import type { Context } from 'mocha';
import type { TelemetrySample } from '../../src/simulator/platform/telemetry.ts';
import { Flow, type Message, startRuntime, stopRuntime } from '../support/flow.ts';
import { platforms, type TestPlatform } from '../support/platforms.ts';
import { until } from '../support/until.ts';

/** The part of a caught message that our errors fill. */
interface Caught extends Message {
  readonly error: { readonly message: string; readonly code: string; readonly cause: Record<string, unknown> };
}

interface Confirmed extends Message {
  readonly kaa: Record<string, unknown>;
}

for (const kind of platforms) {
  describe(`kaa-telemetry on ${kind.name}`, () => {
    let platform: TestPlatform;
    let flow: Flow;

    before(startRuntime);
    after(stopRuntime);

    beforeEach(async function startPlatform(this: Context) {
      const started = await kind.start();
      if (started === undefined) this.skip();
      platform = started;
    });

    afterEach(async () => {
      await flow.stop();
      await platform.close();
    });

    async function start(
      properties: Record<string, unknown> = {},
      endpoint: Record<string, unknown> = {},
      credentials?: Record<string, string>,
    ): Promise<void> {
      flow = new Flow({ type: 'kaa-telemetry', ...properties }, { url: platform.url, ...endpoint }, credentials);
      await flow.start();
    }

    const received = (token = 'own-secret'): readonly TelemetrySample[] =>
      platform.simulator.platform.endpoints.find(token)?.telemetry.page(1000) ?? [];
    const samples = (token?: string): unknown[] => received(token).map(({ sample }) => sample);

    /** Waits for the only outcome of the messages injected so far: `outputs` came out, `caught` were caught. */
    async function outcomes(outputs: number, caught: number): Promise<void> {
      if (outputs > 0) {
        await flow.outputs.number(outputs);
        await flow.completed.number(outputs);
      }
      if (caught > 0) await flow.caught.number(caught);
      assert.equal(flow.outputs.messages.length, outputs, 'outputs');
      assert.equal(flow.completed.messages.length, outputs, 'Complete fires exactly for successes');
      assert.equal(flow.caught.messages.length, caught, 'caught');
    }

    async function onlyError(): Promise<Caught> {
      await outcomes(0, 1);
      return flow.caught.messages[0] as Caught;
    }

    describe('confirmed', () => {
      for (const payload of [{ temperature: 21, nested: { a: [1, null, 'x'] } }, 21.5, true]) {
        it(`a sample (${JSON.stringify(payload)}) arrives as sent`, async () => {
          await start();
          flow.inject({ payload, topic: 't' });
          await outcomes(1, 0);
          assert.deepEqual(samples(), [payload]);
        });
      }

      it('an array arrives as a batch', async () => {
        await start();
        flow.inject({ payload: [{ a: 1 }, { a: 2 }] });
        await outcomes(1, 0);
        assert.deepEqual(samples(), [{ a: 1 }, { a: 2 }]);
        assert.equal(new Set(received().map(({ requestId }) => requestId)).size, 1);
      });

      it('a message injected at once after the start waits for the first connect and succeeds', async () => {
        await start();
        flow.inject({ payload: { a: 1 } });
        await outcomes(1, 0);
      });

      it('the output is the input message with kaa telling the outcome', async () => {
        await start();
        flow.inject({ payload: { a: 1 }, topic: 'plc/1', custom: { kept: true } });
        await outcomes(1, 0);
        const message = flow.outputs.messages[0] as Confirmed;
        assert.deepEqual(message.payload, { a: 1 });
        assert.equal(message.topic, 'plc/1');
        assert.deepEqual(message['custom'], { kept: true });
        const { requestId, roundTripMs, ...rest } = message.kaa;
        assert.deepEqual(rest, { extension: 'dcx', resource: 'json', statusCode: 200, samples: 1 });
        assert.equal(requestId, received()[0]?.requestId);
        assert.ok(typeof roundTripMs === 'number' && roundTripMs >= 0);
      });

      it('success only after /status: silence is KAA_TIMEOUT', async () => {
        await start({}, { requestTimeout: '0.3' });
        platform.simulator.platform.faults.replace([{ action: 'drop', count: 1 }]);
        flow.inject({ payload: { a: 1 }, keep: 7 });
        const message = await onlyError();
        assert.equal(message.error.code, 'KAA_TIMEOUT');
        assert.deepEqual(message.error.cause, { sent: true });
        assert.deepEqual([message.payload, message['keep']], [{ a: 1 }, 7]);
        flow.inject({ payload: { a: 2 } });
        await outcomes(1, 1);
      });

      it('/error is KAA_REJECTED with status and reason', async () => {
        await start();
        platform.simulator.platform.faults.replace([
          { action: 'error', statusCode: 403, reasonPhrase: 'Not yours', count: 1 },
        ]);
        flow.inject({ payload: { a: 1 } });
        const { error } = await onlyError();
        assert.equal(error.code, 'KAA_REJECTED');
        assert.deepEqual(error.cause, { statusCode: 403, reasonPhrase: 'Not yours' });
        assert.match(error.message, /403 Not yours/);
      });

      it('a broker that goes away is KAA_OFFLINE, for what is under way and at once for what follows', async () => {
        await start();
        flow.inject({ payload: { a: 1 } });
        await outcomes(1, 0);
        platform.simulator.platform.faults.replace([{ action: 'drop' }]);
        flow.inject({ payload: { a: 2 } });
        await platform.stopBroker();
        const { error } = (await flow.caught.number(1)) as Caught;
        assert.equal(error.code, 'KAA_OFFLINE');
        assert.equal(error.cause['sent'], true);
        flow.inject({ payload: { a: 3 } });
        const second = (await flow.caught.number(2)) as Caught;
        assert.equal(second.error.code, 'KAA_OFFLINE');
        assert.deepEqual(second.error.cause, { sent: false });
        await outcomes(1, 2);
      });

      it('1,000 messages at once each get their own answer, with unique request IDs', async () => {
        await start();
        for (let index = 0; index < 1000; index += 1) flow.inject({ payload: { index } });
        await outcomes(1000, 0);
        const ids = new Map(
          received().map(({ requestId, sample }) => [requestId, (sample as { index: number }).index]),
        );
        assert.equal(ids.size, 1000);
        for (const message of flow.outputs.messages as Confirmed[]) {
          assert.equal((message.payload as { index: number }).index, ids.get(Number(message.kaa['requestId'])));
        }
      });

      it('killing the broker in the middle settles all of 1,000 messages', async () => {
        await start();
        flow.inject({ payload: { first: true } });
        await outcomes(1, 0);
        for (let index = 0; index < 1000; index += 1) flow.inject({ payload: { index } });
        await flow.outputs.number(100);
        await platform.stopBroker();
        await flow.caught.until(() => flow.outputs.messages.length + flow.caught.messages.length >= 1001);
        await flow.completed.number(flow.outputs.messages.length);
        await outcomes(flow.outputs.messages.length, flow.caught.messages.length);
        assert.equal(flow.outputs.messages.length + flow.caught.messages.length, 1001);
        for (const { error } of flow.caught.messages as Caught[]) assert.equal(error.code, 'KAA_OFFLINE');
      });
    });

    describe('sent', () => {
      it('succeeds with the receipt, without request ID', async () => {
        await start({ delivery: 'sent' });
        flow.inject({ payload: { a: 1 } });
        await outcomes(1, 0);
        const { kaa } = flow.outputs.messages[0] as Confirmed;
        assert.deepEqual(
          { ...kaa, roundTripMs: 0 },
          { extension: 'dcx', resource: 'json', samples: 1, roundTripMs: 0 },
        );
        await until(() => received().length > 0);
        assert.deepEqual(samples(), [{ a: 1 }]);
        assert.equal(received()[0]?.requestId, undefined);
      });

      it('with qos 0 succeeds when written', async () => {
        await start({ delivery: 'sent' }, { qos: '0' });
        flow.inject({ payload: { a: 1 } });
        await outcomes(1, 0);
      });

      it('an /error without request ID is a status and a new message to Catch', async () => {
        await start({ delivery: 'sent' });
        platform.simulator.platform.faults.replace([
          { action: 'error', statusCode: 400, reasonPhrase: 'Bad', count: 1 },
        ]);
        flow.inject({ payload: { a: 1 }, keep: 7 });
        const { error, ...rest } = (await flow.caught.number(1)) as Caught;
        assert.equal(error.code, 'KAA_REJECTED');
        assert.deepEqual(error.cause, { statusCode: 400, reasonPhrase: 'Bad' });
        assert.deepEqual(Object.keys(rest), ['_msgid']);
        await outcomes(1, 1);
        await flow.statuses.until((all) => all.some(({ status }) => (status as { fill: string }).fill === 'red'));
      });

      it('such an error for another token tells which', async () => {
        await start({ delivery: 'sent' });
        platform.simulator.platform.faults.replace([{ action: 'error', count: 1 }]);
        flow.inject({ payload: { a: 1 }, token: 'plc-2' });
        assert.equal(((await flow.caught.number(1)) as Caught)['token'], 'plc-2');
      });
    });

    describe('plain', () => {
      it('a number and a number with its unit arrive as sent, under the metric msg.topic', async () => {
        await start({ format: 'plain' });
        flow.inject({ payload: 21.5, topic: 'temperature' });
        flow.inject({ payload: '47 %', topic: 'humidity' });
        await outcomes(2, 0);
        assert.deepEqual(
          received().map(({ metric, sample }) => [metric, sample]),
          [
            ['temperature', 21.5],
            ['humidity', '47%'],
          ],
        );
        assert.equal((flow.outputs.messages[0] as Confirmed).kaa['resource'], 'plain/temperature');
      });

      for (const [metric, metricType, message] of [
        ['level', 'str', {}],
        ['tank.name', 'msg', { tank: { name: 'level' } }],
        ['"le" & "vel"', 'jsonata', {}],
        ['', 'str', { topic: 'level' }],
      ] as const) {
        it(`takes the metric from ${metricType}`, async () => {
          await start({ format: 'plain', metric, metricType });
          flow.inject({ payload: 1, ...message });
          await outcomes(1, 0);
          assert.equal(received()[0]?.metric, 'level');
        });
      }

      for (const name of ['status', 'error']) {
        it(`a metric called ${name} gets a request ID even when only sent`, async () => {
          await start({ format: 'plain', delivery: 'sent' });
          flow.inject({ payload: 1, topic: name });
          await outcomes(1, 0);
          await until(() => received().length > 0);
          assert.equal(received()[0]?.metric, name);
          assert.equal(received()[0]?.requestId, (flow.outputs.messages[0] as Confirmed).kaa['requestId']);
        });
      }

      it('without a usable metric is KAA_INVALID', async () => {
        await start({ format: 'plain' });
        for (const topic of [undefined, '', '42', 'a/b']) flow.inject({ payload: 1, topic });
        await outcomes(0, 4);
        for (const { error } of flow.caught.messages as Caught[]) assert.equal(error.code, 'KAA_INVALID');
        assert.deepEqual(received(), []);
      });
    });

    describe('KAA_INVALID', () => {
      for (const [what, payload, path] of [
        ['an empty array', [], ''],
        ['undefined', undefined, ''],
        ['a text that is no JSON', 'warm', ''],
        ['a Buffer', Buffer.from('x'), ''],
        ['NaN inside', { a: { b: Number.NaN } }, '/a/b'],
      ] as const) {
        it(`${what}: nothing is sent, Catch gets the message with the path`, async () => {
          await start();
          flow.inject({ payload, keep: 7 });
          const message = await onlyError();
          assert.equal(message.error.code, 'KAA_INVALID');
          assert.equal((message.error.cause['details'] as { path: string }[])[0]?.path, path);
          assert.equal(message['keep'], 7);
          assert.equal(platform.simulator.platform.endpoints.find('own-secret'), undefined);
        });
      }

      for (const token of ['', undefined, null, 5, {}, 'a/b', '+', '#', 'a.b', 'x\u0000', '../..', 'x'.repeat(5000)]) {
        it(`a hostile msg.token (${JSON.stringify(token)?.slice(0, 20) ?? 'undefined'}) is one Catch`, async () => {
          await start();
          flow.inject({ payload: { a: 1 }, token });
          assert.equal((await onlyError()).error.code, 'KAA_INVALID');
          assert.deepEqual(platform.simulator.platform.endpoints.list(), []);
        });
      }

      it('a payload beyond maxPayload', async () => {
        await start({}, { maxPayload: '1' });
        flow.inject({ payload: { a: 'x'.repeat(2000) } });
        assert.equal((await onlyError()).error.code, 'KAA_INVALID');
      });
    });

    describe('messages that misbehave', () => {
      const throwing = (): object =>
        Object.defineProperty({}, 'value', {
          enumerable: true,
          get: () => {
            throw new Error('broken sensor');
          },
        });

      it('a payload whose code throws is KAA_INVALID, and the runtime goes on', async () => {
        await start();
        flow.inject({ payload: throwing() });
        const { error } = (await flow.caught.number(1)) as Caught;
        assert.equal(error.code, 'KAA_INVALID');
        flow.inject({ payload: { a: 1 } });
        await flow.outputs.number(1);
      });

      it('a message that Node-RED cannot copy ends in one Catch without it, and the runtime goes on', async () => {
        await start();
        flow.inject({ payload: { a: 1 }, other: throwing() });
        const { error } = (await flow.caught.number(1)) as Caught;
        assert.match(error.message, /The message succeeded, but Node-RED cannot copy it/);
        flow.inject({ payload: { a: 2 } });
        await flow.completed.until((all) => all.some(({ payload }) => (payload as { a: number }).a === 2));
      });

      it('a frozen message succeeds', async () => {
        await start();
        flow.inject(Object.freeze({ payload: { a: 1 }, token: 'plc-2', _msgid: 'm' }));
        await flow.outputs.number(1);
        assert.equal((flow.outputs.messages[0] as Confirmed).kaa['statusCode'], 200);
        await outcomes(1, 0);
      });
    });

    describe('another endpoint', () => {
      it('msg.token and msg.appVersion send in its name, and stay on the output', async () => {
        await start();
        flow.inject({ payload: { a: 1 }, token: 'plc-2', appVersion: 'plc-v3' });
        await outcomes(1, 0);
        assert.deepEqual(samples('plc-2'), [{ a: 1 }]);
        assert.equal(platform.simulator.platform.endpoints.find('plc-2')?.appVersion, 'plc-v3');
        const [message] = flow.outputs.messages;
        assert.deepEqual([message?.['token'], message?.['appVersion']], ['plc-2', 'plc-v3']);
      });

      it('the own token carries no msg.token out', async () => {
        await start();
        flow.inject({ payload: { a: 1 }, token: 'own-secret', appVersion: 'v1' });
        await outcomes(1, 0);
        assert.deepEqual(Object.keys(flow.outputs.messages[0] ?? {}).toSorted(), ['_msgid', 'kaa', 'payload']);
      });

      it('an endpoint without token serves messages with one and refuses others as KAA_CONFIG', async () => {
        await start({}, {}, {});
        flow.inject({ payload: { a: 1 } });
        flow.inject({ payload: { a: 2 }, token: 'plc-2' });
        await outcomes(1, 1);
        assert.equal((flow.caught.messages[0] as Caught).error.code, 'KAA_CONFIG');
        assert.deepEqual(samples('plc-2'), [{ a: 2 }]);
      });
    });

    describe('timestamps and batches', () => {
      it('epoch puts the time into the field', async () => {
        await start({ timestamp: 'epoch', timestampField: 'ts' });
        const before = Date.now();
        flow.inject({ payload: { a: 1 } });
        await outcomes(1, 0);
        const { ts } = samples()[0] as { ts: number };
        assert.ok(ts >= before && ts <= Date.now());
      });

      it('every message of a batch gets its own output, with the same request ID and samples', async () => {
        await start({ batchSize: '3' });
        flow.inject({ payload: { a: 1 }, n: 1 });
        flow.inject({ payload: [{ a: 2 }, { a: 3 }], n: 2 });
        await outcomes(2, 0);
        const [first, second] = flow.outputs.messages as Confirmed[];
        assert.deepEqual([first?.payload, first?.['n']], [{ a: 1 }, 1]);
        assert.deepEqual([second?.payload, second?.['n']], [[{ a: 2 }, { a: 3 }], 2]);
        assert.equal(first?.kaa['requestId'], second?.kaa['requestId']);
        assert.deepEqual([first?.kaa['samples'], second?.kaa['samples']], [3, 3]);
        assert.deepEqual(samples(), [{ a: 1 }, { a: 2 }, { a: 3 }]);
      });

      it('a batch is sent after its interval', async () => {
        await start({ batchSize: '100', batchInterval: '0.05' });
        flow.inject({ payload: { a: 1 } });
        await outcomes(1, 0);
      });

      it('a batch is flushed at close, before the connection ends', async () => {
        await start({ batchSize: '100', batchInterval: '60' });
        flow.inject({ payload: { a: 1 } });
        await flow.stop();
        assert.deepEqual(samples(), [{ a: 1 }]);
      });

      it('a failed batch is one Catch for each of its messages', async () => {
        await start({ batchSize: '2' });
        platform.simulator.platform.faults.replace([{ action: 'error', statusCode: 500 }]);
        flow.inject({ payload: { a: 1 } });
        flow.inject({ payload: { a: 2 } });
        await outcomes(0, 2);
        for (const { error } of flow.caught.messages as Caught[]) assert.equal(error.code, 'KAA_REJECTED');
      });
    });

    describe('status', () => {
      const kaa = (message: Message): Record<string, unknown> =>
        (message['status'] as { kaa: Record<string, unknown> }).kaa;
      const shown = (message: Message): string[] => {
        const { fill, shape, text } = message['status'] as { fill: string; shape: string; text: string };
        return [fill, shape, text.split('kaa-endpoint.').at(-1) ?? ''];
      };

      it('goes from connecting to connected, with the kaa property for Status nodes', async () => {
        await start();
        await flow.statuses.until((all) => all.some((message) => kaa(message)['state'] === 'connected'));
        const last = flow.statuses.messages.at(-1);
        assert.ok(last);
        assert.deepEqual(shown(last), ['green', 'dot', 'status.connected']);
        assert.deepEqual(kaa(last), { state: 'connected', backlog: 0, oldestAgeS: 0, inFlight: 0 });
      });

      it('shows the last error as a red dot until the next success', async () => {
        await start();
        flow.inject({ payload: undefined });
        const red = await flow.statuses.until((all) =>
          all.some((message) => shown(message)[1] === 'dot' && shown(message)[0] === 'red'),
        );
        assert.deepEqual(shown(red), ['red', 'dot', 'status.error.KAA_INVALID']);
        assert.equal(kaa(red)['reason'], 'KAA_INVALID');
        flow.inject({ payload: { a: 1 } });
        const green = await flow.statuses.until((all) => shown(all.at(-1) ?? {})[0] === 'green');
        assert.equal(kaa(green)['state'], 'connected');
      });

      it('shows offline as a red ring with its reason', async () => {
        await start();
        flow.inject({ payload: { a: 1 } });
        await outcomes(1, 0);
        await platform.stopBroker();
        const ring = await flow.statuses.until(
          (all) => shown(all.at(-1) ?? {})[1] === 'ring' && shown(all.at(-1) ?? {})[0] === 'red',
        );
        assert.equal(kaa(ring)['state'], 'offline');
        assert.match(shown(ring)[2] ?? '', /^status\.reason\.(dropped|refused)$/);
        assert.match(String(kaa(ring)['reason']), /^(dropped|refused)$/);
      });
    });

    it('the token is in no log line, error, status or message while every error is provoked', async () => {
      await start({}, { requestTimeout: '0.2', maxPayload: '1' });
      const { faults } = platform.simulator.platform;
      const provoke = async (message: object): Promise<void> => {
        flow.inject(message);
        await flow.caught.number(flow.caught.messages.length + 1);
      };
      await provoke({ payload: undefined });
      await provoke({ payload: 'x'.repeat(2000) });
      await provoke({ payload: { a: 1 }, token: 'a/b' });
      faults.replace([{ action: 'drop', count: 1 }]);
      await provoke({ payload: { a: 1 } });
      faults.replace([{ action: 'error', reasonPhrase: 'no kp1/v1/dcx/own-secret/json for own-secret', count: 1 }]);
      await provoke({ payload: { a: 1 } });
      await platform.stopBroker();
      await provoke({ payload: { a: 1 } });
      const { outputs, caught, statuses, completed } = flow;
      const everything = JSON.stringify([outputs.messages, caught.messages, statuses.messages, completed.messages]);
      assert.ok(caught.messages.length >= 6);
      assert.ok(!everything.includes('own-secret'));
      assert.ok(!flow.log().includes('own-secret'));
      assert.ok(!JSON.stringify(flow.nodes).includes('own-secret'));
    });
  });
}

describe('kaa-telemetry that cannot work', () => {
  let flow: Flow;
  before(startRuntime);
  after(stopRuntime);
  afterEach(() => flow.stop());

  const cases: [string, Record<string, unknown>, Record<string, unknown>][] = [
    ['no endpoint is chosen', { endpoint: '' }, {}],
    ['the endpoint is missing', { endpoint: 'elsewhere' }, {}],
    ['the endpoint is another node', { endpoint: 'out' }, {}],
    ['the URL is none', {}, { url: 'mqtt.example.com' }],
    ['the URL has another protocol', {}, { url: 'http://127.0.0.1' }],
    ['the URL holds credentials', {}, { url: 'mqtt://me:pass@127.0.0.1' }],
    ['a number is none', {}, { keepalive: 'often' }],
    ['a number is out of range', {}, { requestIdMax: '10' }],
    ['qos is none', {}, { qos: '2' }],
    ['the TLS configuration is missing', {}, { tls: 'gone' }],
    ['the app version is no topic level', {}, { appVersion: 'a/b' }],
    ['the batch size is none', { batchSize: '0' }, {}],
    ['the format is unknown', { format: 'xml' }, {}],
    ['a newer version of the package saved the node', { configVersion: 2 }, {}],
    ['a newer version of the package saved the endpoint', {}, { configVersion: 2 }],
    ['plain samples are to be stored', { format: 'plain', delivery: 'stored' }, {}],
    ['the metric has an unknown type', { format: 'plain', metric: 'x', metricType: 'date' }, {}],
    ['the metric is a broken expression', { format: 'plain', metric: '$foo(', metricType: 'jsonata' }, {}],
  ];
  for (const [what, node, endpoint] of cases) {
    it(`${what}: a red ring, and every message fails with KAA_CONFIG`, async () => {
      flow = new Flow({ type: 'kaa-telemetry', ...node }, { url: 'mqtt://127.0.0.1:1', ...endpoint });
      await flow.start();
      const { status } = await flow.statuses.number(1);
      const { fill, shape, kaa } = status as { fill: string; shape: string; kaa: Record<string, unknown> };
      assert.deepEqual([fill, shape, kaa['reason']], ['red', 'ring', 'KAA_CONFIG']);
      flow.inject({ payload: { a: 1 } });
      const { error } = (await flow.caught.number(1)) as Caught;
      assert.equal(error.code, 'KAA_CONFIG');
      assert.ok(!error.message.includes('pass@'));
    });
  }

  it('resolves environment variables inside the URL', async () => {
    process.env['KAA_TEST_HOST'] = '127.0.0.1';
    flow = new Flow({ type: 'kaa-telemetry' }, { url: 'mqtt://${KAA_TEST_HOST}:1' });
    await flow.start();
    const { status } = await flow.statuses.until((all) =>
      all.some((message) => (message['status'] as { fill: string }).fill === 'red'),
    );
    assert.equal((status as { kaa: { reason: string } }).kaa.reason, 'refused');
  });
});
