import assert from 'node:assert/strict';
import { type Clock, install } from '@sinonjs/fake-timers';
import { broker, kpc, platforms } from '../support/platforms.ts';
import { type Caught, onPlatform, type Setting, type Told } from './setting.ts';

const type = 'kaa-blob-token';
const resource = 'bcx/token';

/** Uploads as a core http request node does, with what the message says. */
function upload({ method, url, headers, payload }: Told): Promise<Response> {
  return fetch(String(url), {
    method: String(method),
    headers: headers as Record<string, string>,
    body: payload as string | Uint8Array<ArrayBuffer>,
  });
}

async function blobs(setting: Setting, token?: string): Promise<unknown> {
  const list = (await setting.control(token).get('blobs')) as readonly Record<string, unknown>[];
  return list.map(({ name, size, contentType }) => ({ name, size, contentType }));
}

for (const kind of platforms) {
  describe(`kaa-blob-token on ${kind.name}`, () => {
    onPlatform(kind, {}, (test) => {
      test('payload: the output is { token }', async (setting) => {
        await setting.start({ type });
        const { payload, kaa, topic } = await setting.told({ payload: 'anything', topic: 'kept' });
        assert.deepEqual(Object.keys(payload as object), ['token']);
        const { requestId, roundTripMs, ...rest } = kaa;
        assert.deepEqual(rest, { extension: 'bcx', resource: 'token', statusCode: 200 });
        assert.equal(requestId, setting.requests(resource)[0]?.requestId);
        assert.ok(Number(roundTripMs) >= 0);
        assert.equal(topic, 'kept');
        assert.deepEqual(setting.bodies(resource), [undefined]);
      });

      test('request: an http request node uploads what comes out', async (setting) => {
        await setting.start({ type, output: 'request' });
        const message = await setting.told({ payload: Buffer.from([1, 2, 3]), filename: 'image.png' });
        const response = await upload(message);
        assert.equal(response.status, 201);
        assert.match(response.headers.get('location') ?? '', /^\/bcx\/api\/v1\/binary-data\//);
        assert.deepEqual(await blobs(setting), [
          { name: 'image.png', size: 3, contentType: 'application/octet-stream' },
        ]);
      });

      test('msg.token and msg.appVersion ask for another endpoint, and stay on the output', async (setting) => {
        await setting.start({ type, output: 'request' });
        const message = { payload: 'text', filename: 'a.txt', token: 'plc-2', appVersion: 'plc-v3' };
        const output = await setting.told(message);
        assert.deepEqual([output['token'], output['appVersion']], ['plc-2', 'plc-v3']);
        assert.equal((await upload(output)).status, 201);
        assert.deepEqual(await blobs(setting), []);
        assert.deepEqual(await blobs(setting, 'plc-2'), [
          { name: 'a.txt', size: 4, contentType: 'application/octet-stream' },
        ]);
        assert.equal(setting.requests(resource, 'plc-2')[0]?.appVersion, 'plc-v3');
      });
    });
  });
}

describe('kaa-blob-token', () => {
  onPlatform(kpc, {}, (test) => {
    const tokenOf = ({ payload }: Told): string => (payload as { token: string }).token;

    describe('the token', () => {
      test('is kept: a second message makes no request', async (setting) => {
        await setting.start({ type });
        const first = tokenOf(await setting.told({}));
        assert.equal(tokenOf(await setting.told({})), first);
        assert.equal(setting.requests(resource).length, 1);
      });

      test('is kept per application version and endpoint', async (setting) => {
        await setting.start({ type });
        const addresses = [{}, { token: 'plc-2' }, { token: 'plc-2', appVersion: 'v2' }];
        const received = new Set<string>();
        for (const address of [...addresses, ...addresses]) received.add(tokenOf(await setting.told({ ...address })));
        assert.equal(received.size, 3);
        assert.deepEqual(
          setting.received.map(({ token, appVersion }) => [token, appVersion]),
          [
            [setting.token, 'v1'],
            ['plc-2', 'v1'],
            ['plc-2', 'v2'],
          ],
        );
      });

      test('is shared by the nodes of an endpoint, and by messages that ask at the same time', async (setting) => {
        const flow = setting.prepare({ type });
        const other = flow.add('other', { type });
        await flow.start();
        for (let count = 0; count < 10; count += 1) {
          flow.inject({});
          other.inject({});
        }
        await flow.outputs.number(10);
        await other.outputs.number(10);
        const messages = [...flow.outputs.messages, ...other.outputs.messages] as Told[];
        assert.equal(new Set(messages.map(tokenOf)).size, 1);
        assert.equal(setting.requests(resource).length, 1);
        const answers = messages.map(({ payload }) => payload);
        assert.equal(new Set(answers).size, answers.length, 'a flow that changes its payload changes no other');
      });

      test('is dropped by msg.refresh: true, and by nothing else', async (setting) => {
        await setting.start({ type });
        const first = tokenOf(await setting.told({}));
        for (const refresh of [false, 'true', 1]) assert.equal(tokenOf(await setting.told({ refresh })), first);
        const second = tokenOf(await setting.told({ refresh: true }));
        assert.notEqual(second, first);
        assert.equal(tokenOf(await setting.told({})), second);
        assert.equal(setting.requests(resource).length, 2);
      });

      test('is asked for once by messages that refresh it at the same time', async (setting) => {
        const flow = await setting.start({ type });
        const first = tokenOf(await setting.told({}));
        for (let count = 0; count < 5; count += 1) flow.inject({ refresh: true });
        await flow.outputs.number(6);
        const received = (flow.outputs.messages as Told[]).slice(1).map(tokenOf);
        assert.deepEqual([new Set(received).size, received.includes(first)], [1, false]);
        assert.equal(setting.requests(resource).length, 2);
      });

      test('that failed is asked for again, and everybody who waited for it hears of it', async (setting) => {
        setting.platform.simulator.platform.faults.replace([
          { extension: 'bcx', action: 'error', statusCode: 503, reasonPhrase: 'Later', count: 1 },
        ]);
        const flow = await setting.start({ type });
        flow.inject({ n: 1 });
        flow.inject({ n: 2 });
        await flow.caught.number(2);
        for (const { error } of flow.caught.messages as Caught[]) {
          assert.equal(error.code, 'KAA_REJECTED');
          assert.deepEqual(error.cause, { statusCode: 503, reasonPhrase: 'Later' });
        }
        flow.inject({ n: 3 });
        await flow.outputs.number(1);
        assert.equal(setting.requests(resource).length, 2);
        assert.equal(flow.caught.messages.length, 2);
      });
    });

    describe('the hour of a token', () => {
      let clock: Clock;
      beforeEach(() => {
        clock = install({ toFake: ['Date'], now: Date.now() });
      });
      afterEach(() => clock.uninstall());

      for (const [minutes, requests] of [
        [50, 1],
        [59, 2],
        [61, 2],
      ] as const) {
        test(`after ${minutes} minutes ${requests === 1 ? 'it is still used' : 'another one is asked for'}`, async (setting) => {
          await setting.start({ type, output: 'request' });
          await setting.told({ payload: 'x', filename: 'a' });
          clock.setSystemTime(Date.now() + minutes * 60_000);
          const output = await setting.told({ payload: 'x', filename: 'a' });
          assert.equal(setting.requests(resource).length, requests);
          assert.equal((await upload(output)).status, 201);
        });
      }
    });

    describe('request', () => {
      test('keeps the payload and replaces method, url and headers', async (setting) => {
        await setting.start({ type, output: 'request' });
        const payload = Buffer.from('data');
        const output = await setting.told({
          payload,
          filename: 'a.bin',
          method: 'GET',
          url: 'http://elsewhere',
          headers: { cookie: 'of an earlier answer' },
        });
        assert.deepEqual(output.payload, payload);
        assert.equal(output['method'], 'POST');
        assert.equal(output['url'], `${setting.platform.simulator.httpUrl}/bcx/api/v1/binary-data?name=a.bin`);
        assert.deepEqual(Object.keys(output['headers'] as object).toSorted(), ['content-type', 'x-auth-token']);
      });

      for (const [filename, name] of [
        ['/var/log/machine 1.log', 'machine 1.log'],
        ['C:\\data\\Messung ä.csv', 'Messung ä.csv'],
        ['a&b=c?#d.txt', 'a&b=c?#d.txt'],
      ] as const) {
        test(`a string, with the basename of msg.filename ${filename}`, async (setting) => {
          await setting.start({ type, output: 'request' });
          const output = await setting.told({ payload: 'größe', filename });
          assert.equal((await upload(output)).status, 201);
          assert.deepEqual(await blobs(setting), [{ name, size: 7, contentType: 'application/octet-stream' }]);
        });
      }

      test('with msg.refresh goes on after a 403', async (setting) => {
        await setting.start({ type, output: 'request' });
        const first = await setting.told({ payload: 'x', filename: 'a.txt' });
        setting.platform.simulator.platform.endpoints.clear();
        assert.equal((await upload(first)).status, 403);
        const second = await setting.told({ ...first, refresh: true });
        assert.equal((await upload(second)).status, 201);
      });

      const cases: readonly [string, object][] = [
        ['an object as payload', { payload: { a: 1 }, filename: 'a.txt' }],
        ['a number as payload', { payload: 5, filename: 'a.txt' }],
        ['no payload', { filename: 'a.txt' }],
        ['no filename', { payload: 'x' }],
        ['an empty filename', { payload: 'x', filename: '' }],
        ['a folder as filename', { payload: 'x', filename: '/var/log/' }],
        ['a filename that is no string', { payload: 'x', filename: 5 }],
      ];
      for (const [what, message] of cases) {
        test(`${what} is KAA_INVALID, and no token is asked for`, async (setting) => {
          await setting.start({ type, output: 'request' });
          const { error, ...rest } = await setting.refused({ ...message, keep: 7 });
          assert.equal(error.code, 'KAA_INVALID');
          assert.equal((error.cause['details'] as { path: string }[]).length, 1);
          assert.equal(rest['keep'], 7);
          await setting.roundTrip();
          assert.equal(setting.requests(resource).length, 0);
        });
      }
    });

    describe('the base URL', () => {
      for (const [what, endpoint, expected] of [
        ['is derived from the server', { blobUrl: '' }, 'https://127.0.0.1/bcx/'],
        ['may end in a slash', { blobUrl: 'https://files.example.com/kaa/' }, 'https://files.example.com/kaa/bcx/'],
      ] as const) {
        test(what, async (setting) => {
          await setting.start({ type, output: 'request' }, endpoint);
          const { url } = await setting.told({ payload: 'x', filename: 'a' });
          assert.equal(url, `${expected}api/v1/binary-data?name=a`);
        });
      }
    });

    test('the endpoint token is in no log, status or message', async (setting) => {
      const { faults } = setting.platform.simulator.platform;
      await setting.start({ type, output: 'request' }, { requestTimeout: '0.2' });
      const message = { payload: 'x', filename: 'a' };
      faults.replace([
        { extension: 'bcx', action: 'error', reasonPhrase: `kp1/v1/bcx/${setting.token}/token`, count: 1 },
        { extension: 'bcx', action: 'drop', count: 1 },
      ]);
      await setting.settle({ ...message });
      await setting.settle({ ...message });
      await setting.settle({});
      await setting.settle({ ...message });
      const codes = (setting.flow.caught.messages as Caught[]).map(({ error }) => error.code);
      assert.deepEqual(codes, ['KAA_REJECTED', 'KAA_TIMEOUT', 'KAA_INVALID']);
      setting.requireSecrecy();
    });
  });
});

describe('kaa-blob-token of a platform that breaks the protocol', () => {
  onPlatform(broker, {}, (test) => {
    for (const [what, answer, path] of [
      ['without token', '{}', ''],
      ['with an empty token', '{"token":""}', '/token'],
      ['that is empty', '', ''],
      ['that is no JSON', 'token', ''],
    ] as const) {
      test(`an answer ${what} is KAA_PROTOCOL`, async (setting) => {
        setting.answerWith(resource, answer);
        await setting.start({ type });
        const { error } = await setting.refused({});
        assert.equal(error.code, 'KAA_PROTOCOL');
        assert.equal((error.cause['details'] as { path: string }[])[0]?.path, path);
      });
    }
  });
});
