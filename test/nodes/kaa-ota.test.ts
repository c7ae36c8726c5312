import assert from 'node:assert/strict';
import type { Message } from '../support/flow.ts';
import { broker, kpc, platforms } from '../support/platforms.ts';
import { type Caught, onPlatform, type Setting, shownBy, type Told } from './setting.ts';

const type = 'kaa-ota';
const observe = { type, mode: 'observe', currentVersion: '1.0.0' };
const config = 'cmx_ota/config/json';
const applied = 'cmx_ota/applied/json';
const specification = { link: 'https://example.com/1.1.0.bin', checksum: '9e107d9d372bb6826bd81d3542a419d6' };

const versions = (messages: readonly Message[]): unknown[] => messages.map(({ version }) => version);

async function assign(setting: Setting, version: string, token?: string): Promise<void> {
  await setting.control(token).put('software', { version, config: { ...specification, for: version } });
}

/** What the control API shows of the last report, and the version that the platform takes for installed. */
async function shown(setting: Setting): Promise<object> {
  const view = (await setting.control().get('software')) as { applied: Record<string, unknown> | null };
  const { applied: report, installed } = view as typeof view & { installed: unknown };
  return { version: report?.['configId'], status: report?.['status'], installed };
}

/** Starts, and waits until the node has heard what is assigned; what comes later is pushed. */
async function observing(setting: Setting, count = 1): Promise<void> {
  await setting.requested(config, count);
  await setting.roundTrip();
}

/** The requests about software that the platform received, in order. */
const requests = (setting: Setting): unknown[] =>
  setting.received
    .filter(({ resource }) => resource.startsWith('cmx_ota/'))
    .map(({ resource, body }) => [resource.slice('cmx_ota/'.length), body]);

const running = (version: string): unknown => ['applied/json', { configId: version, statusCode: 200 }];
const asks = ['config/json', { observe: true }];

for (const kind of platforms) {
  describe(`kaa-ota on ${kind.name}`, () => {
    onPlatform(kind, {}, (test) => {
      test('observe: the running version is reported first, what is assigned then offered once', async (setting) => {
        await assign(setting, '1.1.0');
        const { outputs } = await setting.start(observe);
        const { _msgid, ...message } = await outputs.number(1);
        await observing(setting);
        assert.deepEqual(requests(setting), [running('1.0.0'), asks]);
        assert.deepEqual(message, {
          payload: { ...specification, for: '1.1.0' },
          version: '1.1.0',
          configId: '1.1.0',
          kaa: {
            extension: 'cmx_ota',
            resource: 'config/json',
            requestId: setting.requests(config)[0]?.requestId,
            statusCode: 200,
            reasonPhrase: 'OK',
          },
        });
        assert.equal(outputs.messages.length, 1);
        assert.deepEqual(await shown(setting), { version: '1.0.0', status: 'applied', installed: '1.0.0' });
      });

      test('observe: a version that is pushed is offered once, without request ID', async (setting) => {
        const { outputs } = await setting.start(observe);
        await observing(setting);
        await assign(setting, '1.1.0');
        const { kaa } = (await outputs.number(1)) as Told;
        assert.deepEqual(kaa, {
          extension: 'cmx_ota',
          resource: 'config/json',
          statusCode: 200,
          reasonPhrase: 'OK',
        });
        await setting.roundTrip();
        assert.deepEqual(versions(outputs.messages), ['1.1.0']);
      });

      test('applied: the report of msg.version arrives, and the version is not offered again', async (setting) => {
        const flow = setting.prepare({ type, mode: 'applied' });
        const offered = flow.add('observe', observe);
        await assign(setting, '1.1.0');
        await flow.start();
        const message = await offered.outputs.number(1);
        const { payload, kaa } = await setting.told({ ...message });
        assert.deepEqual(payload, message.payload);
        const { requestId, roundTripMs, ...rest } = kaa;
        assert.deepEqual(rest, { extension: 'cmx_ota', resource: 'applied/json', statusCode: 200 });
        assert.equal(requestId, setting.requests(applied)[1]?.requestId);
        assert.ok(Number(roundTripMs) >= 0);
        assert.deepEqual(await shown(setting), { version: '1.1.0', status: 'applied', installed: '1.1.0' });
        await setting.redeploy();
        await observing(setting, 2);
        assert.equal(offered.outputs.messages.length, 1);
        assert.deepEqual(requests(setting), [running('1.0.0'), asks, running('1.1.0'), running('1.1.0'), asks]);
      });
    });
  });
}

for (const kind of platforms) {
  describe(`kaa-ota on ${kind.name} with request IDs in pushes`, () => {
    onPlatform(kind, { pushWithRequestId: true }, (test) => {
      test('a version that is pushed is offered once, with the request ID', async (setting) => {
        const { outputs } = await setting.start(observe);
        await observing(setting);
        await assign(setting, '1.1.0');
        const { kaa } = (await outputs.number(1)) as Told;
        assert.equal(kaa['requestId'], setting.requests(config)[0]?.requestId);
        await setting.roundTrip();
        assert.deepEqual(versions(outputs.messages), ['1.1.0']);
      });
    });
  });
}

describe('kaa-ota', () => {
  onPlatform(kpc, {}, (test) => {
    describe('observe', () => {
      test('is the default; where nothing is known to run, nothing is reported', async (setting) => {
        const { outputs } = await setting.start({ type });
        await observing(setting);
        assert.deepEqual(requests(setting), [asks]);
        await assign(setting, '1.1.0');
        await outputs.number(1);
      });

      test('several nodes share the report and the request, and each gets a version once', async (setting) => {
        const flow = setting.prepare(observe);
        const other = flow.add('other', { ...observe, currentVersion: '' });
        await assign(setting, '1.1.0');
        await flow.start();
        await flow.outputs.number(1);
        await other.outputs.number(1);
        await setting.roundTrip();
        assert.deepEqual(requests(setting), [running('1.0.0'), asks]);
        assert.deepEqual(versions([...flow.outputs.messages, ...other.outputs.messages]), ['1.1.0', '1.1.0']);
      });

      test('a version that is not answered is not offered again after a reconnect', async (setting) => {
        const { outputs } = await setting.start(observe);
        await observing(setting);
        await assign(setting, '1.1.0');
        await outputs.number(1);
        await setting.reconnect();
        await observing(setting, 2);
        await assign(setting, '1.2.0');
        await outputs.number(2);
        assert.deepEqual(versions(outputs.messages), ['1.1.0', '1.2.0']);
        assert.deepEqual(requests(setting), [running('1.0.0'), asks, running('1.0.0'), asks]);
      });

      test('nor after a deploy, which is no restart', async (setting) => {
        const { outputs } = await setting.start(observe);
        await observing(setting);
        await assign(setting, '1.1.0');
        await outputs.number(1);
        await setting.redeploy();
        await observing(setting, 2);
        assert.equal(outputs.messages.length, 1);
      });

      test('a version assigned while offline is offered after the reconnect', async (setting) => {
        const { outputs } = await setting.start(observe);
        await observing(setting);
        await setting.disconnect();
        await assign(setting, '1.1.0');
        await assign(setting, '1.2.0');
        await setting.link.restore();
        await outputs.number(1);
        assert.deepEqual(versions(outputs.messages), ['1.2.0']);
      });

      test('a refused report of the running version is told to Catch, and does not keep from asking', async (setting) => {
        setting.platform.simulator.platform.faults.replace([
          { extension: 'cmx_ota', resource: 'applied/json', action: 'error', statusCode: 400, reasonPhrase: 'No' },
        ]);
        await assign(setting, '1.1.0');
        const { outputs, caught } = await setting.start(observe);
        await outputs.number(1);
        const { error } = (await caught.number(1)) as Caught;
        assert.deepEqual([error.code, error.cause], ['KAA_REJECTED', { statusCode: 400, reasonPhrase: 'No' }]);
      });
    });

    describe('currentVersion', () => {
      before(() => {
        process.env['KAA_TEST_VERSION'] = '1.0.0';
      });
      after(() => {
        delete process.env['KAA_TEST_VERSION'];
      });

      for (const [currentVersionType, currentVersion] of [
        ['env', 'KAA_TEST_VERSION'],
        ['flow', 'firmware.version'],
        ['global', 'firmware.version'],
        ['jsonata', '$flowContext("firmware").version'],
        ['jsonata', '"1." & "0.0"'],
      ] as const) {
        test(`from ${currentVersionType} ${currentVersion}`, async (setting) => {
          const flow = setting.prepare({ ...observe, currentVersion, currentVersionType });
          flow.setContext(currentVersionType === 'global' ? 'global' : 'flow', 'firmware', { version: '1.0.0' });
          await flow.start();
          await observing(setting);
          assert.deepEqual(requests(setting), [running('1.0.0'), asks]);
        });
      }

      test('that is not there reports nothing', async (setting) => {
        await setting.start({ ...observe, currentVersion: 'firmware', currentVersionType: 'flow' });
        await observing(setting);
        assert.deepEqual(requests(setting), [asks]);
      });

      test('speaks for the own endpoint, not for the others that the node serves', async (setting) => {
        const flow = setting.prepare({ ...observe, tokens: 'list', tokensType: 'flow' });
        flow.setContext('flow', 'list', ['plc-2']);
        await flow.start();
        await observing(setting);
        await setting.requested(config, 1, 'plc-2');
        assert.deepEqual(setting.bodies(applied), [{ configId: '1.0.0', statusCode: 200 }]);
        assert.deepEqual(setting.requests(applied, 'plc-2'), []);
      });

      test('is evaluated again at every connect', async (setting) => {
        const flow = setting.prepare({ ...observe, currentVersion: 'firmware', currentVersionType: 'flow' });
        flow.setContext('flow', 'firmware', '1.0.0');
        await flow.start();
        await observing(setting);
        flow.setContext('flow', 'firmware', '1.0.1');
        await setting.reconnect();
        await observing(setting, 2);
        assert.deepEqual(requests(setting), [running('1.0.0'), asks, running('1.0.1'), asks]);
      });

      test('loses to a version confirmed by an applied node, until it changes itself', async (setting) => {
        const flow = setting.prepare({ type, mode: 'applied' });
        flow.add('observe', { ...observe, currentVersion: 'firmware', currentVersionType: 'flow' });
        flow.setContext('flow', 'firmware', '1.0.0');
        await flow.start();
        await observing(setting);
        await setting.told({ version: '1.1.0' });
        await setting.reconnect();
        await observing(setting, 2);
        flow.setContext('flow', 'firmware', '2.0.0');
        await setting.redeploy();
        await observing(setting, 3);
        assert.deepEqual(requests(setting), [
          running('1.0.0'),
          asks,
          running('1.1.0'),
          running('1.1.0'),
          asks,
          running('2.0.0'),
          asks,
        ]);
      });
    });

    describe('applied', () => {
      const report = { type, mode: 'applied' };

      test('takes configId in place of version', async (setting) => {
        await assign(setting, '1.1.0');
        await setting.start(report);
        await setting.told({ configId: '1.1.0' });
        assert.deepEqual(await shown(setting), { version: '1.1.0', status: 'applied', installed: '1.1.0' });
      });

      test('rejects: the version is not offered again, after a reconnect or a deploy', async (setting) => {
        const flow = setting.prepare(report);
        const offered = flow.add('observe', observe);
        await assign(setting, '1.1.0');
        await flow.start();
        const message = await offered.outputs.number(1);
        await setting.told({ ...message, statusCode: 422, reasonPhrase: 'no link' });
        assert.deepEqual(setting.bodies(applied)[1], { configId: '1.1.0', statusCode: 422, reasonPhrase: 'no link' });
        assert.deepEqual(await shown(setting), { version: '1.1.0', status: 'rejected', installed: '1.0.0' });
        await setting.reconnect();
        await observing(setting, 2);
        await setting.redeploy();
        await observing(setting, 3);
        assert.equal(offered.outputs.messages.length, 1);
        const again = { configId: '1.0.0', statusCode: 200 };
        assert.deepEqual(setting.bodies(applied).slice(2), [again, again]);
        await assign(setting, '1.2.0');
        await offered.outputs.number(2);
        assert.deepEqual(versions(offered.outputs.messages), ['1.1.0', '1.2.0']);
      });

      test('for another endpoint, named by msg.token', async (setting) => {
        await setting.start(report);
        const { token } = await setting.told({ version: '1.1.0', token: 'plc-2' });
        assert.equal(token, 'plc-2');
        assert.deepEqual(setting.bodies(applied, 'plc-2'), [{ configId: '1.1.0', statusCode: 200 }]);
        assert.deepEqual(setting.requests(applied), []);
      });

      const wrong: readonly [string, object][] = [
        ['no version', {}],
        ['an empty version', { version: '' }],
        ['a version that is no text', { version: 1.1 }],
        ['a status code that is a text', { version: '1.1.0', statusCode: '500' }],
        ['a hostile msg.token', { version: '1.1.0', token: '' }],
      ];
      for (const [what, message] of wrong) {
        test(`${what} is KAA_INVALID, and nothing is sent`, async (setting) => {
          await setting.start(report);
          const { error } = await setting.refused(message);
          assert.equal(error.code, 'KAA_INVALID');
          await setting.roundTrip();
          assert.equal(setting.received.length, 1);
        });
      }

      test('a report that the platform refuses is KAA_REJECTED, and counts as none', async (setting) => {
        const flow = setting.prepare(report);
        const offered = flow.add('observe', observe);
        await assign(setting, '1.1.0');
        await flow.start();
        const message = await offered.outputs.number(1);
        setting.platform.simulator.platform.faults.replace([
          { extension: 'cmx_ota', resource: 'applied/json', action: 'error', statusCode: 500, count: 1 },
        ]);
        assert.equal((await setting.refused({ ...message })).error.code, 'KAA_REJECTED');
        await setting.redeploy();
        await observing(setting, 2);
        assert.deepEqual(setting.bodies(applied).at(-1), { configId: '1.0.0', statusCode: 200 });
      });
    });

    describe('get', () => {
      const get = { type, mode: 'get', currentVersion: '1.0.0' };

      test('gives what is assigned, having reported the running version', async (setting) => {
        await assign(setting, '1.1.0');
        await setting.start(get);
        const { payload, kaa, version, configId, unchanged } = await setting.told({ payload: 'x' });
        assert.deepEqual(payload, { ...specification, for: '1.1.0' });
        assert.deepEqual([version, configId, unchanged, kaa['resource']], ['1.1.0', '1.1.0', undefined, 'config/json']);
        assert.deepEqual(requests(setting), [running('1.0.0'), ['config/json', {}]]);
      });

      test('of what is not assigned is null', async (setting) => {
        await setting.start(get);
        const { payload, version } = await setting.told({ payload: 'x' });
        assert.deepEqual([payload, version], [null, '']);
      });

      test('of what is running gives the remembered one, with unchanged: true', async (setting) => {
        const flow = setting.prepare(get);
        const report = flow.add('applied', { type, mode: 'applied' });
        await assign(setting, '1.1.0');
        await flow.start();
        await setting.told({});
        report.inject({ version: '1.1.0' });
        await report.outputs.number(1);
        flow.inject({});
        const { payload, version, unchanged } = await flow.outputs.number(2);
        assert.deepEqual([payload, version, unchanged], [{ ...specification, for: '1.1.0' }, '1.1.0', true]);
      });

      test('does not end the pushes', async (setting) => {
        const flow = setting.prepare(get);
        const offered = flow.add('observe', observe);
        await flow.start();
        await observing(setting);
        await setting.told({});
        await assign(setting, '1.1.0');
        await offered.outputs.number(1);
        assert.deepEqual(versions(offered.outputs.messages), ['1.1.0']);
      });
    });

    test('the token is in no log, status or message', async (setting) => {
      setting.platform.simulator.platform.faults.replace([
        { extension: 'cmx_ota', action: 'error', reasonPhrase: `kp1/v1/cmx_ota/${setting.token}/config/json` },
      ]);
      const flow = setting.prepare({ type, mode: 'applied' });
      const offered = flow.add('observe', observe);
      await flow.start();
      await offered.caught.number(1);
      assert.equal((await setting.refused({ version: '1.1.0' })).error.code, 'KAA_REJECTED');
      setting.requireSecrecy();
      assert.ok(!JSON.stringify(offered.caught.messages).includes(setting.token));
    });
  });
});

describe('kaa-ota of a platform with its own ways', () => {
  onPlatform(broker, {}, (test) => {
    const push = (setting: Setting, version: string): Promise<void> =>
      setting.publish(config, JSON.stringify({ configId: version, config: specification }));

    test('a version that is running is never offered, however often it is pushed', async (setting) => {
      const { outputs } = await setting.start(observe);
      await observing(setting);
      for (const version of ['1.0.0', '1.1.0', '1.0.0', '1.1.0']) await push(setting, version);
      await push(setting, '1.2.0');
      await outputs.number(2);
      assert.deepEqual(versions(outputs.messages), ['1.1.0', '1.2.0']);
    });

    test('a version that was applied or rejected is never offered again', async (setting) => {
      const flow = setting.prepare({ type, mode: 'applied' });
      const offered = flow.add('observe', observe);
      await flow.start();
      await observing(setting);
      await push(setting, '1.1.0');
      await offered.outputs.number(1);
      await setting.told({ version: '1.1.0', statusCode: 500 });
      await push(setting, '1.2.0');
      await offered.outputs.number(2);
      await setting.told({ version: '1.2.0' });
      for (const version of ['1.1.0', '1.2.0', '1.3.0']) await push(setting, version);
      await offered.outputs.number(3);
      assert.deepEqual(versions(offered.outputs.messages), ['1.1.0', '1.2.0', '1.3.0']);
    });

    test('pushes that say nothing new offer nothing', async (setting) => {
      const { outputs, caught } = await setting.start(observe);
      await observing(setting);
      for (const payload of ['', 'null', '{}', '{"configId":"1.1.0"}', '{"statusCode":304}']) {
        await setting.publish(config, payload);
      }
      await push(setting, '1.1.0');
      await outputs.number(1);
      await setting.roundTrip();
      assert.deepEqual(versions(outputs.messages), ['1.1.0']);
      assert.deepEqual(caught.messages, []);
    });

    for (const [what, payload, path] of [
      ['no JSON', 'firmware', ''],
      ['a version that is none', '{"configId":5,"config":{}}', '/configId'],
      ['a specification without version', '{"config":{"link":"x"}}', '/configId'],
    ] as const) {
      test(`a push with ${what} is KAA_PROTOCOL, and the next one is offered`, async (setting) => {
        const { outputs, caught } = await setting.start(observe);
        await observing(setting);
        await setting.publish(config, payload);
        const { error } = (await caught.number(1)) as Caught;
        assert.equal(error.code, 'KAA_PROTOCOL');
        assert.equal((error.cause['details'] as { path: string }[])[0]?.path, path);
        await push(setting, '1.1.0');
        await outputs.number(1);
        assert.equal(caught.messages.length, 1);
      });
    }
  });
});

describe('kaa-ota that cannot work', () => {
  onPlatform(kpc, {}, (test) => {
    const cases: readonly [string, Record<string, unknown>][] = [
      ['the mode is unknown', { mode: 'install' }],
      ['the version has an unknown type', { currentVersion: 'x', currentVersionType: 'date' }],
      ['the version is a broken expression', { currentVersion: '$foo(', currentVersionType: 'jsonata' }],
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
