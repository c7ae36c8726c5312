import assert from 'node:assert/strict';
import { kpc, platforms } from '../support/platforms.ts';
import { type Caught, onPlatform, type Setting } from './setting.ts';

const type = 'kaa-metadata';

async function seed(setting: Setting, metadata: object, token?: string): Promise<void> {
  await setting.control(token).put('metadata', metadata);
}

const stored = (setting: Setting, token?: string): Promise<unknown> => setting.control(token).get('metadata');

for (const kind of platforms) {
  describe(`kaa-metadata on ${kind.name}`, () => {
    onPlatform(kind, {}, (test) => {
      test('updateKeys merges: attributes not named stay', async (setting) => {
        await seed(setting, { line: 'A', hall: 3 });
        await setting.start({ type, operation: 'updateKeys' });
        const { payload, kaa } = await setting.told({ payload: { hall: 4, tags: ['x', null] }, keep: 7 });
        assert.deepEqual(await stored(setting), { line: 'A', hall: 4, tags: ['x', null] });
        assert.deepEqual(payload, { hall: 4, tags: ['x', null] });
        const { requestId, roundTripMs, ...rest } = kaa;
        assert.deepEqual(rest, { extension: 'epmx', resource: 'update/keys', statusCode: 200 });
        assert.equal(requestId, setting.received[0]?.requestId);
        assert.ok(Number(roundTripMs) >= 0);
        assert.deepEqual(
          setting.received.map(({ resource }) => resource),
          ['epmx/update/keys'],
        );
      });

      test('update replaces: attributes not named are deleted', async (setting) => {
        await seed(setting, { line: 'A', hall: 3 });
        await setting.start({ type, operation: 'update' });
        const { payload, kaa } = await setting.told({ payload: { hall: 4 } });
        assert.deepEqual(await stored(setting), { hall: 4 });
        assert.deepEqual(payload, { hall: 4 });
        assert.equal(kaa['resource'], 'update');
        assert.deepEqual(
          setting.received.map(({ resource }) => resource),
          ['epmx/update'],
        );
      });

      test('get gives all attributes', async (setting) => {
        await seed(setting, { line: 'A', hall: { number: 3 } });
        await setting.start({ type, operation: 'get' });
        const { payload, kaa } = await setting.told({ topic: 'kept' });
        assert.deepEqual(payload, { line: 'A', hall: { number: 3 } });
        assert.equal(kaa['resource'], 'get');
        assert.deepEqual(setting.bodies('epmx/get'), [undefined]);
      });

      test('getKeys gives the names of all attributes', async (setting) => {
        await seed(setting, { line: 'A', hall: 3 });
        await setting.start({ type, operation: 'getKeys' });
        const { payload, kaa } = await setting.told({ payload: 'anything' });
        assert.deepEqual(payload, ['line', 'hall']);
        assert.equal(kaa['resource'], 'get/keys');
        assert.deepEqual(setting.bodies('epmx/get/keys'), [undefined]);
      });

      test('deleteKeys deletes the named attributes', async (setting) => {
        await seed(setting, { line: 'A', hall: 3, row: 1 });
        await setting.start({ type, operation: 'deleteKeys' });
        const { payload, kaa } = await setting.told({ payload: ['line', 'row'] });
        assert.deepEqual(await stored(setting), { hall: 3 });
        assert.deepEqual(payload, ['line', 'row']);
        assert.equal(kaa['resource'], 'delete/keys');
      });

      test('msg.token and msg.appVersion ask in the name of another endpoint, and stay on the output', async (setting) => {
        await seed(setting, { of: 'own' });
        await seed(setting, { of: 'plc' }, 'plc-2');
        await setting.start({ type, operation: 'get' });
        const { payload, token, appVersion } = await setting.told({ token: 'plc-2', appVersion: 'plc-v3' });
        assert.deepEqual([payload, token, appVersion], [{ of: 'plc' }, 'plc-2', 'plc-v3']);
        assert.deepEqual(
          setting.received.map((request) => [request.appVersion, request.token]),
          [['plc-v3', 'plc-2']],
        );
      });
    });
  });
}

describe('kaa-metadata', () => {
  onPlatform(kpc, {}, (test) => {
    test('updateKeys is the default', async (setting) => {
      await seed(setting, { line: 'A' });
      await setting.start({ type });
      await setting.told({ payload: { hall: 4 } });
      assert.deepEqual(await stored(setting), { line: 'A', hall: 4 });
    });

    describe('which operation', () => {
      test('msg takes it from msg.operation', async (setting) => {
        await setting.start({ type, operation: 'msg' });
        const operations: readonly [string, unknown][] = [
          ['updateKeys', { a: 1, b: 2 }],
          ['get', undefined],
          ['update', { c: 3 }],
          ['getKeys', undefined],
          ['deleteKeys', ['c']],
        ];
        const payloads: unknown[] = [];
        for (const [index, [operation, payload]] of operations.entries()) {
          setting.flow.inject({ operation, payload });
          payloads.push((await setting.flow.outputs.number(index + 1)).payload);
        }
        assert.deepEqual(payloads, [{ a: 1, b: 2 }, { a: 1, b: 2 }, { c: 3 }, ['c'], ['c']]);
        assert.deepEqual(
          setting.received.map(({ resource }) => resource),
          ['epmx/update/keys', 'epmx/get', 'epmx/update', 'epmx/get/keys', 'epmx/delete/keys'],
        );
        assert.deepEqual(await stored(setting), {});
      });

      for (const operation of [undefined, '', 'msg', 'delete', 'toString', 5, ['get']]) {
        test(`msg.operation ${JSON.stringify(operation) ?? 'absent'} is KAA_INVALID and sends nothing`, async (setting) => {
          await setting.start({ type, operation: 'msg' });
          const { error, ...message } = await setting.refused({ operation, payload: { a: 1 } });
          assert.equal(error.code, 'KAA_INVALID');
          assert.deepEqual(message.payload, { a: 1 });
          await setting.roundTrip();
          assert.equal(setting.received.length, 1);
        });
      }

      test('a node with an operation of its own does not look at msg.operation', async (setting) => {
        await seed(setting, { line: 'A' });
        await setting.start({ type, operation: 'get' });
        await setting.told({ operation: 'update', payload: { hall: 4 } });
        assert.deepEqual(await stored(setting), { line: 'A' });
      });

      test('an operation that does not exist is KAA_CONFIG', async (setting) => {
        await setting.start({ type, operation: 'drop' });
        assert.equal((await setting.refused({ payload: {} })).error.code, 'KAA_CONFIG');
      });
    });

    describe('get', () => {
      for (const [what, payload] of [
        ['an array of keys', ['hall', 'row']],
        ['an object with keys', { keys: ['hall', 'row'] }],
      ] as const) {
        test(`${what} selects`, async (setting) => {
          await seed(setting, { line: 'A', hall: 3 });
          await setting.start({ type, operation: 'get' });
          assert.deepEqual((await setting.told({ payload })).payload, { hall: 3 });
          assert.deepEqual(setting.bodies('epmx/get'), [{ keys: ['hall', 'row'] }]);
        });
      }

      const payloads = ['', 'hall', '["hall"]', 0, true, null, {}, { hall: 1 }, { keys: 'hall' }, Buffer.from('hall')];
      for (const payload of payloads) {
        test(`${JSON.stringify(payload)} means all`, async (setting) => {
          await seed(setting, { line: 'A', hall: 3 });
          await setting.start({ type, operation: 'get' });
          assert.deepEqual((await setting.told({ payload })).payload, { line: 'A', hall: 3 });
        });
      }

      test('metadata that look like a status are data', async (setting) => {
        await seed(setting, { statusCode: 500, reasonPhrase: 'broken' });
        await setting.start({ type, operation: 'get' });
        assert.deepEqual((await setting.told({})).payload, { statusCode: 500, reasonPhrase: 'broken' });
      });
    });

    describe('KAA_INVALID', () => {
      const circular: Record<string, unknown> = {};
      circular['self'] = circular;
      const cases: readonly [string, string, unknown, string][] = [
        ['updateKeys', 'no payload', undefined, ''],
        ['updateKeys', 'no attribute', {}, ''],
        ['updateKeys', 'an array', ['a'], ''],
        ['updateKeys', 'a number', 5, ''],
        ['updateKeys', 'a text, even JSON', '{"hall":4}', ''],
        ['updateKeys', 'a name with a character that names do not have', { 'hall-3': 1 }, ''],
        ['updateKeys', 'NaN inside', { hall: { number: Number.NaN } }, '/hall/number'],
        ['updateKeys', 'undefined inside', { hall: undefined }, '/hall'],
        ['updateKeys', 'a Buffer inside', { image: [Buffer.from('x')] }, '/image/0'],
        ['updateKeys', 'a Buffer', Buffer.from('{}'), ''],
        ['updateKeys', 'an object that contains itself', circular, '/self'],
        ['update', 'no attribute', {}, ''],
        ['update', 'an array', [], ''],
        ['deleteKeys', 'no name', [], ''],
        ['deleteKeys', 'an object', { keys: ['hall'] }, ''],
        ['update', 'a text, even JSON', '{"hall":4}', ''],
        ['deleteKeys', 'a text, even JSON', '["hall"]', ''],
        ['deleteKeys', 'a name twice', ['hall', 'hall'], ''],
        ['deleteKeys', 'a name that is none', ['hall', 'a b'], '/1'],
        ['deleteKeys', 'a number as name', [1], '/0'],
        ['get', 'a name that is none', ['hall', 'a b'], '/1'],
        ['get', 'keys with a name that is none', { keys: ['hall', 'a b'] }, '/keys/1'],
      ];
      for (const [operation, what, payload, path] of cases) {
        test(`${operation}, ${what}: nothing is sent, Catch gets the message with the path`, async (setting) => {
          await setting.start({ type, operation });
          const { error, ...message } = await setting.refused({ payload, keep: 7 });
          assert.equal(error.code, 'KAA_INVALID');
          assert.equal((error.cause['details'] as { path: string }[])[0]?.path, path);
          assert.equal(message['keep'], 7);
          await setting.roundTrip();
          assert.equal(setting.received.length, 1);
        });
      }

      test('a payload beyond maxPayload', async (setting) => {
        await setting.start({ type }, { maxPayload: '1' });
        assert.equal((await setting.refused({ payload: { a: 'x'.repeat(2000) } })).error.code, 'KAA_INVALID');
        await setting.roundTrip();
        assert.equal(setting.received.length, 1);
      });

      test('a hostile msg.token', async (setting) => {
        await setting.start({ type });
        assert.equal((await setting.refused({ payload: { a: 1 }, token: 'a/b' })).error.code, 'KAA_INVALID');
        await setting.roundTrip();
        assert.equal(setting.received.length, 1);
      });
    });

    describe('failures', () => {
      test('/error is KAA_REJECTED with status and reason, and the message is as it was', async (setting) => {
        setting.platform.simulator.platform.faults.replace([
          { extension: 'epmx', action: 'error', statusCode: 403, reasonPhrase: 'Not yours' },
        ]);
        await setting.start({ type });
        const { error, ...message } = await setting.refused({ payload: { a: 1 }, keep: 7 });
        assert.equal(error.code, 'KAA_REJECTED');
        assert.deepEqual(error.cause, { statusCode: 403, reasonPhrase: 'Not yours' });
        assert.deepEqual([message.payload, message['keep'], message['kaa']], [{ a: 1 }, 7, undefined]);
      });

      test('silence is KAA_TIMEOUT', async (setting) => {
        setting.platform.simulator.platform.faults.replace([{ extension: 'epmx', action: 'drop' }]);
        await setting.start({ type }, { requestTimeout: '0.2' });
        const { error } = await setting.refused({ payload: { a: 1 } });
        assert.deepEqual([error.code, error.cause], ['KAA_TIMEOUT', { sent: true }]);
      });

      test('while offline it is KAA_OFFLINE at once', async (setting) => {
        await setting.start({ type });
        await setting.roundTrip();
        await setting.disconnect();
        const { error } = await setting.refused({ payload: { a: 1 } });
        assert.deepEqual([error.code, error.cause], ['KAA_OFFLINE', { sent: false }]);
      });

      test('the token is in no log, status or message, whatever fails', async (setting) => {
        const { faults } = setting.platform.simulator.platform;
        const { token } = setting;
        await setting.start({ type }, { requestTimeout: '0.2' });
        const reasonPhrase = `no kp1/v1/epmx/${token}/update/keys for ${token}`;
        faults.replace([
          { extension: 'epmx', action: 'error', reasonPhrase, count: 1 },
          { extension: 'epmx', action: 'drop', count: 1 },
        ]);
        for (const payload of [{ a: 1 }, { a: 2 }, {}, { a: 3 }]) await setting.settle({ payload });
        await setting.disconnect();
        await setting.settle({ payload: { a: 4 } });
        const codes = (setting.flow.caught.messages as Caught[]).map(({ error }) => error.code);
        assert.deepEqual(codes, ['KAA_REJECTED', 'KAA_TIMEOUT', 'KAA_INVALID', 'KAA_OFFLINE']);
        setting.requireSecrecy();
      });
    });
  });
});
