/** What the nodes that receive have in common: which endpoints they serve, and what happens where observing fails. */
import assert from 'node:assert/strict';
import { type Clock, install } from '@sinonjs/fake-timers';
import { type Message, startRuntime, stopRuntime } from '../support/flow.ts';
import { Link } from '../support/link.ts';
import { behindWatchedBroker, broker, kpc, platforms } from '../support/platforms.ts';
import { until } from '../support/until.ts';
import { type Caught, type Definition, onPlatform, Setting, shownBy } from './setting.ts';

interface Receiving {
  readonly node: Definition;
  /** What it asks for. */
  readonly resource: string;
  /** Gives the endpoint something to receive, whose payload is `{ number }`. */
  readonly assign: (setting: Setting, number: number, token?: string) => Promise<unknown>;
}

const command: Receiving = {
  node: { type: 'kaa-command', mode: 'receive', commandType: 'reboot' },
  resource: 'cex/command/reboot',
  assign: (setting, number, token) => setting.control(token).command('reboot', { number }),
};

const receivingNodes: readonly Receiving[] = [
  command,
  {
    node: { type: 'kaa-config', mode: 'observe' },
    resource: 'cmx/config/json',
    assign: (setting, number, token) => setting.control(token).configuration({ number }),
  },
  {
    node: { type: 'kaa-ota', mode: 'observe' },
    resource: 'cmx_ota/config/json',
    assign: (setting, number, token) =>
      setting.control(token).put('software', { version: `1.0.${number}`, config: { number } }),
  },
];

interface Arrival {
  readonly number: number;
  readonly token: unknown;
  readonly appVersion: unknown;
}

/** What was received and for whom; not that nothing is assigned. */
function arrivals(messages: readonly Message[]): readonly Arrival[] {
  return messages.flatMap(({ payload, token, appVersion }) =>
    payload === null ? [] : [{ number: (payload as { number: number }).number, token, appVersion }],
  );
}

/** Waits until so much was received. */
async function arrived(setting: Setting, count: number): Promise<readonly Arrival[]> {
  await until(() => arrivals(setting.flow.outputs.messages).length >= count);
  await setting.roundTrip();
  return arrivals(setting.flow.outputs.messages);
}

const own = { token: undefined, appVersion: undefined };

function environment(name: string, value: string): void {
  before(() => {
    process.env[name] = value;
  });
  after(() => {
    delete process.env[name];
  });
}

for (const kind of platforms) {
  describe(`receiving nodes on ${kind.name}`, () => {
    environment('KAA_TEST_TOKENS', 'plc-1, plc-2');

    onPlatform(kind, {}, (test) => {
      for (const { node: each, resource: asked, assign: give } of receivingNodes) {
        test(`${each.type} serves the endpoints of its tokens, and names them but not its own`, async (setting) => {
          await give(setting, 1, 'plc-1');
          await setting.start({ ...each, tokens: 'KAA_TEST_TOKENS', tokensType: 'env' });
          for (const token of [setting.token, 'plc-1', 'plc-2']) await setting.requested(asked, 1, token);
          assert.deepEqual(await arrived(setting, 1), [{ ...own, number: 1, token: 'plc-1' }]);
          await setting.roundTrip('plc-2');
          await give(setting, 2, 'plc-2');
          await arrived(setting, 2);
          await give(setting, 3);
          assert.deepEqual(await arrived(setting, 3), [
            { ...own, number: 1, token: 'plc-1' },
            { ...own, number: 2, token: 'plc-2' },
            { ...own, number: 3 },
          ]);
          assert.ok(!setting.flow.log().includes('plc-'));
        });

        test(`${each.type} with dynamic serves the endpoints that messages name`, async (setting) => {
          const { completed, outputs } = await setting.start({ ...each, dynamic: true });
          setting.flow.inject({ action: 'observe', token: 'plc-1', appVersion: 'plc-v3' });
          await completed.number(1);
          await setting.requested(asked, 1, 'plc-1');
          await setting.roundTrip();
          await give(setting, 1, 'plc-1');
          assert.deepEqual(await arrived(setting, 1), [{ number: 1, token: 'plc-1', appVersion: 'plc-v3' }]);
          setting.flow.inject({ action: 'unobserve', token: 'plc-1', appVersion: 'plc-v3' });
          await completed.number(2);
          await give(setting, 2, 'plc-1');
          await give(setting, 3);
          assert.deepEqual(
            (await arrived(setting, 2)).map(({ number }) => number),
            [1, 3],
          );
          assert.ok(
            outputs.messages.every((message) => !('action' in message)),
            'the message itself is not passed on',
          );
          assert.equal(setting.requests(asked, 'plc-1').length, 1);
        });
      }
    });
  });
}

const { node, resource, assign } = command;

describe('receiving nodes', () => {
  describe('tokens', () => {
    environment('KAA_TEST_LIST', ' plc-1 ,plc-2, ');
    environment('KAA_TEST_JSON', ' ["plc-1", {"token": "plc-2", "appVersion": "plc-v3"}]');

    onPlatform(kpc, {}, (test) => {
      const lists: readonly [string, string, unknown, string | undefined][] = [
        ['env', 'KAA_TEST_LIST', undefined, undefined],
        ['env', 'KAA_TEST_JSON', undefined, 'plc-v3'],
        ['flow', 'list', ['plc-1', 'plc-2'], undefined],
        ['flow', 'list', [{ token: 'plc-1' }, { token: 'plc-2', appVersion: 'plc-v3' }], 'plc-v3'],
        ['flow', 'list', 'plc-1,plc-2', undefined],
        ['global', 'list', '["plc-1","plc-2"]', undefined],
        ['jsonata', '$flowContext("list").name', [{ name: 'plc-1' }, { name: 'plc-2' }], undefined],
      ];
      for (const [tokensType, tokens, value, appVersion] of lists) {
        test(`from ${tokensType} ${tokens} (${JSON.stringify(value) ?? 'set'})`, async (setting) => {
          const flow = setting.prepare({ ...node, tokens, tokensType });
          flow.setContext(tokensType === 'global' ? 'global' : 'flow', 'list', value);
          await assign(setting, 1, 'plc-1');
          await assign(setting, 2, 'plc-2');
          await flow.start();
          assert.deepEqual(
            (await arrived(setting, 2)).toSorted((a, b) => a.number - b.number),
            [
              { number: 1, token: 'plc-1', appVersion: undefined },
              { number: 2, token: 'plc-2', appVersion },
            ],
          );
          assert.equal(setting.requests(resource).length, 1, 'the own endpoint is served too');
        });
      }

      test('an endpoint that stands there twice, or is the own one, is served once', async (setting) => {
        const flow = setting.prepare({ ...node, tokens: 'list', tokensType: 'flow' });
        flow.setContext('flow', 'list', ['plc-1', setting.token, { token: 'plc-1', appVersion: 'v1' }]);
        await assign(setting, 1, 'plc-1');
        await assign(setting, 2);
        await flow.start();
        await arrived(setting, 2);
        assert.equal(setting.requests(resource, 'plc-1').length, 1);
        assert.equal(setting.requests(resource).length, 1);
        assert.equal(flow.outputs.messages.length, 2);
      });

      test('the own token under another application version is another endpoint', async (setting) => {
        const flow = setting.prepare({ ...node, tokens: 'list', tokensType: 'flow' });
        flow.setContext('flow', 'list', [{ token: setting.token, appVersion: 'v2' }]);
        await assign(setting, 1);
        await flow.start();
        const received = await arrived(setting, 2);
        assert.deepEqual(
          received.toSorted((a) => (a.appVersion === undefined ? -1 : 1)),
          [
            { ...own, number: 1 },
            { ...own, number: 1, appVersion: 'v2' },
          ],
        );
      });

      for (const value of [undefined, null, '', [], '[]', ' , ']) {
        test(`${JSON.stringify(value) ?? 'undefined'} names none: only the own endpoint is served`, async (setting) => {
          const flow = setting.prepare({ ...node, tokens: 'list', tokensType: 'flow' });
          flow.setContext('flow', 'list', value);
          await flow.start();
          await setting.requested(resource, 1);
          await setting.roundTrip();
          assert.deepEqual(flow.caught.messages, []);
          assert.equal(setting.received.length, 2);
        });
      }

      for (const value of [
        5,
        {},
        true,
        '["plc-secret"',
        [5],
        ['plc-secret', ''],
        ['plc/secret'],
        [{ appVersion: 'v2' }],
      ]) {
        test(`${JSON.stringify(value)} is KAA_INVALID, told to Catch; the own endpoint is served`, async (setting) => {
          const flow = setting.prepare({ ...node, tokens: 'list', tokensType: 'flow' });
          flow.setContext('flow', 'list', value);
          await flow.start();
          const { error, ...message } = (await flow.caught.number(1)) as Caught;
          assert.equal(error.code, 'KAA_INVALID');
          assert.equal((error.cause['details'] as unknown[]).length, 1);
          assert.deepEqual(Object.keys(message), ['_msgid']);
          await setting.requested(resource, 1);
          await assign(setting, 1);
          await arrived(setting, 1);
          assert.ok(!JSON.stringify(flow.caught.messages).includes('secret'));
          assert.ok(!flow.log().includes('secret'));
        });
      }

      test('of a list with wrong items the others are served, and Catch is told once', async (setting) => {
        const flow = setting.prepare({ ...node, tokens: 'list', tokensType: 'flow' });
        flow.setContext('flow', 'list', ['', 'plc-1', { token: 'plc/secret' }, { token: 'plc-2', appVersion: 5 }]);
        await assign(setting, 1, 'plc-1');
        await flow.start();
        assert.deepEqual(await arrived(setting, 1), [{ ...own, number: 1, token: 'plc-1' }]);
        await setting.reconnect();
        await setting.requested(resource, 2, 'plc-1');
        await setting.roundTrip();
        assert.equal(flow.caught.messages.length, 1);
        const { error } = flow.caught.messages[0] as Caught;
        const details = error.cause['details'] as { path: string }[];
        assert.deepEqual(
          details.map(({ path }) => path),
          ['/0/token', '/2/token', '/3/appVersion'],
        );
        assert.ok(!JSON.stringify(error).includes('secret'));
      });

      test('an expression of which one item is left', async (setting) => {
        const tokens = '$flowContext("list").{"token": name, "appVersion": "plc-v3"}';
        const flow = setting.prepare({ ...node, tokens, tokensType: 'jsonata' });
        flow.setContext('flow', 'list', [{ name: 'plc-1' }]);
        await assign(setting, 1, 'plc-1');
        await flow.start();
        assert.deepEqual(await arrived(setting, 1), [{ number: 1, token: 'plc-1', appVersion: 'plc-v3' }]);
      });

      test('an expression that fails is KAA_INVALID, without the values that it fails with', async (setting) => {
        const flow = setting.prepare({ ...node, tokens: '["plc-secret"].$number($)', tokensType: 'jsonata' });
        // The expression itself stands in the flow.
        await flow.start();
        assert.equal(((await flow.caught.number(1)) as Caught).error.code, 'KAA_INVALID');
        await setting.requested(resource, 1);
        assert.ok(!JSON.stringify(flow.caught.messages).includes('secret'));
        assert.ok(!flow.log().includes('secret'));
      });

      for (const tokensType of ['str', 'json', 'msg']) {
        test(`the type ${tokensType} is KAA_CONFIG: a literal would export secrets`, async (setting) => {
          const { statuses } = await setting.start({ ...node, tokens: 'plc-1', tokensType });
          assert.deepEqual(shownBy(await statuses.number(1)), ['red', 'ring', 'offline', 'KAA_CONFIG']);
          await setting.roundTrip();
          assert.equal(setting.received.length, 1);
        });
      }

      test('are read again at every connect: new ones are served, others no more', async (setting) => {
        const flow = setting.prepare({ ...node, tokens: 'list', tokensType: 'flow' });
        flow.setContext('flow', 'list', ['plc-1', 'plc-2']);
        await flow.start();
        for (const token of ['plc-1', 'plc-2']) await setting.requested(resource, 1, token);
        await setting.roundTrip();
        flow.setContext('flow', 'list', ['plc-2', 'plc-3']);
        await setting.reconnect();
        await setting.requested(resource, 2, 'plc-2');
        await setting.requested(resource, 1, 'plc-3');
        await setting.roundTrip('plc-1');
        await setting.roundTrip('plc-3');
        for (const [index, token] of ['plc-1', 'plc-2', 'plc-3'].entries()) await assign(setting, index + 1, token);
        const received = await arrived(setting, 2);
        assert.deepEqual(
          received.map(({ token }) => token),
          ['plc-2', 'plc-3'],
        );
        assert.equal(setting.requests('cex/result/reboot', 'plc-1').length, 0);
      });

      test('serve an endpoint without a token of its own', async (setting) => {
        await setting.start({ ...node, tokens: 'KAA_TEST_LIST', tokensType: 'env' }, {}, {});
        await setting.requested(resource, 1, 'plc-1');
        await setting.requested(resource, 1, 'plc-2');
        await setting.roundTrip('plc-1');
        await assign(setting, 1, 'plc-1');
        await until(() => setting.flow.outputs.messages.length > 0);
        assert.deepEqual(arrivals(setting.flow.outputs.messages), [{ ...own, number: 1, token: 'plc-1' }]);
      });
    });
  });

  describe('settings', () => {
    onPlatform(kpc, {}, (test) => {
      for (const { node: each } of receivingNodes) {
        test(`${each.type} without tokens and without a token of the endpoint is KAA_CONFIG`, async (setting) => {
          const { statuses } = await setting.start(each, {}, {});
          assert.deepEqual(shownBy(await statuses.number(1)), ['red', 'ring', 'offline', 'KAA_CONFIG']);
        });

        test(`${each.type} takes no messages without dynamic`, async (setting) => {
          await setting.start(each);
          setting.flow.inject({ action: 'observe', token: 'plc-1' });
          await setting.flow.caught.number(1);
          await setting.roundTrip('plc-1');
          assert.deepEqual(setting.requests('cex/command/reboot', 'plc-1'), []);
          assert.deepEqual(setting.flow.completed.messages, []);
        });
      }
    });
  });

  describe('dynamic', () => {
    onPlatform(kpc, {}, (test) => {
      const dynamic = { ...node, dynamic: true };

      for (const [what, message] of [
        ['without action', { token: 'plc-1' }],
        ['with an unknown action', { action: 'watch', token: 'plc-1' }],
        ['with an empty token', { action: 'observe', token: '' }],
        ['with a token that is none', { action: 'observe', token: undefined }],
        ['with a token that is no topic level', { action: 'observe', token: '#' }],
        ['with an application version that is none', { action: 'observe', token: 'plc-1', appVersion: '' }],
      ] as const) {
        test(`a message ${what} is KAA_INVALID, and changes nothing`, async (setting) => {
          const { caught, completed } = await setting.start(dynamic);
          await setting.requested(resource, 1);
          setting.flow.inject({ ...message, keep: 7 });
          const { error, ...rest } = (await caught.number(1)) as Caught;
          assert.equal(error.code, 'KAA_INVALID');
          assert.equal(rest['keep'], 7);
          await setting.roundTrip();
          assert.equal(setting.received.length, 2);
          assert.deepEqual(completed.messages, []);
        });
      }

      test('observe twice is one request; unobserve of an unknown endpoint is no error', async (setting) => {
        const { caught, completed } = await setting.start(dynamic);
        for (const action of ['observe', 'observe']) setting.flow.inject({ action, token: 'plc-1' });
        setting.flow.inject({ action: 'unobserve', token: 'plc-2' });
        await completed.number(3);
        await setting.requested(resource, 1, 'plc-1');
        await setting.roundTrip('plc-1');
        assert.equal(setting.requests(resource, 'plc-1').length, 1);
        assert.deepEqual(caught.messages, []);
      });

      test('an endpoint that is observed is asked for again at every connect, one no more observed is not', async (setting) => {
        const { completed } = await setting.start(dynamic);
        for (const token of ['plc-1', 'plc-2']) setting.flow.inject({ action: 'observe', token });
        await setting.requested(resource, 1, 'plc-1');
        await setting.requested(resource, 1, 'plc-2');
        setting.flow.inject({ action: 'unobserve', token: 'plc-2' });
        await completed.number(3);
        await setting.roundTrip();
        await setting.reconnect();
        await setting.requested(resource, 2, 'plc-1');
        await setting.roundTrip('plc-2');
        assert.equal(setting.requests(resource, 'plc-2').length, 1);
      });

      test('what messages say counts for more than the list: also at the next connect', async (setting) => {
        const flow = setting.prepare({ ...dynamic, tokens: 'list', tokensType: 'flow' });
        flow.setContext('flow', 'list', ['plc-1', 'plc-2']);
        await flow.start();
        for (const token of ['plc-1', 'plc-2']) await setting.requested(resource, 1, token);
        flow.inject({ action: 'unobserve', token: 'plc-1' });
        flow.inject({ action: 'observe', token: 'plc-2' });
        await flow.completed.number(2);
        flow.setContext('flow', 'list', ['plc-1']);
        await setting.roundTrip();
        await setting.reconnect();
        await setting.requested(resource, 2, 'plc-2');
        await setting.roundTrip('plc-1');
        assert.equal(setting.requests(resource, 'plc-1').length, 1);
      });

      test('unobserve by one node leaves the other one', async (setting) => {
        const flow = setting.prepare(dynamic);
        const other = flow.add('other', dynamic);
        await flow.start();
        for (const each of [flow, other]) each.inject({ action: 'observe', token: 'plc-1' });
        await setting.requested(resource, 1, 'plc-1');
        flow.inject({ action: 'unobserve', token: 'plc-1' });
        await flow.completed.number(2);
        await setting.roundTrip('plc-1');
        await assign(setting, 1, 'plc-1');
        await other.outputs.number(1);
        await setting.roundTrip();
        assert.deepEqual(flow.outputs.messages, []);
      });

      test('serves an endpoint without a token of its own', async (setting) => {
        await setting.start(dynamic, {}, {});
        setting.flow.inject({ action: 'observe', token: 'plc-1' });
        await setting.requested(resource, 1, 'plc-1');
        setting.flow.inject({ action: 'observe' });
        assert.equal(((await setting.flow.caught.number(1)) as Caught).error.code, 'KAA_CONFIG');
      });
    });
  });

  describe('whose observe request fails', () => {
    let clock: Clock;
    beforeEach(() => {
      clock = install({ toFake: ['setTimeout', 'clearTimeout'], shouldAdvanceTime: true, advanceTimeDelta: 2 });
    });
    afterEach(() => clock.uninstall());

    onPlatform(kpc, {}, (test) => {
      for (const each of receivingNodes) {
        test(`${each.node.type}: a yellow ring, one message to Catch per change of reason, and it is tried again`, async (setting) => {
          const { faults } = setting.platform.simulator.platform;
          const [extension = '', ...path] = each.resource.split('/');
          const fail = (statusCode: number): void => {
            faults.replace([{ extension, resource: path.join('/'), action: 'error', statusCode, reasonPhrase: 'No' }]);
          };
          fail(403);
          const { caught, statuses } = await setting.start(each.node, { keepalive: '3600' });
          const { error, _msgid, ...message } = (await caught.number(1)) as Caught;
          assert.deepEqual([error.code, error.cause], ['KAA_REJECTED', { statusCode: 403, reasonPhrase: 'No' }]);
          assert.deepEqual(message, {});
          await setting.roundTrip();
          const again = async (): Promise<void> => {
            const count = setting.requests(each.resource).length;
            // Five seconds at least, and then twice as long each time.
            clock.tick(4500);
            await setting.roundTrip();
            assert.equal(setting.requests(each.resource).length, count);
            clock.tick(36_000);
            await setting.requested(each.resource, count + 1);
            await setting.roundTrip();
          };
          await again();
          assert.deepEqual(shownBy(statuses.messages.at(-1)), ['yellow', 'ring', 'connected', 'KAA_REJECTED']);
          assert.equal(caught.messages.length, 1, 'the reason is the same');
          fail(503);
          await again();
          assert.equal(caught.messages.length, 2);
          assert.equal((caught.messages[1] as Caught).error.cause['statusCode'], 503);
          await each.assign(setting, 1);
          await arrived(setting, 1);
          faults.replace([]);
          await again();
          await statuses.until((all) => shownBy(all.at(-1))[0] === 'green');
          clock.tick(400_000);
          await setting.roundTrip();
          assert.equal(setting.requests(each.resource).length, 4);
          assert.equal(caught.messages.length, 2);
        });
      }

      test('silence is a KAA_TIMEOUT, and for another endpoint the message to Catch names it', async (setting) => {
        const { faults } = setting.platform.simulator.platform;
        faults.replace([{ extension: 'cex', action: 'drop', token: 'plc-1' }]);
        const flow = setting.prepare({ ...node, tokens: 'list', tokensType: 'flow' }, { requestTimeout: '0.2' });
        flow.setContext('flow', 'list', ['plc-1']);
        await flow.start();
        const { error, _msgid, ...message } = (await flow.caught.number(1)) as Caught;
        assert.equal(error.code, 'KAA_TIMEOUT');
        assert.deepEqual(message, { token: 'plc-1' });
        await flow.statuses.until((all) => shownBy(all.at(-1))[0] === 'yellow' && shownBy(all.at(-1))[3] !== undefined);
        await assign(setting, 1);
        await arrived(setting, 1);
      });

      test('an endpoint that is not observed any more is no trouble any more', async (setting) => {
        const { faults } = setting.platform.simulator.platform;
        faults.replace([{ extension: 'cex', action: 'error', token: 'plc-1' }]);
        const { caught, statuses } = await setting.start({ ...node, dynamic: true });
        setting.flow.inject({ action: 'observe', token: 'plc-1' });
        await caught.number(1);
        await statuses.until((all) => shownBy(all.at(-1))[3] === 'KAA_REJECTED');
        setting.flow.inject({ action: 'unobserve', token: 'plc-1' });
        await statuses.until((all) => shownBy(all.at(-1))[0] === 'green');
      });

      for (const each of receivingNodes) {
        test(`${each.node.type}: an answer that comes too late is taken like a push`, async (setting) => {
          const { faults } = setting.platform.simulator.platform;
          const [extension = ''] = each.resource.split('/');
          faults.replace([{ extension, action: 'delay', delayMs: 300, count: 1 }]);
          await each.assign(setting, 1);
          const { caught } = await setting.start(each.node, { requestTimeout: '0.1' });
          assert.equal(((await caught.number(1)) as Caught).error.code, 'KAA_TIMEOUT');
          assert.deepEqual(await arrived(setting, 1), [{ ...own, number: 1 }]);
          assert.equal(setting.requests(each.resource).length, 1);
        });
      }

      test('several nodes each tell Catch', async (setting) => {
        setting.platform.simulator.platform.faults.replace([{ extension: 'cex', action: 'error' }]);
        const flow = setting.prepare(node);
        const other = flow.add('other', node);
        await flow.start();
        await flow.caught.number(1);
        await other.caught.number(1);
        await setting.roundTrip();
        assert.deepEqual([flow.caught.messages.length, other.caught.messages.length], [1, 1]);
        assert.equal(setting.requests(resource).length, 1);
      });
    });
  });
});

describe('receiving nodes of a platform that breaks the protocol', () => {
  onPlatform(broker, {}, (test) => {
    for (const each of receivingNodes) {
      test(`${each.node.type}: an answer that is none is KAA_PROTOCOL, and pushes are received`, async (setting) => {
        setting.answerWith(each.resource, '"nothing"');
        const { caught, statuses } = await setting.start(each.node);
        const { error, _msgid, ...message } = (await caught.number(1)) as Caught;
        assert.equal(error.code, 'KAA_PROTOCOL');
        assert.equal((error.cause['details'] as { path: string }[])[0]?.path, '');
        assert.deepEqual(message, {});
        await statuses.until((all) => shownBy(all.at(-1))[3] === 'KAA_PROTOCOL');
        assert.deepEqual(shownBy(statuses.messages.at(-1)), ['yellow', 'ring', 'connected', 'KAA_PROTOCOL']);
        await setting.roundTrip();
        await each.assign(setting, 1);
        await arrived(setting, 1);
        assert.equal(caught.messages.length, 1);
      });
    }
  });
});

describe('all nodes of an endpoint together', () => {
  before(startRuntime);
  after(stopRuntime);

  it('subscribe to each filter once, and again after a reconnect', async () => {
    const platform = await behindWatchedBroker();
    const setting = new Setting(platform, await Link.to(platform.url));
    try {
      const flow = setting.prepare(node);
      const nodes: readonly Definition[] = [
        node,
        { ...node, commandType: '' },
        { ...node, commandType: 'openDoor' },
        { type: 'kaa-command', mode: 'respond' },
        ...receivingNodes.map((each) => each.node),
        { type: 'kaa-config', mode: 'observe', configName: 'limits' },
        { type: 'kaa-config', mode: 'get' },
        { type: 'kaa-metadata', operation: 'getKeys' },
        { type: 'kaa-metadata', operation: 'get' },
        { type: 'kaa-blob-token' },
      ];
      const others = nodes.map((each, index) => flow.add(`node-${index}`, each));
      await flow.start();
      await assign(setting, 1);
      for (const each of others.slice(0, 2)) await each.outputs.number(1);
      for (const each of others.slice(-4)) {
        each.inject({ payload: undefined });
        await each.outputs.number(1);
      }
      await setting.roundTrip();
      const filters = platform.subscribed.splice(0);
      assert.ok(filters.length > 10);
      assert.deepEqual(filters.toSorted(), [...new Set(filters)].toSorted());
      await setting.reconnect();
      await setting.requested(resource, 2);
      await setting.roundTrip();
      assert.deepEqual(platform.subscribed.toSorted(), filters.toSorted());
    } finally {
      await setting.close();
    }
  });
});
