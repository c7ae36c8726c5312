import assert from 'node:assert/strict';
import { type Clock, install } from '@sinonjs/fake-timers';
import type { CommandResult } from '../../src/simulator/platform/commands.ts';
import type { Message } from '../support/flow.ts';
import { broker, kpc, platforms } from '../support/platforms.ts';
import { until } from '../support/until.ts';
import { type Caught, onPlatform, type Setting, shownBy, type Told } from './setting.ts';

const type = 'kaa-command';
const receive = { type, mode: 'receive', commandType: 'reboot' };
const respond = { type, mode: 'respond' };

/** Waits for the first result of a command, and tells how many there were. */
async function result(setting: Setting, id: number): Promise<CommandResult & { results: number }> {
  const { endpoints } = setting.platform.simulator.platform;
  const find = () =>
    endpoints
      .find(setting.token)
      ?.commands.list()
      .find((command) => command.id === id);
  await until(() => find()?.result !== undefined);
  const command = find();
  assert.ok(command?.result);
  return { ...command.result, results: command.results };
}

const ids = (messages: readonly Message[]): unknown[] => messages.map(({ commandId }) => commandId);

/** Waits until commands are asked for, so that what comes later is pushed. */
async function observing(setting: Setting, commandType = 'reboot', count = 1): Promise<void> {
  await setting.requested(`cex/command/${commandType}`, count);
  await setting.roundTrip();
}

for (const kind of platforms) {
  describe(`kaa-command on ${kind.name}`, () => {
    onPlatform(kind, { confirmResults: true }, (test) => {
      describe('receive', () => {
        test('what was outstanding at connect comes in order, one message each', async (setting) => {
          const control = setting.control();
          const created = [
            await control.command('reboot', { delay: 1 }),
            await control.command('reboot', 'now'),
            await control.command('reboot', [null]),
          ];
          const { outputs } = await setting.start(receive);
          await outputs.number(3);
          const [request] = setting.requests('cex/command/reboot');
          assert.deepEqual(request?.body, { observe: true });
          const kaa = { extension: 'cex', resource: 'command/reboot', requestId: request.requestId };
          assert.deepEqual(
            outputs.messages.map(({ _msgid, ...message }) => message),
            [{ delay: 1 }, 'now', [null]].map((payload, index) => ({
              payload,
              topic: 'reboot',
              command: 'reboot',
              commandId: created[index],
              kaa,
            })),
          );
          await setting.roundTrip();
          assert.equal(outputs.messages.length, 3);
        });

        test('what is pushed comes once, without request ID', async (setting) => {
          const { outputs } = await setting.start(receive);
          await observing(setting);
          const commandId = await setting.control().command('reboot', { delay: 1 });
          const { _msgid, ...message } = await outputs.number(1);
          const kaa = { extension: 'cex', resource: 'command/reboot' };
          assert.deepEqual(message, { payload: { delay: 1 }, topic: 'reboot', command: 'reboot', commandId, kaa });
          await setting.roundTrip();
          assert.equal(outputs.messages.length, 1);
        });

        for (const commandType of ['status', 'error']) {
          test(`commands of the type ${commandType}`, async (setting) => {
            const { outputs } = await setting.start({ ...receive, commandType });
            await observing(setting, commandType);
            const id = await setting.control().command(commandType, 5);
            assert.deepEqual([(await outputs.number(1)).payload, ids(outputs.messages)], [5, [id]]);
          });
        }

        test('a type no node receives is neither recorded nor answered', async (setting) => {
          const { outputs, nodes } = await setting.start({ ...receive, replyTimeout: '0.1' });
          await observing(setting);
          const other = await setting.control().command('openDoor', {});
          const own = await setting.control().command('reboot', {});
          assert.equal((await result(setting, own)).statusCode, 504);
          assert.deepEqual(ids(outputs.messages), [own]);
          assert.deepEqual(setting.requests('cex/result/openDoor'), []);
          Object.assign(nodes.find(({ id }) => id === 'node') ?? {}, { commandType: 'openDoor' });
          await setting.redeploy();
          await outputs.number(2);
          assert.deepEqual(ids(outputs.messages), [own, other]);
        });

        test('a node for every type takes pushes of all types, alone and right after the start', async (setting) => {
          const { outputs, caught } = await setting.start({ ...receive, commandType: '' });
          await setting.requested('epmx/get/keys', 1);
          const first = await setting.control().command('reboot', { delay: 1 });
          const message = (await outputs.number(1)) as Told;
          assert.deepEqual(
            [message['command'], message.topic, message.kaa['resource']],
            ['reboot', 'reboot', 'command/reboot'],
          );
          const second = await setting.control().command('openDoor', {});
          await outputs.number(2);
          await setting.roundTrip();
          assert.deepEqual(ids(outputs.messages), [first, second]);
          assert.deepEqual(caught.messages, []);
        });

        test('a node for every type asks for a type that it has seen', async (setting) => {
          await setting.start({ ...receive, commandType: '' });
          await setting.requested('epmx/get/keys', 1);
          await setting.control().command('reboot', {});
          await setting.requested('cex/command/reboot', 1);
          assert.deepEqual(setting.bodies('cex/command/reboot'), [{ observe: true }]);
        });

        test('a node for every type alone works again after the connection was lost', async (setting) => {
          const { outputs } = await setting.start({ ...receive, commandType: '' });
          await setting.requested('epmx/get/keys', 1);
          await setting.reconnect();
          await setting.requested('epmx/get/keys', 2);
          const id = await setting.control().command('reboot', {});
          await outputs.number(1);
          assert.deepEqual(ids(outputs.messages), [id]);
        });

        test('a node for one type and one for every type side by side: each gets a command once', async (setting) => {
          const flow = setting.prepare(receive);
          const every = flow.add('every', { ...receive, commandType: '' });
          const outstanding = await setting.control().command('reboot', 1);
          await flow.start();
          await every.outputs.number(1);
          await observing(setting);
          const pushed = await setting.control().command('reboot', 2);
          const other = await setting.control().command('openDoor', 3);
          await every.outputs.number(3);
          await setting.roundTrip();
          assert.deepEqual(ids(flow.outputs.messages), [outstanding, pushed]);
          assert.deepEqual(ids(every.outputs.messages), [outstanding, pushed, other]);
          assert.equal(setting.requests('cex/command/reboot').length, 1);
        });

        test('several nodes for one type share one observe request, and each gets a command once', async (setting) => {
          const flow = setting.prepare(receive);
          const others = ['second', 'third'].map((id) => flow.add(id, receive));
          const outstanding = await setting.control().command('reboot', 1);
          await flow.start();
          await observing(setting);
          const pushed = await setting.control().command('reboot', 2);
          for (const { outputs } of [flow, ...others]) await outputs.number(2);
          await setting.roundTrip();
          for (const { outputs } of [flow, ...others]) assert.deepEqual(ids(outputs.messages), [outstanding, pushed]);
          assert.equal(setting.requests('cex/command/reboot').length, 1);
        });
      });

      describe('respond', () => {
        test('the result arrives, confirmed', async (setting) => {
          const flow = setting.prepare(respond);
          const received = flow.add('receive', receive);
          const id = await setting.control().command('reboot', { delay: 1 });
          await flow.start();
          const message = await received.outputs.number(1);
          const output = await setting.told({ ...message, payload: { rebooted: true }, keep: 7 });
          const { requestId, roundTripMs, ...kaa } = output.kaa;
          assert.deepEqual(kaa, { extension: 'cex', resource: 'result/reboot', statusCode: 200, confirmed: true });
          assert.equal(requestId, setting.requests('cex/result/reboot')[0]?.requestId);
          assert.ok(Number(roundTripMs) >= 0);
          assert.deepEqual([output.payload, output['keep'], output['commandId']], [{ rebooted: true }, 7, id]);
          assert.deepEqual(await result(setting, id), { statusCode: 200, payload: { rebooted: true }, results: 1 });
        });

        test('offline it is kept, and sent first after the reconnect', async (setting) => {
          const flow = setting.prepare(respond);
          const received = flow.add('receive', receive);
          const id = await setting.control().command('reboot', {});
          await flow.start();
          const message = await received.outputs.number(1);
          await setting.disconnect();
          const { kaa } = await setting.told({ ...message, payload: 'done' });
          assert.deepEqual(kaa, { extension: 'cex', resource: 'result/reboot', confirmed: false, stored: true });
          const before = setting.received.length;
          await setting.link.restore();
          assert.deepEqual(await result(setting, id), { statusCode: 200, payload: 'done', results: 1 });
          await observing(setting, 'reboot', 2);
          assert.equal(setting.received[before]?.resource, 'cex/result/reboot');
          assert.equal(setting.requests('cex/result/reboot').length, 1);
          assert.equal(received.outputs.messages.length, 1, 'not handed out again');
        });
      });

      describe('a deploy while a command is in work', () => {
        test('does not hand it out again; its result is taken afterwards', async (setting) => {
          const flow = setting.prepare(respond);
          const received = flow.add('receive', receive);
          const id = await setting.control().command('reboot', {});
          await flow.start();
          const message = await received.outputs.number(1);
          await setting.redeploy();
          await observing(setting, 'reboot', 2);
          assert.equal(received.outputs.messages.length, 1);
          await setting.told({ ...message, payload: 'done' });
          assert.deepEqual(await result(setting, id), { statusCode: 200, payload: 'done', results: 1 });
        });
      });
    });
  });
}

for (const kind of platforms) {
  describe(`kaa-command on ${kind.name} with request IDs in pushes`, () => {
    onPlatform(kind, { pushWithRequestId: true }, (test) => {
      test('what is pushed comes once, with the request ID', async (setting) => {
        const { outputs } = await setting.start(receive);
        await observing(setting);
        const id = await setting.control().command('reboot', 1);
        const { kaa } = (await outputs.number(1)) as Told;
        assert.equal(kaa['requestId'], setting.requests('cex/command/reboot')[0]?.requestId);
        await setting.roundTrip();
        assert.deepEqual(ids(outputs.messages), [id]);
      });

      test('so does a node for every type', async (setting) => {
        const { outputs } = await setting.start({ ...receive, commandType: '' });
        await setting.requested('epmx/get/keys', 1);
        const first = await setting.control().command('reboot', 1);
        await outputs.number(1);
        await observing(setting);
        const second = await setting.control().command('reboot', 1);
        await outputs.number(2);
        await setting.roundTrip();
        assert.deepEqual(ids(outputs.messages), [first, second]);
      });
    });
  });
}

describe('kaa-command', () => {
  onPlatform(kpc, { confirmResults: true }, (test) => {
    const sent = (setting: Setting): unknown => {
      const bodies = setting.bodies('cex/result/reboot');
      assert.equal(bodies.length, 1);
      return bodies[0];
    };

    describe('receive', () => {
      test('is the default, for every type', async (setting) => {
        const { outputs } = await setting.start({ type });
        await setting.requested('epmx/get/keys', 1);
        const id = await setting.control().command('reboot', 1);
        await outputs.number(1);
        assert.deepEqual(ids(outputs.messages), [id]);
      });

      test('a node for every type asks again at every connect for a type that it has seen', async (setting) => {
        const { outputs } = await setting.start({ ...receive, commandType: '' });
        await setting.requested('epmx/get/keys', 1);
        await setting.control().command('reboot', {});
        await outputs.number(1);
        await setting.requested('cex/command/reboot', 1);
        await setting.disconnect();
        const missed = await setting.control().command('reboot', {});
        await setting.link.restore();
        await outputs.number(2);
        assert.equal(ids(outputs.messages).at(-1), missed);
        assert.deepEqual(setting.bodies('cex/command/reboot'), [{ observe: true }, { observe: true }]);
        assert.equal(setting.requests('epmx/get/keys').length, 1, 'there is something else to ask for');
      });

      test('a command delivered again after a reconnect is not handed out again', async (setting) => {
        const { outputs } = await setting.start(receive);
        await observing(setting);
        const first = await setting.control().command('reboot', 1);
        await outputs.number(1);
        await setting.reconnect();
        await observing(setting, 'reboot', 2);
        const second = await setting.control().command('reboot', 2);
        await outputs.number(2);
        assert.deepEqual(ids(outputs.messages), [first, second]);
      });

      test('a command without payload makes a message without', async (setting) => {
        const { outputs } = await setting.start(receive);
        await observing(setting);
        await setting.control().command('reboot', undefined);
        const message = await outputs.number(1);
        assert.ok(!('payload' in message));
      });

      test('a refused announcement is ignored', async (setting) => {
        setting.platform.simulator.platform.faults.replace([{ extension: 'epmx', action: 'error', statusCode: 404 }]);
        const { outputs, caught } = await setting.start({ ...receive, commandType: '' });
        await setting.requested('epmx/get/keys', 1);
        await setting.control().command('reboot', 1);
        await outputs.number(1);
        await setting.roundTrip();
        assert.deepEqual(caught.messages, []);
        assert.equal(setting.requests('epmx/get/keys').length, 1);
      });
    });

    test('every node gets a payload of its own', async (setting) => {
      const flow = setting.prepare(receive);
      const others = [flow.add('second', receive), flow.add('third', { ...receive, commandType: '' })];
      await setting.control().command('reboot', { steps: [1] });
      await flow.start();
      const payloads: unknown[] = [];
      for (const { outputs } of [flow, ...others]) payloads.push((await outputs.number(1)).payload);
      (payloads[0] as { steps: number[] }).steps.push(2);
      assert.deepEqual(payloads.slice(1), [{ steps: [1] }, { steps: [1] }]);
    });

    describe('the status code of a result', () => {
      before(() => {
        process.env['KAA_TEST_STATUS'] = '207';
      });
      after(() => {
        delete process.env['KAA_TEST_STATUS'];
      });

      const error = { message: 'boom', source: { id: 'x' } };
      const cases: readonly [string, object, object, object][] = [
        ['nothing else said: 200', {}, {}, { statusCode: 200 }],
        ['msg.statusCode', {}, { statusCode: 418 }, { statusCode: 418 }],
        ['the smallest', {}, { statusCode: 100 }, { statusCode: 100 }],
        ['the largest', {}, { statusCode: 599 }, { statusCode: 599 }],
        ['msg.error: 500, its message the reason', {}, { error }, { statusCode: 500, reasonPhrase: 'boom' }],
        ['no error', {}, { error: null }, { statusCode: 200 }],
        ['msg.statusCode beside msg.error', {}, { statusCode: 422, error }, { statusCode: 422, reasonPhrase: 'boom' }],
        [
          'ECONNREFUSED of a failed http request beside msg.error',
          {},
          { statusCode: 'ECONNREFUSED', error },
          { statusCode: 500, reasonPhrase: 'boom' },
        ],
        [
          'a status code out of range beside msg.error',
          {},
          { statusCode: 99, error },
          { statusCode: 500, reasonPhrase: 'boom' },
        ],
        [
          "the node's number",
          { statusCode: '207' },
          { statusCode: 418, error },
          { statusCode: 207, reasonPhrase: 'boom' },
        ],
        ["the node's number, stored as number", { statusCode: 207, statusCodeType: 'num' }, {}, { statusCode: 207 }],
        [
          "the node's msg",
          { statusCode: 'http.code', statusCodeType: 'msg' },
          { http: { code: 207 } },
          { statusCode: 207 },
        ],
        ["the node's env", { statusCode: 'KAA_TEST_STATUS', statusCodeType: 'env' }, {}, { statusCode: 207 }],
        [
          "the node's jsonata",
          { statusCode: 'commandId > 0 ? 207 : 500', statusCodeType: 'jsonata' },
          {},
          { statusCode: 207 },
        ],
        [
          "the node's, empty for this message",
          { statusCode: 'code', statusCodeType: 'msg' },
          { statusCode: 418 },
          { statusCode: 418 },
        ],
        ['msg.reasonPhrase', {}, { reasonPhrase: 'as asked' }, { statusCode: 200, reasonPhrase: 'as asked' }],
        [
          'msg.reasonPhrase beside msg.error',
          {},
          { reasonPhrase: 'no power', error },
          { statusCode: 500, reasonPhrase: 'no power' },
        ],
        [
          "the node's reason",
          { reasonPhrase: 'always', reasonPhraseType: 'str' },
          { reasonPhrase: 'no', error },
          { statusCode: 500, reasonPhrase: 'always' },
        ],
        [
          "the node's reason from msg",
          { reasonPhrase: 'why', reasonPhraseType: 'msg' },
          { why: 'wind' },
          { statusCode: 200, reasonPhrase: 'wind' },
        ],
        [
          "the node's reason from jsonata",
          { reasonPhrase: '"no " & command', reasonPhraseType: 'jsonata' },
          {},
          { statusCode: 200, reasonPhrase: 'no reboot' },
        ],
        [
          "the node's reason, empty for this message",
          { reasonPhrase: 'why', reasonPhraseType: 'msg' },
          { reasonPhrase: 'rain' },
          { statusCode: 200, reasonPhrase: 'rain' },
        ],
      ];
      for (const [what, properties, message, expected] of cases) {
        test(what, async (setting) => {
          await setting.start({ ...respond, ...properties });
          await setting.told({ command: 'reboot', commandId: 17, payload: 'x', ...message });
          assert.deepEqual(sent(setting), [{ id: 17, payload: 'x', ...expected }]);
        });
      }

      const wrong: readonly [string, object, object][] = [
        ['a text', {}, { statusCode: '418' }],
        ['ECONNREFUSED without msg.error', {}, { statusCode: 'ECONNREFUSED' }],
        ['99', {}, { statusCode: 99 }],
        ['600', {}, { statusCode: 600 }],
        ['200.5', {}, { statusCode: 200.5 }],
        ['null', {}, { statusCode: null }],
        ["the node's, out of range", { statusCode: '99' }, {}],
        ["the node's, no number", { statusCode: 'code', statusCodeType: 'msg' }, { code: 'fine' }],
        ["the node's, an expression that fails", { statusCode: '$number("x")', statusCodeType: 'jsonata' }, {}],
      ];
      for (const [what, properties, message] of wrong) {
        test(`${what} is KAA_INVALID, and nothing is sent or recorded`, async (setting) => {
          await setting.start({ ...respond, ...properties });
          const { error: caught } = await setting.refused({ command: 'reboot', commandId: 17, ...message });
          assert.equal(caught.code, 'KAA_INVALID');
          await setting.roundTrip();
          assert.deepEqual(setting.requests('cex/result/reboot'), []);
        });
      }

      test("the node's from the flow context", async (setting) => {
        setting.prepare({ ...respond, statusCode: 'code', statusCodeType: 'flow' }).setContext('flow', 'code', 207);
        await setting.flow.start();
        await setting.told({ command: 'reboot', commandId: 17 });
        assert.deepEqual(sent(setting), [{ id: 17, statusCode: 207 }]);
      });
    });

    describe('the result', () => {
      for (const payload of [{ a: [1, null] }, 'text', 5, false, null, []]) {
        test(`is any JSON: ${JSON.stringify(payload)}`, async (setting) => {
          await setting.start(respond);
          await setting.told({ command: 'reboot', commandId: 17, payload });
          assert.deepEqual(sent(setting), [{ id: 17, statusCode: 200, payload }]);
        });
      }

      test('without payload has none', async (setting) => {
        await setting.start(respond);
        await setting.told({ command: 'reboot', commandId: 17 });
        assert.deepEqual(sent(setting), [{ id: 17, statusCode: 200 }]);
      });

      test('of a failed flow, from a Catch node, whose payload is a Buffer: the failure is reported', async (setting) => {
        const flow = setting.prepare(respond);
        const received = flow.add('receive', receive);
        const failing = flow.add('fails', { type: 'failing' });
        const id = await setting.control().command('reboot', {});
        await flow.start();
        const message = await received.outputs.number(1);
        failing.inject({ ...message, payload: Buffer.from('half an answer'), topic: 'the pump is stuck' });
        const caught = await failing.caught.number(1);
        assert.ok(Buffer.isBuffer(caught.payload));
        await setting.told(caught);
        const { statusCode, reasonPhrase, payload, results } = await result(setting, id);
        assert.deepEqual([statusCode, payload, results], [500, undefined, 1]);
        assert.match(reasonPhrase ?? '', /the pump is stuck/);
      });

      test('of a failed flow keeps a payload that can be sent', async (setting) => {
        await setting.start(respond);
        await setting.told({ command: 'reboot', commandId: 17, payload: { step: 2 }, error: { message: 'stuck' } });
        assert.deepEqual(sent(setting), [{ id: 17, statusCode: 500, reasonPhrase: 'stuck', payload: { step: 2 } }]);
      });

      test('for an id that nobody knows is sent and recorded', async (setting) => {
        await setting.start(respond);
        const { kaa } = await setting.told({ command: 'reboot', commandId: 17, payload: 'x' });
        assert.equal(kaa['confirmed'], true);
        setting.flow.inject({ command: 'reboot', commandId: 17, payload: 'y' });
        assert.equal(((await setting.flow.caught.number(1)) as Caught).error.code, 'KAA_DUPLICATE');
        await setting.roundTrip();
        assert.deepEqual(sent(setting), [{ id: 17, statusCode: 200, payload: 'x' }]);
      });

      test('for another endpoint goes to that one', async (setting) => {
        await setting.start(respond);
        const id = await setting.control('plc-2').command('reboot', {});
        const message = { command: 'reboot', commandId: id, token: 'plc-2', appVersion: 'plc-v3' };
        const output = await setting.told(message);
        assert.deepEqual([output['token'], output['appVersion']], ['plc-2', 'plc-v3']);
        assert.deepEqual(
          setting.bodies('cex/result/reboot', 'plc-2'),
          [{ id, statusCode: 200 }].map((item) => [item]),
        );
        assert.deepEqual(setting.requests('cex/result/reboot'), []);
      });

      const wrong: readonly [string, object][] = [
        ['no command', { commandId: 17 }],
        ['an empty command', { command: '', commandId: 17 }],
        ['a command of digits only', { command: '42', commandId: 17 }],
        ['a command that is no topic level', { command: 'a/b', commandId: 17 }],
        ['a command that is no text', { command: 5, commandId: 17 }],
        ['no commandId', { command: 'reboot' }],
        ['a commandId that is no number', { command: 'reboot', commandId: 'x' }],
        ['a commandId with a fraction', { command: 'reboot', commandId: 1.5 }],
        ['a Buffer as payload', { command: 'reboot', commandId: 17, payload: Buffer.from('x') }],
        ['NaN as payload', { command: 'reboot', commandId: 17, payload: Number.NaN }],
        ['a payload beyond maxPayload', { command: 'reboot', commandId: 17, payload: 'x'.repeat(2000) }],
        ['a hostile msg.token', { command: 'reboot', commandId: 17, token: 'a/b' }],
      ];
      for (const [what, message] of wrong) {
        test(`${what} is KAA_INVALID, and nothing is sent`, async (setting) => {
          await setting.start(respond, { maxPayload: '1' });
          const { error, ...caught } = await setting.refused({ ...message, keep: 7 });
          assert.equal(error.code, 'KAA_INVALID');
          assert.equal((error.cause['details'] as unknown[]).length, 1);
          assert.equal(caught['keep'], 7);
          await setting.roundTrip();
          assert.equal(setting.received.length, 1);
        });
      }

      test('that was KAA_INVALID is not the first result', async (setting) => {
        await setting.start(respond);
        setting.flow.inject({ command: 'reboot', commandId: 17, payload: Number.NaN });
        await setting.flow.caught.number(1);
        setting.flow.inject({ command: 'reboot', commandId: 17, payload: 0 });
        await setting.flow.outputs.number(1);
        assert.deepEqual(sent(setting), [{ id: 17, statusCode: 200, payload: 0 }]);
      });

      test('that the platform refuses is KAA_REJECTED', async (setting) => {
        setting.platform.simulator.platform.faults.replace([
          { extension: 'cex', resource: 'result', action: 'error', statusCode: 410, reasonPhrase: 'Too late' },
        ]);
        await setting.start(respond);
        const { error, ...message } = await setting.refused({ command: 'reboot', commandId: 17, payload: 'x' });
        assert.equal(error.code, 'KAA_REJECTED');
        assert.deepEqual(error.cause, { statusCode: 410, reasonPhrase: 'Too late' });
        assert.deepEqual([message.payload, message['kaa']], ['x', undefined]);
      });
    });

    test('a result that was kept and is refused later is a new message to Catch, from the node that gave it', async (setting) => {
      const flow = setting.prepare(respond);
      const received = flow.add('receive', receive);
      await setting.control().command('reboot', {});
      await flow.start();
      const message = await received.outputs.number(1);
      await setting.disconnect();
      await setting.told({ ...message, payload: 'done' });
      setting.platform.simulator.platform.faults.replace([
        { extension: 'cex', resource: 'result', action: 'error', statusCode: 410, reasonPhrase: 'Too late' },
      ]);
      await setting.link.restore();
      const { error, ...rest } = (await flow.caught.number(1)) as Caught;
      assert.equal(error.code, 'KAA_REJECTED');
      assert.deepEqual(error.cause, { statusCode: 410, reasonPhrase: 'Too late' });
      assert.deepEqual(Object.keys(rest), ['_msgid']);
      assert.deepEqual(received.caught.messages, []);
    });

    test('a result that the platform cannot take now (503) is KAA_REJECTED, kept, and sent again', async (setting) => {
      setting.platform.simulator.platform.faults.replace([
        { extension: 'cex', resource: 'result', action: 'error', statusCode: 503, count: 1 },
      ]);
      const flow = setting.prepare(respond);
      const received = flow.add('receive', receive);
      const id = await setting.control().command('reboot', {});
      await flow.start();
      const message = await received.outputs.number(1);
      const { error } = await setting.refused({ ...message, payload: 'done' });
      assert.deepEqual([error.code, error.cause['statusCode']], ['KAA_REJECTED', 503]);
      await setting.redeploy();
      assert.deepEqual(await result(setting, id), { statusCode: 200, payload: 'done', results: 1 });
    });

    describe('the first result wins', () => {
      test('a second one is KAA_DUPLICATE and is not sent', async (setting) => {
        const flow = setting.prepare(respond);
        const other = flow.add('other', respond);
        const id = await setting.control().command('reboot', {});
        await flow.start();
        await setting.told({ command: 'reboot', commandId: id, statusCode: 202 });
        other.inject({ command: 'reboot', commandId: id, statusCode: 500, keep: 7 });
        const { error, ...message } = (await other.caught.number(1)) as Caught;
        assert.equal(error.code, 'KAA_DUPLICATE');
        assert.equal(message['keep'], 7);
        await setting.roundTrip();
        assert.deepEqual(await result(setting, id), { statusCode: 202, results: 1 });
        assert.deepEqual(other.outputs.messages, []);
      });

      test('of results at the same time one is sent', async (setting) => {
        const flow = await setting.start(respond);
        const id = await setting.control().command('reboot', {});
        for (const statusCode of [201, 202, 203]) flow.inject({ command: 'reboot', commandId: id, statusCode });
        await flow.outputs.number(1);
        await flow.caught.number(2);
        assert.deepEqual(
          (flow.caught.messages as Caught[]).map(({ error }) => error.code),
          ['KAA_DUPLICATE', 'KAA_DUPLICATE'],
        );
        assert.deepEqual(await result(setting, id), { statusCode: 201, results: 1 });
      });

      test('an id names a command of its type only', async (setting) => {
        const flow = await setting.start(respond);
        flow.inject({ command: 'reboot', commandId: 17 });
        flow.inject({ command: 'openDoor', commandId: 17 });
        flow.inject({ command: 'reboot', commandId: 17, token: 'plc-2' });
        await flow.outputs.number(3);
        assert.deepEqual(flow.caught.messages, []);
      });
    });

    describe('replyTimeout', () => {
      test('reports 504; a result after it is KAA_DUPLICATE', async (setting) => {
        const flow = setting.prepare(respond);
        const received = flow.add('receive', { ...receive, replyTimeout: '0.2' });
        const id = await setting.control().command('reboot', {});
        const before = Date.now();
        await flow.start();
        const message = await received.outputs.number(1);
        const { statusCode, reasonPhrase, payload, results } = await result(setting, id);
        assert.ok(Date.now() - before >= 200);
        assert.deepEqual([statusCode, payload, results], [504, undefined, 1]);
        assert.ok(reasonPhrase);
        const { error } = await setting.refused({ ...message, payload: 'late' });
        assert.equal(error.code, 'KAA_DUPLICATE');
        assert.deepEqual(received.caught.messages, [], 'the 504 is no error of the node');
      });

      test('a result in time is the only one', async (setting) => {
        const flow = setting.prepare(respond);
        const received = flow.add('receive', { ...receive, replyTimeout: '0.2' });
        const first = await setting.control().command('reboot', {});
        await flow.start();
        const message = await received.outputs.number(1);
        const second = await setting.control().command('reboot', {});
        await setting.told({ ...message, payload: 'in time' });
        // The second one's time is up later than the first one's would have been.
        assert.equal((await result(setting, second)).statusCode, 504);
        assert.deepEqual(await result(setting, first), { statusCode: 200, payload: 'in time', results: 1 });
      });

      test('of several nodes the smallest that is not 0 counts', async (setting) => {
        const flow = setting.prepare({ ...receive, replyTimeout: '60' });
        flow.add('none', { ...receive, replyTimeout: '0' });
        flow.add('short', { ...receive, commandType: '', replyTimeout: '0.1' });
        flow.add('other', { ...receive, commandType: 'openDoor', replyTimeout: '0.1' });
        const id = await setting.control().command('reboot', {});
        await flow.start();
        assert.equal((await result(setting, id)).statusCode, 504);
      });

      test('of nodes for other types does not count', async (setting) => {
        const flow = setting.prepare({ ...receive, replyTimeout: '0' });
        flow.add('other', { ...receive, commandType: 'openDoor', replyTimeout: '0.1' });
        const first = await setting.control().command('reboot', {});
        const second = await setting.control().command('openDoor', {});
        await flow.start();
        assert.equal((await result(setting, second)).statusCode, 504);
        await setting.roundTrip();
        assert.deepEqual(setting.requests('cex/result/reboot'), []);
        assert.deepEqual(ids(flow.outputs.messages), [first]);
      });

      test('offline the 504 is kept, and sent first after the reconnect', async (setting) => {
        const flow = setting.prepare(respond);
        const received = flow.add('receive', { ...receive, replyTimeout: '0.3' });
        const id = await setting.control().command('reboot', {});
        await flow.start();
        const message = await received.outputs.number(1);
        await setting.disconnect();
        const before = setting.received.length;
        await new Promise((resolve) => {
          setTimeout(resolve, 350);
        });
        assert.equal((await setting.refused({ ...message })).error.code, 'KAA_DUPLICATE');
        await setting.link.restore();
        assert.equal((await result(setting, id)).statusCode, 504);
        assert.equal(setting.received[before]?.resource, 'cex/result/reboot');
        assert.deepEqual(received.caught.messages, []);
      });

      describe('across deploys', () => {
        test('the deadline fires', async (setting) => {
          const flow = await setting.start({ ...receive, replyTimeout: '0.3' });
          await observing(setting);
          const id = await setting.control().command('reboot', {});
          await flow.outputs.number(1);
          await setting.redeploy();
          assert.equal((await result(setting, id)).statusCode, 504);
          assert.equal(flow.outputs.messages.length, 1);
        });

        describe('on a clock of the test', () => {
          let clock: Clock;
          beforeEach(() => {
            clock = install({ toFake: ['Date'], now: Date.now() });
          });
          afterEach(() => clock.uninstall());

          test('a deadline that passed meanwhile is reported at once', async (setting) => {
            const flow = await setting.start({ ...receive, replyTimeout: '60' });
            await observing(setting);
            const id = await setting.control().command('reboot', {});
            await flow.outputs.number(1);
            await flow.stop();
            clock.setSystemTime(Date.now() + 61_000);
            await flow.start();
            assert.equal((await result(setting, id)).statusCode, 504);
          });
        });

        test('a result kept offline is sent after it, also where no node receives', async (setting) => {
          const flow = await setting.start(respond);
          await setting.roundTrip();
          await setting.disconnect();
          assert.equal((await setting.told({ command: 'reboot', commandId: 17 })).kaa['stored'], true);
          await flow.stop();
          await setting.link.restore();
          await flow.start();
          await setting.requested('cex/result/reboot', 1);
          await setting.roundTrip();
          assert.deepEqual(setting.bodies('cex/result/reboot'), [[{ id: 17, statusCode: 200 }]]);
        });

        test('a result kept offline is sent after it', async (setting) => {
          const flow = setting.prepare(respond);
          const received = flow.add('receive', receive);
          const id = await setting.control().command('reboot', {});
          await flow.start();
          const message = await received.outputs.number(1);
          await setting.disconnect();
          await setting.told({ ...message, payload: 'done' });
          await flow.stop();
          const before = setting.received.length;
          await setting.link.restore();
          await flow.start();
          assert.deepEqual(await result(setting, id), { statusCode: 200, payload: 'done', results: 1 });
          assert.equal(setting.received[before]?.resource, 'cex/result/reboot');
          await observing(setting, 'reboot', 2);
          assert.equal(received.outputs.messages.length, 1);
        });
      });
    });

    test('the token is in no log, status or message', async (setting) => {
      const { faults } = setting.platform.simulator.platform;
      const flow = setting.prepare(respond, { requestTimeout: '0.3' });
      const received = flow.add('receive', { ...receive, replyTimeout: '0.1' });
      faults.replace([
        {
          extension: 'cex',
          resource: 'result',
          action: 'error',
          statusCode: 400,
          reasonPhrase: `kp1/v1/cex/${setting.token}/x`,
        },
      ]);
      const id = await setting.control().command('reboot', {});
      await flow.start();
      await received.outputs.number(1);
      await received.caught.number(1);
      await setting.settle({ command: 'reboot', commandId: id });
      await setting.settle({ command: 'reboot', commandId: 17 });
      await setting.settle({ command: 'reboot' });
      const codes = (flow.caught.messages as Caught[]).map(({ error }) => error.code);
      assert.deepEqual(codes, ['KAA_DUPLICATE', 'KAA_REJECTED', 'KAA_INVALID']);
      setting.requireSecrecy();
      assert.ok(!JSON.stringify(received.caught.messages).includes(setting.token));
    });
  });
});

describe('kaa-command on a platform that confirms no results', () => {
  onPlatform(kpc, {}, (test) => {
    test('kaa.confirmed is false where nothing is heard', async (setting) => {
      await setting.start(respond);
      const { requestId, roundTripMs, ...kaa } = (await setting.told({ command: 'reboot', commandId: 17 })).kaa;
      assert.deepEqual(kaa, { extension: 'cex', resource: 'result/reboot', confirmed: false });
      assert.equal(requestId, setting.requests('cex/result/reboot')[0]?.requestId);
      assert.ok(Number(roundTripMs) < 2000, 'the receipt, not the wait for an objection');
    });

    test('a result that had its receipt is not sent again after a deploy', async (setting) => {
      const flow = await setting.start(respond);
      flow.inject({ command: 'reboot', commandId: 17 });
      await setting.requested('cex/result/reboot', 1);
      await setting.roundTrip();
      await flow.stop();
      await flow.start();
      await setting.roundTrip();
      assert.equal((await setting.refused({ command: 'reboot', commandId: 17 })).error.code, 'KAA_DUPLICATE');
      assert.equal(setting.requests('cex/result/reboot').length, 1, 'the platform has it');
    });

    test('an /error is waited for', async (setting) => {
      setting.platform.simulator.platform.faults.replace([
        { extension: 'cex', resource: 'result', action: 'error', statusCode: 410, reasonPhrase: 'Too late' },
      ]);
      await setting.start(respond);
      assert.equal((await setting.refused({ command: 'reboot', commandId: 17 })).error.code, 'KAA_REJECTED');
    });

    test('the stored result of a command that is delivered again goes out again', async (setting) => {
      const flow = setting.prepare(respond);
      const received = flow.add('receive', receive);
      const id = await setting.control().command('reboot', {});
      await flow.start();
      const message = await received.outputs.number(1);
      setting.platform.simulator.platform.faults.replace([
        { extension: 'cex', resource: 'result', action: 'drop', count: 1 },
      ]);
      flow.inject({ ...message, payload: 'done' });
      await setting.requested('cex/result/reboot', 1);
      await setting.roundTrip();
      await setting.reconnect();
      assert.deepEqual(await result(setting, id), { statusCode: 200, payload: 'done', results: 1 });
      await setting.roundTrip();
      assert.equal(setting.requests('cex/result/reboot').length, 2);
      assert.equal(received.outputs.messages.length, 1);
      assert.deepEqual([flow.outputs.messages.length, flow.caught.messages.length], [1, 0]);
    });
  });
});

describe('kaa-command of a platform with its own ways', () => {
  onPlatform(broker, {}, (test) => {
    const resource = 'cex/command/reboot';

    test('the same id with another payload is a new command, the same payload is not', async (setting) => {
      const { outputs } = await setting.start(receive);
      await observing(setting);
      for (const payload of ['{"a":1,"b":[2]}', '{"b":[2],"a":1}', '{"a":2,"b":[2]}']) {
        await setting.publish(resource, `[{"id":7,"payload":${payload}}]`);
      }
      await setting.publish(resource, '[{"id":8}]');
      await outputs.number(3);
      await setting.roundTrip();
      assert.deepEqual(
        outputs.messages.map(({ commandId, payload }) => [commandId, payload]),
        [
          [7, { a: 1, b: [2] }],
          [7, { a: 2, b: [2] }],
          [8, undefined],
        ],
      );
    });

    for (const [what, payload, path] of [
      ['no JSON', 'reboot', ''],
      ['no array', '{"id":1}', ''],
      ['a command without id', '[{"payload":1}]', '/0'],
      ['an id that is none', '[{"id":1},{"id":"x"}]', '/1/id'],
    ] as const) {
      test(`a push with ${what} is KAA_PROTOCOL, and the next one is handed out`, async (setting) => {
        const { outputs, caught } = await setting.start(receive);
        await observing(setting);
        await setting.publish(resource, payload);
        const { error, _msgid, ...message } = (await caught.number(1)) as Caught;
        assert.equal(error.code, 'KAA_PROTOCOL');
        assert.equal((error.cause['details'] as { path: string }[])[0]?.path, path);
        assert.deepEqual(message, {});
        await setting.publish(resource, '[{"id":1}]');
        await outputs.number(1);
        assert.deepEqual([outputs.messages.length, caught.messages.length], [1, 1]);
      });
    }

    test('an /error without request ID is a status and a new message to Catch', async (setting) => {
      const { caught, statuses } = await setting.start(receive);
      await observing(setting);
      await setting.publish(resource, '{"statusCode":403,"reasonPhrase":"Not yours"}', { kind: 'error' });
      const { error, _msgid, ...message } = (await caught.number(1)) as Caught;
      assert.equal(error.code, 'KAA_REJECTED');
      assert.deepEqual(error.cause, { statusCode: 403, reasonPhrase: 'Not yours' });
      assert.deepEqual(message, {});
      await statuses.until((all) => all.some((each) => shownBy(each)[0] === 'red'));
    });
  });
});

describe('kaa-command that cannot work', () => {
  onPlatform(kpc, {}, (test) => {
    const cases: readonly [string, Record<string, unknown>][] = [
      ['the mode is unknown', { mode: 'ask' }],
      ['the type is of digits only', { commandType: '42' }],
      ['the type is no topic level', { commandType: 'a/b' }],
      ['the reply timeout is none', { replyTimeout: 'soon' }],
      ['the reply timeout is negative', { replyTimeout: '-1' }],
      ['the status code has an unknown type', { mode: 'respond', statusCode: '1', statusCodeType: 'bool' }],
      ['the reason is a broken expression', { mode: 'respond', reasonPhrase: '$foo(', reasonPhraseType: 'jsonata' }],
    ];
    for (const [what, properties] of cases) {
      test(`${what}: a red ring, and every message fails with KAA_CONFIG`, async (setting) => {
        const { statuses } = await setting.start({ type, ...properties });
        assert.deepEqual(shownBy(await statuses.number(1)), ['red', 'ring', 'offline', 'KAA_CONFIG']);
        assert.equal((await setting.refused({ payload: 1 })).error.code, 'KAA_CONFIG');
        await setting.roundTrip();
        assert.equal(setting.received.length, 1);
      });
    }
  });
});
