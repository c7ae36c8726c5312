import assert from 'node:assert/strict';
import type { Message } from '../support/flow.ts';
import { broker, kpc, platforms } from '../support/platforms.ts';
import { type Caught, onPlatform, type Setting, shownBy, type Test, type Told } from './setting.ts';

const type = 'kaa-config';
const observe = { type, mode: 'observe' };
const config = 'cmx/config/json';
const applied = 'cmx/applied/json';

const configIds = (messages: readonly Message[]): unknown[] => messages.map(({ configId }) => configId);

/** What the control API shows of the last report on a configuration. */
async function report(setting: Setting, name = ''): Promise<object | null> {
  const view = (await setting.control().get(name === '' ? 'config' : `config/${name}`)) as { applied: object | null };
  if (view.applied === null) return null;
  const { at: _at, ...shown } = view.applied as Record<string, unknown>;
  return shown;
}

for (const kind of platforms) {
  describe(`kaa-config on ${kind.name}`, () => {
    onPlatform(kind, {}, (test) => {
      test('observe: default and named beside each other, at connect and when pushed', async (setting) => {
        const first = await setting.control().configuration({ interval: 2 });
        const flow = setting.prepare(observe);
        const limits = flow.add('limits', { ...observe, configName: 'limits' });
        await flow.start();
        await flow.outputs.number(1);
        await limits.outputs.number(1);
        await setting.roundTrip();
        const second = await setting.control().configuration({ interval: 5 });
        const third = await setting.control().configuration({ min: 1 }, 'limits');
        await flow.outputs.number(2);
        await limits.outputs.number(2);
        await setting.requested(applied, 2);
        await setting.requested(`${applied}/limits`, 1);
        await setting.roundTrip();
        const [requestId] = setting.requests(config).map((request) => request.requestId);
        const kaa = { extension: 'cmx', resource: 'config/json', statusCode: 200, reasonPhrase: 'OK' };
        assert.deepEqual(
          flow.outputs.messages.map(({ _msgid, ...message }) => message),
          [
            { payload: { interval: 2 }, configId: first, configName: '', kaa: { ...kaa, requestId } },
            { payload: { interval: 5 }, configId: second, configName: '', kaa },
          ],
        );
        assert.deepEqual(
          limits.outputs.messages.map(({ payload, configId, configName }) => [payload, configId, configName]),
          [
            [null, '', 'limits'],
            [{ min: 1 }, third, 'limits'],
          ],
        );
        assert.deepEqual(setting.bodies(config), [{ observe: true }]);
        assert.deepEqual(setting.bodies(`${config}/limits`), [{ observe: true }]);
        assert.deepEqual(
          setting.bodies(applied),
          [first, second].map((configId) => ({ configId, statusCode: 200 })),
        );
        assert.deepEqual(setting.bodies(`${applied}/limits`), [{ configId: third, statusCode: 200 }]);
        assert.deepEqual(await report(setting), { configId: second, statusCode: 200, status: 'applied' });
        assert.deepEqual(await report(setting, 'limits'), { configId: third, statusCode: 200, status: 'applied' });
      });

      test('several nodes for one configuration share one request, and each emits it once', async (setting) => {
        const flow = setting.prepare(observe);
        const other = flow.add('other', observe);
        const first = await setting.control().configuration({ a: 1 });
        await flow.start();
        await flow.outputs.number(1);
        await setting.roundTrip();
        const second = await setting.control().configuration({ a: 2 });
        for (const { outputs } of [flow, other]) await outputs.number(2);
        await setting.requested(applied, 2);
        await setting.roundTrip();
        for (const { outputs } of [flow, other]) assert.deepEqual(configIds(outputs.messages), [first, second]);
        assert.equal(setting.requests(config).length, 1);
        assert.equal(setting.requests(applied).length, 2);
      });

      test('get gives the configuration, and pushes go on', async (setting) => {
        const first = await setting.control().configuration({ a: 1 }, 'limits');
        const flow = setting.prepare({ type, mode: 'get', configName: 'limits' });
        const observing = flow.add('observe', { ...observe, configName: 'limits' });
        await flow.start();
        await observing.outputs.number(1);
        const output = await setting.told({ payload: 'anything', topic: 'kept' });
        assert.deepEqual(
          [output.payload, output['configId'], output['configName'], output['unchanged'], output.topic],
          [{ a: 1 }, first, 'limits', undefined, 'kept'],
        );
        const { requestId, roundTripMs, ...kaa } = output.kaa;
        assert.deepEqual(kaa, {
          extension: 'cmx',
          resource: 'config/json/limits',
          statusCode: 200,
          reasonPhrase: 'OK',
        });
        assert.equal(requestId, setting.requests(`${config}/limits`)[1]?.requestId);
        assert.ok(Number(roundTripMs) >= 0);
        const second = await setting.control().configuration({ a: 2 }, 'limits');
        await observing.outputs.number(2);
        assert.deepEqual(configIds(observing.outputs.messages), [first, second]);
        assert.deepEqual(setting.bodies(`${config}/limits`), [{ observe: true }, {}]);
      });

      test('applied for another endpoint, named by msg.token', async (setting) => {
        const configId = await setting.control('plc-2').configuration({ a: 1 });
        await setting.start({ type, mode: 'applied' });
        const { token } = await setting.told({ configId, token: 'plc-2' });
        assert.equal(token, 'plc-2');
        assert.deepEqual(setting.bodies(applied, 'plc-2'), [{ configId, statusCode: 200 }]);
        assert.deepEqual(setting.requests(applied), []);
      });
    });
  });
}

for (const kind of platforms) {
  describe(`kaa-config on ${kind.name} with request IDs in pushes`, () => {
    onPlatform(kind, { pushWithRequestId: true }, (test) => {
      test('what is pushed is emitted once, with the request ID', async (setting) => {
        const { outputs } = await setting.start(observe);
        await outputs.number(1);
        await setting.roundTrip();
        const configId = await setting.control().configuration({ a: 1 });
        const { kaa } = (await outputs.number(2)) as Told;
        assert.equal(kaa['requestId'], setting.requests(config)[0]?.requestId);
        await setting.roundTrip();
        assert.deepEqual(configIds(outputs.messages), ['', configId]);
      });
    });
  });
}

describe('kaa-config', () => {
  onPlatform(kpc, {}, (test) => {
    describe('observe', () => {
      test('is the default; none assigned emits null and is never applied', async (setting) => {
        const { outputs } = await setting.start({ type });
        const { payload, configId, configName } = await outputs.number(1);
        assert.deepEqual([payload, configId, configName], [null, '', '']);
        await setting.roundTrip();
        assert.deepEqual(setting.requests(applied), []);
      });

      test('the same configuration is not emitted again after a reconnect', async (setting) => {
        const { outputs } = await setting.start({ ...observe, autoApply: false });
        await outputs.number(1);
        await setting.roundTrip();
        const first = await setting.control().configuration({ a: 1 });
        await outputs.number(2);
        await setting.reconnect();
        await setting.requested(config, 2);
        await setting.roundTrip();
        const second = await setting.control().configuration({ a: 2 });
        await outputs.number(3);
        assert.deepEqual(configIds(outputs.messages), ['', first, second]);
      });

      test('a change while offline is emitted after the reconnect', async (setting) => {
        const { outputs } = await setting.start(observe);
        await outputs.number(1);
        await setting.roundTrip();
        await setting.disconnect();
        await setting.control().configuration({ a: 1 });
        const second = await setting.control().configuration({ a: 2 });
        await setting.link.restore();
        await outputs.number(2);
        assert.deepEqual(configIds(outputs.messages), ['', second]);
        await setting.requested(applied, 1);
      });

      test('every node gets an object of its own, and what is remembered stays as it was', async (setting) => {
        const flow = setting.prepare(observe);
        const other = flow.add('other', observe);
        const get = flow.add('get', { type, mode: 'get' });
        await setting.control().configuration({ steps: [1] });
        await flow.start();
        const first = await flow.outputs.number(1);
        (first.payload as { steps: number[] }).steps.push(2);
        assert.deepEqual((await other.outputs.number(1)).payload, { steps: [1] });
        get.inject({});
        const asked = await get.outputs.number(1);
        assert.deepEqual(asked.payload, { steps: [1] });
        asked.payload.steps.push(3);
        await setting.redeploy();
        assert.deepEqual((await flow.outputs.number(2)).payload, { steps: [1] });
      });

      test('what get brings is not emitted twice', async (setting) => {
        const flow = setting.prepare({ type, mode: 'get' });
        const observing = flow.add('observe', observe);
        await setting.control().configuration({ a: 1 });
        await flow.start();
        await observing.outputs.number(1);
        await setting.told({});
        await setting.roundTrip();
        assert.equal(observing.outputs.messages.length, 1);
        assert.equal(setting.requests(applied).length, 1);
      });
    });

    describe('emit', () => {
      test('always: once per start, from disk even with no network', async (setting) => {
        const { outputs, stop, start, caught } = await bound(setting, observe);
        const configId = await setting.control().configuration({ a: 1 });
        await outputs.number(2);
        await setting.requested(applied, 1);
        await setting.roundTrip();
        await stop();
        await setting.link.cut();
        await start();
        const { payload, kaa } = (await outputs.number(3)) as Told;
        assert.deepEqual(payload, { a: 1 });
        assert.deepEqual(kaa, { extension: 'cmx', resource: 'config/json' });
        await setting.link.restore();
        await setting.requested(config, 2);
        await setting.roundTrip();
        assert.deepEqual(configIds(outputs.messages), ['', configId, configId]);
        assert.deepEqual(caught.messages, []);
      });

      test('always: a change while the flow was stopped comes behind what is on disk', async (setting) => {
        const { outputs, stop, start } = await bound(setting, observe);
        const first = await setting.control().configuration({ a: 1 });
        await outputs.number(2);
        await stop();
        const second = await setting.control().configuration({ a: 2 });
        await start();
        await outputs.number(4);
        assert.deepEqual(configIds(outputs.messages), ['', first, first, second]);
      });

      test('changed: not what this node emitted last, but what is new', async (setting) => {
        const { outputs, stop, start } = await bound(setting, { ...observe, emit: 'changed' });
        const first = await setting.control().configuration({ a: 1 });
        await outputs.number(2);
        await setting.redeploy();
        await setting.requested(config, 2);
        await setting.roundTrip();
        assert.deepEqual(configIds(outputs.messages), ['', first]);
        await stop();
        const second = await setting.control().configuration({ a: 2 });
        await start();
        await outputs.number(3);
        await setting.roundTrip();
        assert.deepEqual(configIds(outputs.messages), ['', first, second]);
      });

      test('changed: what another node emitted does not count', async (setting) => {
        const configId = await setting.control().configuration({ a: 1 });
        const flow = setting.prepare({ ...observe, emit: 'changed' });
        await flow.start();
        await flow.outputs.number(1);
        await flow.stop();
        const other = flow.add('other', { ...observe, emit: 'changed' });
        await flow.start();
        await other.outputs.number(1);
        await setting.roundTrip();
        assert.deepEqual(configIds(other.outputs.messages), [configId]);
        assert.deepEqual(configIds(flow.outputs.messages), [configId]);
      });
    });

    describe('autoApply', () => {
      for (const [nodes, reports] of [
        [[true, true], 1],
        [[false, true], 1],
        [[false, false], 0],
      ] as const) {
        test(`of two nodes ${nodes.join(' and ')}: ${reports} report`, async (setting) => {
          const configId = await setting.control().configuration({ a: 1 });
          const flow = setting.prepare({ ...observe, autoApply: nodes[0] });
          const other = flow.add('other', { ...observe, autoApply: nodes[1] });
          await flow.start();
          await flow.outputs.number(1);
          await other.outputs.number(1);
          await setting.requested(applied, reports);
          await setting.roundTrip();
          await setting.redeploy();
          await setting.requested(config, 2);
          await setting.roundTrip();
          assert.equal(setting.requests(applied).length, reports);
          const expected = reports === 0 ? null : { configId, statusCode: 200, status: 'applied' };
          assert.deepEqual(await report(setting), expected);
        });
      }

      test('is repeated at reconnect until it is confirmed, and no more', async (setting) => {
        setting.platform.simulator.platform.faults.replace([
          { extension: 'cmx', resource: 'applied/json', action: 'drop', count: 1 },
        ]);
        const configId = await setting.control().configuration({ a: 1 });
        const { caught } = await setting.start(observe);
        await setting.requested(applied, 1);
        await setting.roundTrip();
        await setting.reconnect();
        await setting.requested(applied, 2);
        await setting.roundTrip();
        assert.deepEqual(await report(setting), { configId, statusCode: 200, status: 'applied' });
        await setting.reconnect();
        await setting.requested(config, 3);
        await setting.roundTrip();
        assert.equal(setting.requests(applied).length, 2);
        assert.deepEqual(
          setting.bodies(config),
          [{ observe: true }, { observe: true }, { configId, observe: true }],
          'only what is confirmed as applied is said to be there',
        );
        assert.deepEqual(caught.messages, []);
      });
    });

    test('a report by autoApply that is refused is one message to Catch, and repeated at the next connect', async (setting) => {
      setting.platform.simulator.platform.faults.replace([
        { extension: 'cmx', resource: 'applied/json', action: 'error', statusCode: 400, reasonPhrase: 'No' },
      ]);
      const configId = await setting.control().configuration({ a: 1 });
      const { outputs, caught, statuses } = await setting.start(observe);
      await outputs.number(1);
      const { error, _msgid, ...message } = (await caught.number(1)) as Caught;
      assert.deepEqual([error.code, error.cause], ['KAA_REJECTED', { statusCode: 400, reasonPhrase: 'No' }]);
      assert.deepEqual(message, {});
      await statuses.until((all) => shownBy(all.at(-1))[3] === 'KAA_REJECTED');
      setting.platform.simulator.platform.faults.replace([]);
      await setting.redeploy();
      await setting.requested(applied, 2);
      await setting.roundTrip();
      assert.deepEqual(await report(setting), { configId, statusCode: 200, status: 'applied' });
      assert.equal(caught.messages.length, 1);
    });

    describe('applied', () => {
      const reject = { type, mode: 'applied' };

      test('reports what the message names, and keeps the payload', async (setting) => {
        const configId = await setting.control().configuration({ a: 1 });
        await setting.start(reject);
        const { payload, kaa } = await setting.told({ payload: { a: 1 }, configId });
        assert.deepEqual(payload, { a: 1 });
        const { requestId, roundTripMs, ...rest } = kaa;
        assert.deepEqual(rest, { extension: 'cmx', resource: 'applied/json', statusCode: 200 });
        assert.equal(requestId, setting.requests(applied)[0]?.requestId);
        assert.ok(Number(roundTripMs) >= 0);
        assert.deepEqual(setting.bodies(applied), [{ configId, statusCode: 200 }]);
        assert.deepEqual(await report(setting), { configId, statusCode: 200, status: 'applied' });
      });

      test('rejects with msg.statusCode and msg.reasonPhrase', async (setting) => {
        const configId = await setting.control().configuration({ a: 1 });
        await setting.start(reject);
        await setting.told({ configId, statusCode: 422, reasonPhrase: 'too fast' });
        const body = { configId, statusCode: 422, reasonPhrase: 'too fast' };
        assert.deepEqual(setting.bodies(applied), [body]);
        assert.deepEqual(await report(setting), { ...body, status: 'rejected' });
      });

      test('a report that it could not make means the same when a catch node brings it back', async (setting) => {
        await setting.start(reject);
        await setting.disconnect();
        const { error, ...message } = await setting.refused({ configId: 'x' });
        assert.equal(error.code, 'KAA_OFFLINE');
        const { statuses } = setting.flow;
        const before = statuses.messages.length;
        await setting.link.restore();
        await statuses.until((shown) => shown.slice(before).some((each) => shownBy(each)[2] === 'connected'));
        await setting.settle({ ...message, error });
        assert.deepEqual(setting.bodies(applied), [{ configId: 'x', statusCode: 200, reasonPhrase: 'OK' }]);
      });

      test('so does the rejection of another node, however often it could not be made', async (setting) => {
        await setting.start(reject);
        await setting.disconnect();
        const error = { message: 'no such unit' };
        const { _msgid, error: _first, ...first } = await setting.refused({ configId: 'x', error });
        const { caught } = setting.flow;
        setting.flow.inject({ ...first, error: _first });
        const { error: second, ...again } = (await caught.number(2)) as Caught;
        assert.equal(second.code, 'KAA_OFFLINE');
        const { statuses } = setting.flow;
        const before = statuses.messages.length;
        await setting.link.restore();
        await statuses.until((shown) => shown.slice(before).some((each) => shownBy(each)[2] === 'connected'));
        await setting.settle({ ...again, error: second });
        assert.deepEqual(setting.bodies(applied), [{ configId: 'x', statusCode: 500, reasonPhrase: 'no such unit' }]);
      });

      test("another node's error rejects", async (setting) => {
        await setting.start(reject);
        await setting.told({ configId: 'x', error: { message: 'no such unit', source: { id: 'parser' } } });
        assert.deepEqual(setting.bodies(applied), [{ configId: 'x', statusCode: 500, reasonPhrase: 'no such unit' }]);
      });

      for (const [message, name] of [
        [{}, 'limits'],
        [{ configName: '' }, ''],
        [{ configName: 'other' }, 'other'],
      ] as const) {
        test(`on a node for limits, ${JSON.stringify(message)} reports on ${JSON.stringify(name)}`, async (setting) => {
          await setting.start({ ...reject, configName: 'limits' });
          const { kaa } = await setting.told({ configId: 'x', ...message });
          const resource = name === '' ? 'applied/json' : `applied/json/${name}`;
          assert.equal(kaa['resource'], resource);
          assert.equal(setting.received[0]?.resource, `cmx/${resource}`);
        });
      }

      test('alone decides where no observing node has autoApply: rejected stays rejected', async (setting) => {
        const flow = setting.prepare(reject);
        const observing = flow.add('observe', { ...observe, autoApply: false });
        const configId = await setting.control().configuration({ a: 1 });
        await flow.start();
        const message = await observing.outputs.number(1);
        await setting.told({ ...message, statusCode: 500 });
        await setting.reconnect();
        await setting.requested(config, 2);
        await setting.roundTrip();
        assert.deepEqual(setting.bodies(config), [{ observe: true }, { observe: true }]);
        assert.equal(setting.requests(applied).length, 1);
        assert.equal(observing.outputs.messages.length, 1);
        assert.deepEqual(await report(setting), { configId, statusCode: 500, status: 'rejected' });
      });

      test('a rejection stays, also where an observing node has autoApply', async (setting) => {
        const flow = setting.prepare(reject);
        flow.add('observe', observe);
        const configId = await setting.control().configuration({ a: 1 });
        await flow.start();
        await setting.requested(applied, 1);
        await setting.roundTrip();
        await setting.told({ configId, statusCode: 500 });
        await setting.redeploy();
        await setting.requested(config, 2);
        await setting.roundTrip();
        assert.equal(setting.requests(applied).length, 2);
        assert.deepEqual(await report(setting), { configId, statusCode: 500, status: 'rejected' });
      });

      test('what it confirmed is what observing says to have, and is not applied again', async (setting) => {
        const flow = setting.prepare(reject);
        const observing = flow.add('observe', { ...observe, autoApply: false });
        const configId = await setting.control().configuration({ a: 1 });
        await flow.start();
        await setting.told({ ...(await observing.outputs.number(1)) });
        await setting.redeploy();
        await setting.requested(config, 2);
        await setting.roundTrip();
        assert.deepEqual(setting.bodies(config), [{ observe: true }, { configId, observe: true }]);
        assert.equal(setting.requests(applied).length, 1);
      });

      test('after a rejection the platform may go back to what was applied before', async (setting) => {
        const flow = setting.prepare(reject);
        const observing = flow.add('observe', { ...observe, autoApply: false });
        const first = await setting.control().configuration({ a: 1 });
        await flow.start();
        await setting.told({ ...(await observing.outputs.number(1)) });
        await setting.roundTrip();
        await setting.control().configuration({ a: 2 });
        await setting.told({ ...(await observing.outputs.number(2)), statusCode: 500 });
        await setting.redeploy();
        await setting.requested(config, 2);
        assert.deepEqual(setting.bodies(config)[1], { configId: first, observe: true });
      });

      const wrong: readonly [string, object][] = [
        ['no configId', {}],
        ['an empty configId', { configId: '' }],
        ['a configId that is no text', { configId: 5 }],
        ['a status code that is a text', { configId: 'x', statusCode: '500' }],
        ['a status code out of range', { configId: 'x', statusCode: 99 }],
        ['a configName that is no text', { configId: 'x', configName: 5 }],
        ['a configName of digits only', { configId: 'x', configName: '42' }],
        ['a configName that is no topic level', { configId: 'x', configName: 'a/b' }],
        ['a hostile msg.token', { configId: 'x', token: '#' }],
      ];
      for (const [what, message] of wrong) {
        test(`${what} is KAA_INVALID, and nothing is sent`, async (setting) => {
          await setting.start(reject);
          const { error, ...caught } = await setting.refused({ ...message, keep: 7 });
          assert.equal(error.code, 'KAA_INVALID');
          assert.equal((error.cause['details'] as unknown[]).length, 1);
          assert.equal(caught['keep'], 7);
          await setting.roundTrip();
          assert.equal(setting.received.length, 1);
        });
      }

      test('a report that the platform refuses is KAA_REJECTED, and counts as none', async (setting) => {
        setting.platform.simulator.platform.faults.replace([
          { extension: 'cmx', resource: 'applied/json', action: 'error', statusCode: 400, reasonPhrase: 'No' },
        ]);
        const flow = setting.prepare(reject);
        const observing = flow.add('observe', { ...observe, autoApply: false });
        await setting.control().configuration({ a: 1 });
        await flow.start();
        const { error } = await setting.refused({ ...(await observing.outputs.number(1)) });
        assert.equal(error.code, 'KAA_REJECTED');
        assert.deepEqual(error.cause, { statusCode: 400, reasonPhrase: 'No' });
        await setting.redeploy();
        await setting.requested(config, 2);
        assert.deepEqual(setting.bodies(config)[1], { observe: true });
      });
    });

    test('get of what is not assigned is null, with an empty configId', async (setting) => {
      await setting.start({ type, mode: 'get' });
      const { payload, configId, configName, unchanged } = await setting.told({ payload: 'x' });
      assert.deepEqual([payload, configId, configName, unchanged], [null, '', '', undefined]);
    });

    test('get leaves nothing of an earlier answer in the message', async (setting) => {
      const configId = await setting.control().configuration({ a: 1 });
      await setting.start({ type, mode: 'get' });
      const stale = { unchanged: true, configId: 'old', configName: 'limits', kaa: { samples: 5 } };
      const output = await setting.told({ payload: 'x', ...stale });
      assert.deepEqual([output['configId'], output['configName'], output['unchanged']], [configId, '', undefined]);
      assert.ok(!('unchanged' in output));
      assert.ok(!('samples' in output.kaa));
    });

    test('get while offline is KAA_OFFLINE, and the message is as it was', async (setting) => {
      await setting.start({ type, mode: 'get' });
      await setting.roundTrip();
      await setting.disconnect();
      const { error, payload, configId } = await setting.refused({ payload: 'x' });
      assert.deepEqual([error.code, payload, configId], ['KAA_OFFLINE', 'x', undefined]);
    });

    test('the token is in no log, status or message', async (setting) => {
      const reasonPhrase = `kp1/v1/cmx/${setting.token}/config/json`;
      setting.platform.simulator.platform.faults.replace([
        { extension: 'cmx', resource: 'config/json', action: 'error', reasonPhrase },
      ]);
      const flow = setting.prepare({ type, mode: 'get' });
      const observing = flow.add('observe', observe);
      await flow.start();
      await observing.caught.number(1);
      assert.equal((await setting.refused({})).error.code, 'KAA_REJECTED');
      setting.requireSecrecy();
      assert.ok(!JSON.stringify(observing.caught.messages).includes(setting.token));
    });
  });
});

/** A flow that observes and has heard that nothing is assigned; what is assigned from now on is pushed. */
async function bound(setting: Setting, node: Record<string, unknown> & { type: string }) {
  const flow = await setting.start(node);
  const { outputs, caught } = flow;
  await outputs.number(1);
  await setting.roundTrip();
  return { outputs, caught, stop: () => flow.stop(), start: () => flow.start() };
}

for (const unchanged of ['id', 'empty', 'null', 'object', '304'] as const) {
  describe(`kaa-config of a platform that says "unchanged" by ${unchanged}`, () => {
    onPlatform(kpc, { unchanged }, (test: Test) => {
      test('observe: it is understood, and emits nothing', async (setting) => {
        const configId = await setting.control().configuration({ a: 1 });
        const { outputs, caught } = await setting.start(observe);
        await outputs.number(1);
        await setting.requested(applied, 1);
        await setting.roundTrip();
        await setting.redeploy();
        await setting.requested(config, 2);
        await setting.roundTrip();
        assert.deepEqual(setting.bodies(config)[1], { configId, observe: true });
        assert.deepEqual(configIds(outputs.messages), [configId, configId], 'one for each start');
        assert.deepEqual(caught.messages, []);
      });
    });
  });
}

describe('kaa-config of a platform with its own ways', () => {
  onPlatform(broker, {}, (test) => {
    for (const answer of ['', 'null', '{}', '{"statusCode":304}', '{"configId":"ID"}', '{"configId":"ID","id":4}']) {
      test(`get, answered by ${JSON.stringify(answer)}: the remembered one, with unchanged: true`, async (setting) => {
        const configId = await setting.control().configuration({ a: 1 });
        const flow = await setting.start({ type, mode: 'get' });
        await setting.told({});
        setting.answerWith(config, answer.replace('ID', configId));
        flow.inject({ payload: 'x' });
        const output = await flow.outputs.number(2);
        assert.deepEqual(
          [output.payload, output['configId'], output['configName'], output['unchanged']],
          [{ a: 1 }, configId, '', true],
        );
      });
    }

    test('get: a status >= 400 inside /status is KAA_REJECTED', async (setting) => {
      setting.answerWith(config, '{"statusCode":404,"reasonPhrase":"No such endpoint"}');
      await setting.start({ type, mode: 'get' });
      const { error } = await setting.refused({});
      assert.equal(error.code, 'KAA_REJECTED');
      assert.deepEqual(error.cause, { statusCode: 404, reasonPhrase: 'No such endpoint' });
    });

    for (const [what, payload, path] of [
      ['no JSON', 'configuration', ''],
      ['an array', '[]', ''],
      ['a configId that is none', '{"configId":5,"config":{}}', '/configId'],
      ['a configuration without configId', '{"config":{"a":1}}', '/configId'],
    ] as const) {
      test(`a push with ${what} is KAA_PROTOCOL, and the next one is emitted`, async (setting) => {
        const { outputs, caught } = await setting.start(observe);
        await outputs.number(1);
        await setting.publish(config, payload);
        const { error, _msgid, ...message } = (await caught.number(1)) as Caught;
        assert.equal(error.code, 'KAA_PROTOCOL');
        assert.equal((error.cause['details'] as { path: string }[])[0]?.path, path);
        assert.deepEqual(message, {});
        await setting.publish(config, '{"configId":"x","config":{"a":1}}');
        await outputs.number(2);
        assert.deepEqual(configIds(outputs.messages), ['', 'x']);
        assert.equal(caught.messages.length, 1);
      });

      test(`an answer with ${what} is KAA_PROTOCOL for the message that asked`, async (setting) => {
        setting.answerWith(config, payload);
        await setting.start({ type, mode: 'get' });
        const { error } = await setting.refused({});
        assert.equal(error.code, 'KAA_PROTOCOL');
        assert.equal((error.cause['details'] as { path: string }[])[0]?.path, path);
      });
    }

    test('pushes that say nothing new emit nothing', async (setting) => {
      const { outputs, caught } = await setting.start(observe);
      await outputs.number(1);
      const assigned = '{"configId":"x","config":{"a":1},"statusCode":200,"reasonPhrase":"OK","id":4}';
      for (const payload of [assigned, assigned, '', 'null', '{}', '{"configId":"x"}', '{"statusCode":304}']) {
        await setting.publish(config, payload);
      }
      await setting.publish(config, '{"configId":"y","config":{"a":2}}');
      await outputs.number(3);
      await setting.requested(applied, 2);
      await setting.roundTrip();
      assert.deepEqual(configIds(outputs.messages), ['', 'x', 'y']);
      assert.deepEqual(caught.messages, []);
      assert.deepEqual(
        setting.bodies(applied),
        ['x', 'y'].map((configId) => ({ configId, statusCode: 200 })),
      );
    });

    test('a configuration that is taken away emits null, and is not applied', async (setting) => {
      const { outputs } = await setting.start(observe);
      await outputs.number(1);
      await setting.publish(config, '{"configId":"x","config":{"a":1}}');
      await outputs.number(2);
      await setting.publish(config, '{"configId":"","config":null}');
      const { payload, configId } = await outputs.number(3);
      assert.deepEqual([payload, configId], [null, '']);
      await setting.roundTrip();
      assert.deepEqual(setting.bodies(applied), [{ configId: 'x', statusCode: 200 }]);
    });

    test('a configuration is any JSON', async (setting) => {
      const { outputs } = await setting.start(observe);
      await outputs.number(1);
      const values = [0, false, 'text', [1], { a: null }];
      for (const [index, value] of values.entries()) {
        await setting.publish(config, JSON.stringify({ configId: `c${index}`, config: value }));
      }
      await outputs.number(1 + values.length);
      assert.deepEqual(
        outputs.messages.slice(1).map(({ payload }) => payload),
        values,
      );
    });
  });
});

describe('kaa-config that cannot work', () => {
  onPlatform(kpc, {}, (test) => {
    const cases: readonly [string, Record<string, unknown>][] = [
      ['the mode is unknown', { mode: 'push' }],
      ['the name is of digits only', { configName: '42' }],
      ['the name is no topic level', { configName: 'a/b' }],
      ['emit is unknown', { emit: 'never' }],
      ['autoApply is neither', { autoApply: 'perhaps' }],
    ];
    for (const [what, properties] of cases) {
      test(`${what}: a red ring, and every message fails with KAA_CONFIG`, async (setting) => {
        const { statuses } = await setting.start({ type, ...properties });
        assert.deepEqual(shownBy(await statuses.number(1)), ['red', 'ring', 'offline', 'KAA_CONFIG']);
        assert.equal((await setting.refused({})).error.code, 'KAA_CONFIG');
      });
    }
  });
});
