import assert from 'node:assert/strict';
import type { CommandReceiver, ReceivedCommand } from '../../src/extensions/command.ts';
import { Commands } from '../../src/extensions/commands.ts';
import type { Store } from '../../src/store/store.ts';
import { InlineStore } from '../support/inline-store.ts';
import { address, Platform, Rejection } from './platform.ts';

const day = 86_400_000;

class Receiver implements CommandReceiver {
  readonly commandType: string;
  readonly replyTimeout: number;
  readonly afterRestart: 'fail' | 'redeliver';
  readonly commands: ReceivedCommand[] = [];
  readonly failures: Error[] = [];
  readonly troubles: unknown[] = [];

  constructor(commandType = 'reboot', replyTimeout = 0, afterRestart: 'fail' | 'redeliver' = 'fail') {
    this.commandType = commandType;
    this.replyTimeout = replyTimeout;
    this.afterRestart = afterRestart;
  }

  received(_address: unknown, command: ReceivedCommand): void {
    this.commands.push(command);
  }

  failed(_address: unknown, error: Error): void {
    this.failures.push(error);
  }

  observing(_address: unknown, _path: string, error: unknown): void {
    this.troubles.push(error);
  }

  get ids(): number[] {
    return this.commands.map(({ id }) => id);
  }
}

describe('commands', () => {
  let platform: Platform;
  let disk: InlineStore;
  let store: Store;
  let commands: Commands;
  /** What a request for commands is answered with. */
  let outstanding: unknown[];
  let refusals: Error[];
  const responder = { unexpectedError: (_target: unknown, error: Error) => void refusals.push(error) };

  beforeEach(async () => {
    platform = new Platform();
    disk = new InlineStore();
    store = disk.open();
    outstanding = [];
    refusals = [];
    platform.answer = ({ path }) => (path.startsWith('command/') ? outstanding : path === 'get/keys' ? [] : '');
    commands = new Commands(platform.client, store);
    await platform.settle();
  });

  afterEach(async () => {
    await platform.close();
    disk.remove();
  });

  function serve(receiver = new Receiver()): Receiver & { stop(): void } {
    return Object.assign(receiver, { stop: commands.serve(address, receiver) });
  }

  /** The flow and its connection are replaced; what is remembered stays. */
  async function deploy(): Promise<void> {
    await platform.deploy();
    commands = new Commands(platform.client, store);
  }

  const respond = (id: number, statusCode = 200, type = 'reboot') =>
    commands.respond(address, type, id, { statusCode }, responder);

  it('are asked for after every connect, once for all nodes of a type', async () => {
    serve();
    serve();
    await platform.connect();
    assert.deepEqual(platform.bodies('command/reboot'), [{ observe: true }]);
    await platform.reconnect();
    assert.deepEqual(platform.bodies('command/reboot'), [{ observe: true }, { observe: true }]);
  });

  it('of an array are handed out one by one, in order, to all nodes of their type', async () => {
    outstanding = [{ id: 1, payload: 'a' }, { id: 2 }, { id: 3, payload: null }];
    platform.answer = ({ path }) => (path === 'command/reboot' ? outstanding : []);
    const [own, every, other] = [serve(), serve(new Receiver('')), serve(new Receiver('valve'))];
    await platform.connect();
    assert.deepEqual([own.ids, every.ids, other.ids], [[1, 2, 3], [1, 2, 3], []]);
    assert.deepEqual(
      own.commands.map(({ requestId, ...command }) => [command, typeof requestId]),
      [
        [{ type: 'reboot', id: 1, payload: 'a' }, 'number'],
        [{ type: 'reboot', id: 2 }, 'number'],
        [{ type: 'reboot', id: 3, payload: null }, 'number'],
      ],
    );
  });

  it('are handed out in the order in which they came, by answers and pushes', async () => {
    const receiver = serve();
    platform.server.onPublish = (link, { topic }) => {
      link.deliver(`${topic}/status`, [{ id: 1 }, { id: 2 }]);
      link.deliver('kp1/v1/cex/secret/command/reboot/status', [{ id: 3 }]);
    };
    await platform.connect();
    assert.deepEqual(receiver.ids, [1, 2, 3]);
  });

  it('are handed out once, however often they are delivered', async () => {
    outstanding = [{ id: 1, payload: { a: 1, b: 2 } }];
    const receiver = serve();
    await platform.connect();
    await platform.push('cex', 'command/reboot', [{ id: 1, payload: { b: 2, a: 1 } }]);
    await platform.reconnect();
    await platform.push('cex', 'command/reboot', [{ payload: { a: 1, b: 2 }, id: 1 }, { id: 2 }]);
    assert.deepEqual(receiver.ids, [1, 2]);
  });

  it('with the same ID and another payload are new ones', async () => {
    const receiver = serve();
    await platform.connect();
    await platform.push('cex', 'command/reboot', [{ id: 1, payload: { in: 5 } }]);
    await platform.push('cex', 'command/reboot', [{ id: 1, payload: { in: 6 } }]);
    await platform.push('cex', 'command/reboot', [{ id: 1 }]);
    assert.deepEqual(receiver.ids, [1, 1, 1]);
  });

  it('of a type that no node receives are neither recorded nor answered', async () => {
    const receiver = serve();
    await platform.connect();
    await platform.push('cex', 'command/other', [{ id: 1 }]);
    const other = serve(new Receiver('other'));
    outstanding = [{ id: 1 }];
    await platform.reconnect();
    assert.deepEqual([receiver.ids, other.ids], [[1], [1]]);
    assert.deepEqual(platform.bodies('result/other'), []);
  });

  it('that are answered get their stored result again when the platform asks again', async () => {
    serve();
    await platform.connect();
    await platform.push('cex', 'command/reboot', [{ id: 1 }]);
    await respond(1, 201);
    await platform.push('cex', 'command/reboot', [{ id: 1 }]);
    const result = [{ id: 1, statusCode: 201 }];
    assert.deepEqual(platform.bodies('result/reboot'), [result, result]);
  });

  it('of one ID with two payloads are answered apart', async () => {
    const receiver = serve();
    await platform.connect();
    await platform.push('cex', 'command/reboot', [{ id: 1, payload: 'a' }]);
    const { onPublish } = platform.server;
    platform.server.onPublish = undefined;
    const first = respond(1);
    await platform.push('cex', 'command/reboot', [{ id: 1, payload: 'b' }]);
    platform.server.onPublish = onPublish;
    await platform.clock.tickAsync(20_000);
    await first;
    await respond(1);
    assert.deepEqual(receiver.ids, [1, 1]);
  });

  it('are handed to each node as a copy of its own', async () => {
    const [first, second] = [serve(), serve()];
    await platform.connect();
    await platform.push('cex', 'command/reboot', [{ id: 1, payload: { delay: 5 } }]);
    Object.assign(first.commands[0]?.payload ?? {}, { delay: 99 });
    assert.deepEqual(second.commands[0]?.payload, { delay: 5 });
  });

  it('one that cannot be read hides no other', async () => {
    const receiver = serve();
    await platform.connect();
    const deep = `${'['.repeat(20_000)}${']'.repeat(20_000)}`;
    await platform.push(
      'cex',
      'command/reboot',
      `[{"id":1},{"id":"x"},{"id":1e20},{"id":2,"payload":${deep}},{"id":3}]`,
    );
    assert.deepEqual(receiver.ids, [1, 3]);
    assert.deepEqual(
      receiver.failures.map((error) => error.cause),
      [
        {
          details: [
            { path: '/1/id', reason: 'must be integer' },
            { path: '/2/id', reason: 'must be <= 9007199254740991' },
            { path: '/3', reason: 'must not be nested deeper than 100 levels' },
          ],
        },
      ],
    );
  });

  it('of which none can be read are asked for again', async () => {
    const receiver = serve();
    outstanding = [{ id: '5' }];
    await platform.connect();
    assert.match(String(receiver.troubles[0]), /\/0\/id must be integer/);
    outstanding = [{ id: 5 }];
    await platform.clock.tickAsync(10_000);
    assert.deepEqual(receiver.ids, [5]);
  });

  it('a stored result goes to its own responder, however often the platform asks in between', async () => {
    serve();
    await platform.connect();
    await platform.push('cex', 'command/reboot', [{ id: 1 }]);
    platform.answer = ({ path }) => (path === 'result/reboot' ? new Rejection(503) : outstanding);
    await assert.rejects(respond(1), { code: 'KAA_REJECTED' });
    await platform.push('cex', 'command/reboot', [{ id: 1 }]);
    platform.answer = ({ path }) => (path === 'result/reboot' ? new Rejection(410) : outstanding);
    await platform.reconnect();
    assert.equal(refusals.length, 1);
  });

  it('results that stay behind are told of once', async () => {
    const receiver = serve();
    await platform.connect();
    const { onPublish } = platform.server;
    platform.server.onPublish = (link, message) => {
      if (!message.topic.includes('/result/')) onPublish?.(link, message);
    };
    void respond(1);
    await platform.clock.tickAsync(3_600_000);
    assert.deepEqual(
      receiver.failures.map((error) => 'code' in error && error.code),
      ['KAA_TIMEOUT'],
    );
  });

  it('a node that comes while a type is not observed hears why', async () => {
    platform.answer = () => undefined;
    serve();
    await platform.connect();
    await platform.clock.tickAsync(10_000);
    const late = serve();
    assert.equal(late.troubles.length, 1);
  });

  it('a node that fails takes nothing from the others', async () => {
    const [first, second] = [serve(), serve()];
    first.received = () => assert.fail('broken');
    await platform.connect();
    await platform.push('cex', 'command/reboot', [{ id: 1 }, { id: 2 }]);
    assert.deepEqual(second.ids, [1, 2]);
  });

  it('of types that are no names are left alone', async () => {
    const receiver = serve(new Receiver(''));
    await platform.connect();
    for (const type of ['+', '#', 'a\u0001b']) await platform.push('cex', `command/${type}`, [{ id: 1 }]);
    assert.deepEqual(receiver.ids, []);
    assert.deepEqual(
      platform.requests.map(({ path }) => path),
      ['get/keys'],
    );
  });

  it('the first result wins, a later one is KAA_DUPLICATE and not sent', async () => {
    serve();
    await platform.connect();
    await platform.push('cex', 'command/reboot', [{ id: 1 }]);
    const outcomes = await Promise.allSettled([respond(1), respond(1, 500)]);
    assert.deepEqual(
      outcomes.map(({ status }) => status),
      ['fulfilled', 'rejected'],
    );
    await assert.rejects(respond(1), { code: 'KAA_DUPLICATE' });
    assert.deepEqual(platform.bodies('result/reboot'), [[{ id: 1, statusCode: 200 }]]);
  });

  it('a result for an ID that is not known is sent and recorded', async () => {
    const receiver = serve();
    await platform.connect();
    await respond(77);
    await assert.rejects(respond(77), { code: 'KAA_DUPLICATE' });
    await platform.push('cex', 'command/reboot', [{ id: 77, payload: 'late' }]);
    assert.deepEqual(receiver.ids, []);
    assert.equal(platform.bodies('result/reboot').length, 2);
  });

  it('a result given while offline is stored, and goes out first after the connect', async () => {
    const receiver = serve();
    await platform.connect();
    await platform.push('cex', 'command/reboot', [{ id: 1 }]);
    await platform.disconnect();
    const outcome = await respond(1);
    assert.deepEqual(outcome, { resource: 'result/reboot', confirmed: false, stored: true });
    await assert.rejects(respond(1), { code: 'KAA_DUPLICATE' });
    platform.requests.length = 0;
    await platform.clock.tickAsync(2000);
    await platform.connect();
    assert.deepEqual(
      platform.requests.map(({ path }) => path),
      ['result/reboot', 'command/reboot'],
    );
    await platform.reconnect();
    assert.equal(platform.bodies('result/reboot').length, 1);
    assert.deepEqual(receiver.ids, [1]);
  });

  it('a stored result goes out after a deploy too, where only its endpoint is known', async () => {
    await platform.connect();
    await platform.disconnect();
    await respond(1);
    await deploy();
    commands.resume(address);
    await platform.settle();
    await platform.connect();
    assert.equal(platform.bodies('result/reboot').length, 1);
  });

  it('a stored result is sent before observing, which waits for its receipt and no longer', async () => {
    serve();
    await platform.connect();
    await platform.disconnect();
    await respond(1);
    const { onPublish } = platform.server;
    platform.answer = ({ path }) => (path === 'result/reboot' ? undefined : outstanding);
    platform.server.onPublish = (link, message) => {
      const receipt = (): void => void setTimeout(message.receipt, 100);
      onPublish?.(link, message.topic.includes('/result/') ? { ...message, receipt } : message);
    };
    platform.requests.length = 0;
    await platform.clock.tickAsync(2000);
    await platform.connect();
    await platform.clock.tickAsync(99);
    assert.equal(platform.bodies('command/reboot').length, 0);
    await platform.clock.tickAsync(1);
    assert.equal(platform.bodies('command/reboot').length, 1);
  });

  it('a result that got no receipt is sent again while connected', async () => {
    serve();
    await platform.connect();
    await platform.push('cex', 'command/reboot', [{ id: 1 }]);
    const { onPublish } = platform.server;
    platform.server.onPublish = undefined;
    const outcome = respond(1);
    await platform.clock.tickAsync(10_000);
    assert.deepEqual(await outcome, { resource: 'result/reboot', confirmed: false, stored: true });
    platform.server.onPublish = onPublish;
    await platform.clock.tickAsync(20_000);
    assert.equal(platform.bodies('result/reboot').length, 1);
  });

  it('results that got no receipt are all sent again, without a flood', async () => {
    await platform.connect();
    const { onPublish } = platform.server;
    let published = 0;
    platform.server.onPublish = () => void (published += 1);
    const outcomes: Promise<unknown>[] = [];
    for (let id = 1; id <= 20; id += 1) {
      outcomes.push(respond(id));
      await platform.clock.tickAsync(3000);
    }
    await platform.clock.tickAsync(20_000);
    assert.ok(published < 60, String(published));
    platform.server.onPublish = onPublish;
    await platform.clock.tickAsync(600_000);
    await Promise.all(outcomes);
    const ids = new Set(platform.bodies('result/reboot').map((body) => JSON.stringify(body)));
    assert.equal(ids.size, 20);
    assert.equal(platform.bodies('result/reboot').length, 20);
  });

  it('a result that the platform cannot take now is KAA_REJECTED, kept and sent again', async () => {
    platform.answer = ({ path }) => (path === 'result/reboot' ? new Rejection(503) : outstanding);
    await platform.connect();
    await assert.rejects(respond(1), { code: 'KAA_REJECTED' });
    platform.answer = () => '';
    await platform.clock.tickAsync(10_000);
    assert.equal(platform.bodies('result/reboot').length, 2);
  });

  it('a result that the platform refuses is KAA_REJECTED and not sent again', async () => {
    serve();
    await platform.connect();
    await platform.push('cex', 'command/reboot', [{ id: 1 }]);
    platform.answer = ({ path }) => (path === 'result/reboot' ? new Error('no') : outstanding);
    await assert.rejects(respond(1), { code: 'KAA_REJECTED' });
    await platform.reconnect();
    assert.equal(platform.bodies('result/reboot').length, 1);
  });

  it('a stored result that the platform refuses later is told to who gave it, once', async () => {
    await platform.connect();
    await platform.disconnect();
    await respond(1);
    platform.answer = () => new Error('no');
    await platform.clock.tickAsync(2000);
    await platform.connect();
    assert.deepEqual(
      refusals.map((error) => 'code' in error && error.code),
      ['KAA_REJECTED'],
    );
    await platform.reconnect();
    assert.equal(platform.bodies('result/reboot').length, 1);
  });

  it('a result that cannot be sent is KAA_INVALID, and the command can still be answered', async () => {
    serve();
    await platform.connect();
    await platform.push('cex', 'command/reboot', [{ id: 1 }]);
    const tooLarge = 'x'.repeat(300_000);
    for (const payload of [Buffer.from('x'), Number.NaN, tooLarge]) {
      const outcome = commands.respond(address, 'reboot', 1, { statusCode: 200, payload }, responder);
      await assert.rejects(outcome, { code: 'KAA_INVALID' });
    }
    await respond(1);
    assert.equal(platform.bodies('result/reboot').length, 1);
  });

  for (const [type, id] of [
    ['', 1],
    ['a/b', 1],
    ['17', 1],
    [undefined, 1],
    ['reboot', undefined],
    ['reboot', 1.5],
    ['reboot', 'x'],
    ['reboot', 1e20],
  ] as const) {
    it(`a result for the command ${JSON.stringify([type, id])} is KAA_INVALID`, async () => {
      await platform.connect();
      await assert.rejects(commands.respond(address, type, id, { statusCode: 200 }, responder), {
        code: 'KAA_INVALID',
      });
      assert.deepEqual(platform.requests, []);
    });
  }

  describe('reply time-outs', () => {
    it('report 504, by the smallest of the nodes; a later result is KAA_DUPLICATE', async () => {
      serve(new Receiver('reboot', 60));
      serve(new Receiver('', 30));
      serve(new Receiver('reboot', 0));
      await platform.connect();
      await platform.push('cex', 'command/reboot', [{ id: 1 }]);
      await platform.clock.tickAsync(29_999);
      assert.deepEqual(platform.bodies('result/reboot'), []);
      await platform.clock.tickAsync(1);
      assert.deepEqual(platform.bodies('result/reboot'), [
        [{ id: 1, statusCode: 504, reasonPhrase: 'No result in time' }],
      ]);
      await assert.rejects(respond(1), { code: 'KAA_DUPLICATE' });
    });

    it('end with the result', async () => {
      serve(new Receiver('reboot', 30));
      await platform.connect();
      await platform.push('cex', 'command/reboot', [{ id: 1 }]);
      await respond(1);
      await platform.clock.tickAsync(60_000);
      assert.equal(platform.bodies('result/reboot').length, 1);
    });

    it('survive a deploy, which does not hand the command out again', async () => {
      outstanding = [{ id: 1 }];
      serve(new Receiver('reboot', 30));
      await platform.connect();
      await platform.clock.tickAsync(20_000);
      await deploy();
      const receiver = serve(new Receiver('reboot', 30));
      await platform.connect();
      await platform.clock.tickAsync(9_999);
      assert.deepEqual(platform.bodies('result/reboot'), []);
      await platform.clock.tickAsync(1);
      assert.equal(platform.bodies('result/reboot').length, 1);
      assert.deepEqual(receiver.ids, []);
    });

    it('that end between two flows report as soon as the new one is connected', async () => {
      serve(new Receiver('reboot', 30));
      await platform.connect();
      await platform.push('cex', 'command/reboot', [{ id: 1 }]);
      await platform.deploy();
      await platform.clock.tickAsync(60_000);
      commands = new Commands(platform.client, store);
      serve();
      await platform.settle();
      await platform.connect();
      assert.equal(platform.bodies('result/reboot').length, 1);
    });
  });

  describe('a node for every type', () => {
    it('announces the endpoint where no type is known, and takes a refusal for an answer', async () => {
      platform.answer = ({ path }) => (path === 'get/keys' ? new Error('no') : outstanding);
      const receiver = serve(new Receiver(''));
      await platform.connect();
      assert.deepEqual(
        platform.requests.map(({ path }) => path),
        ['get/keys'],
      );
      assert.deepEqual(receiver.troubles, [undefined]);
      await platform.reconnect();
      assert.equal(platform.bodies('get/keys').length, 2);
    });

    it('asks for a type from its first command on, and does not announce any more', async () => {
      const receiver = serve(new Receiver(''));
      await platform.connect();
      await platform.push('cex', 'command/valve', [{ id: 1 }]);
      assert.deepEqual(platform.bodies('command/valve'), [{ observe: true }]);
      await platform.reconnect();
      assert.equal(platform.bodies('command/valve').length, 2);
      assert.equal(platform.bodies('get/keys').length, 1);
      assert.deepEqual(receiver.ids, [1]);
    });

    it('asks for the types that other nodes name and for those known from before', async () => {
      serve(new Receiver(''));
      await platform.connect();
      await platform.push('cex', 'command/valve', [{ id: 1 }]);
      await deploy();
      platform.requests.length = 0;
      serve(new Receiver(''));
      serve();
      await platform.connect();
      assert.deepEqual(platform.requests.map(({ path }) => path).toSorted(), ['command/reboot', 'command/valve']);
    });
  });

  describe('after a day', () => {
    it('are forgotten where the platform, asked for all it has, does not name them any more', async () => {
      const receiver = serve();
      await platform.connect();
      await platform.push('cex', 'command/reboot', [{ id: 1 }, { id: 2 }]);
      await platform.clock.tickAsync(day + 1000);
      outstanding = [{ id: 2 }];
      await platform.reconnect();
      await platform.push('cex', 'command/reboot', [{ id: 1 }, { id: 2 }]);
      assert.deepEqual(receiver.ids, [1, 2, 1]);
    });

    it('are not handed out again while the platform still names them', async () => {
      const receiver = serve();
      outstanding = [{ id: 1 }, { id: 2 }];
      await platform.connect();
      await respond(2);
      for (let days = 0; days < 3; days += 1) {
        await platform.clock.tickAsync(day + 1000);
        await platform.reconnect();
      }
      assert.deepEqual(receiver.ids, [1, 2]);
    });

    it('the platform is asked for all it has when commands keep coming', async () => {
      serve();
      await platform.connect();
      await platform.clock.tickAsync(day / 2 + 1000);
      await platform.push('cex', 'command/reboot', [{ id: 1 }]);
      await platform.push('cex', 'command/reboot', [{ id: 2 }]);
      assert.equal(platform.bodies('command/reboot').length, 2);
    });

    it('results that were not sent are kept', async () => {
      serve();
      await platform.connect();
      await platform.push('cex', 'command/reboot', [{ id: 1 }]);
      await platform.disconnect();
      await respond(1);
      await platform.clock.tickAsync(2 * day);
      await deploy();
      serve();
      await platform.settle();
      await platform.connect();
      assert.deepEqual(platform.bodies('result/reboot'), [[{ id: 1, statusCode: 200 }]]);
    });

    it('deadlines are kept', async () => {
      serve(new Receiver('reboot', (3 * day) / 1000));
      await platform.connect();
      await platform.push('cex', 'command/reboot', [{ id: 1 }]);
      await platform.clock.tickAsync(2 * day);
      await platform.reconnect();
      await platform.clock.tickAsync(day);
      assert.equal(platform.bodies('result/reboot').length, 1);
    });

    it('a step of the clock hands nothing out again', async () => {
      const receiver = serve();
      outstanding = [{ id: 1 }];
      await platform.connect();
      platform.clock.setSystemTime(1_900_000_000_000);
      await platform.push('cex', 'command/reboot', [{ id: 2 }]);
      await platform.reconnect();
      assert.deepEqual(receiver.ids, [1, 2]);
    });
  });

  it('are not handed to a node that has left, and not asked for any more', async () => {
    const receiver = serve();
    await platform.connect();
    receiver.stop();
    await platform.push('cex', 'command/reboot', [{ id: 1 }]);
    await platform.reconnect();
    assert.deepEqual(receiver.ids, []);
    assert.equal(platform.bodies('command/reboot').length, 1);
  });

  it('are not asked for where the last node leaves while the connection comes back', async () => {
    const receiver = serve();
    await platform.connect();
    await platform.disconnect();
    platform.requests.length = 0;
    await platform.clock.tickAsync(2000);
    const { link } = platform.server;
    link.subscribe = (filters) =>
      new Promise((resolve) => {
        setTimeout(() => resolve(filters.map(() => 0)), 100);
      });
    const unwatch = platform.client.onStatus(() => receiver.stop());
    await platform.connect();
    await platform.clock.tickAsync(1000);
    unwatch();
    assert.deepEqual(platform.requests, []);
  });

  it('that are not what the protocol promises are told to the nodes', async () => {
    const receiver = serve();
    await platform.connect();
    await platform.push('cex', 'command/reboot', [{ id: 'x' }]);
    await platform.push('cex', 'command/reboot', { id: 1 });
    assert.deepEqual(
      receiver.failures.map((error) => 'code' in error && error.code),
      ['KAA_PROTOCOL', 'KAA_PROTOCOL'],
    );
    assert.deepEqual(receiver.ids, []);
  });

  describe('after a restart of Node-RED', () => {
    /** The process ends, whatever it was doing, and another one starts without network. */
    async function restart(): Promise<void> {
      await platform.deploy();
      disk.restart();
      store = disk.open();
      commands = new Commands(platform.client, store);
    }

    const fail = () => serve(new Receiver('reboot', 0, 'fail'));
    const redeliver = (replyTimeout = 0) => serve(new Receiver('reboot', replyTimeout, 'redeliver'));

    it('fail: what was in work is not handed out again, and 500 "interrupted" goes out after the connect', async () => {
      fail();
      await platform.connect();
      await platform.push('cex', 'command/reboot', [{ id: 1, payload: 'x' }]);
      await restart();
      const later = fail();
      await platform.settle();
      platform.requests.length = 0;
      outstanding = [{ id: 1, payload: 'x' }];
      await platform.connect();
      assert.deepEqual(later.ids, []);
      assert.deepEqual(platform.requests.map(({ path }) => path).slice(0, 2), ['result/reboot', 'command/reboot']);
      const interrupted = [{ id: 1, statusCode: 500, reasonPhrase: 'interrupted' }];
      for (const body of platform.bodies('result/reboot')) assert.deepEqual(body, interrupted);
      await assert.rejects(respond(1), { code: 'KAA_DUPLICATE' });
    });

    it('redeliver: it is handed out once more at the start, without network, with redelivered', async () => {
      redeliver();
      await platform.connect();
      await platform.push('cex', 'command/reboot', [{ id: 1, payload: { delay: 5 } }]);
      await restart();
      const later = redeliver();
      await platform.settle();
      assert.deepEqual(later.commands, [{ type: 'reboot', id: 1, payload: { delay: 5 }, redelivered: true }]);
      outstanding = [{ id: 1, payload: { delay: 5 } }];
      await platform.connect();
      await platform.reconnect();
      assert.deepEqual(later.ids, [1]);
      assert.deepEqual(platform.bodies('result/reboot'), []);
      outstanding = [];
      await respond(1);
      await restart();
      const last = redeliver();
      await platform.connect();
      assert.deepEqual(last.ids, []);
      assert.equal(platform.bodies('result/reboot').length, 1);
    });

    it('redeliver counts only where all nodes of the type say so', async () => {
      redeliver();
      await platform.connect();
      await platform.push('cex', 'command/reboot', [{ id: 1 }]);
      await restart();
      const [first, second] = [redeliver(), fail()];
      await platform.connect();
      assert.deepEqual([first.ids, second.ids], [[], []]);
      assert.deepEqual(platform.bodies('result/reboot'), [[{ id: 1, statusCode: 500, reasonPhrase: 'interrupted' }]]);
    });

    it('without any node of the type it has failed', async () => {
      redeliver();
      await platform.connect();
      await platform.push('cex', 'command/reboot', [{ id: 1 }]);
      await restart();
      commands.resume(address);
      await platform.settle();
      await platform.connect();
      assert.deepEqual(platform.bodies('result/reboot'), [[{ id: 1, statusCode: 500, reasonPhrase: 'interrupted' }]]);
    });

    it('a redelivered command has its whole reply time-out again', async () => {
      redeliver(10);
      await platform.connect();
      await platform.push('cex', 'command/reboot', [{ id: 1 }]);
      await platform.clock.tickAsync(9000);
      await restart();
      const later = redeliver(10);
      await platform.connect();
      await platform.clock.tickAsync(9000);
      assert.deepEqual([later.ids, platform.bodies('result/reboot')], [[1], []]);
      await platform.clock.tickAsync(1001);
      assert.deepEqual(platform.bodies('result/reboot'), [
        [{ id: 1, statusCode: 504, reasonPhrase: 'No result in time' }],
      ]);
    });

    it('a deploy is none: commands in work stay in work, with their deadlines', async () => {
      redeliver(10);
      await platform.connect();
      await platform.push('cex', 'command/reboot', [{ id: 1 }]);
      await platform.clock.tickAsync(4000);
      await deploy();
      const later = redeliver(10);
      await platform.connect();
      assert.deepEqual(later.ids, []);
      await platform.clock.tickAsync(5000);
      assert.deepEqual(platform.bodies('result/reboot'), []);
      await platform.clock.tickAsync(1001);
      assert.equal(platform.bodies('result/reboot').length, 1);
    });

    it('a result that was not sent goes out, one that was sent again only where the platform asks', async () => {
      fail();
      await platform.connect();
      await platform.push('cex', 'command/reboot', [{ id: 1 }, { id: 2 }]);
      await respond(1);
      await platform.disconnect();
      await respond(2, 202);
      await restart();
      const later = fail();
      platform.requests.length = 0;
      await platform.connect();
      assert.deepEqual(platform.bodies('result/reboot'), [[{ id: 2, statusCode: 202 }]]);
      await platform.push('cex', 'command/reboot', [{ id: 1 }]);
      assert.deepEqual(platform.bodies('result/reboot').at(-1), [{ id: 1, statusCode: 200 }]);
      assert.deepEqual(later.ids, []);
    });

    it('a node that leaves before it is handed its command: the next one gets it', async () => {
      redeliver();
      await platform.connect();
      await platform.push('cex', 'command/reboot', [{ id: 1 }]);
      await restart();
      const gone = redeliver();
      disk.disturb = () => gone.stop();
      await platform.settle();
      disk.disturb = () => {};
      assert.deepEqual(gone.ids, []);
    });
  });

  it('are handed out from memory where the disk fails, with KAA_STORE raised, and once', async () => {
    const receiver = serve();
    await platform.connect();
    disk.disturb = () => {
      throw new Error('no space');
    };
    await platform.push('cex', 'command/reboot', [{ id: 1 }]);
    await platform.push('cex', 'command/reboot', [{ id: 1 }]);
    assert.deepEqual(receiver.ids, [1]);
    assert.ok(receiver.failures.length > 0);
    for (const error of receiver.failures) assert.ok('code' in error && error.code === 'KAA_STORE');
    assert.match(receiver.failures[0]?.message ?? '', /no space/);
    await respond(1);
    assert.equal(platform.bodies('result/reboot').length, 1);
  });

  describe('while the nodes are replaced', () => {
    it('are asked for again by the new ones', async () => {
      const before = serve();
      await platform.connect();
      platform.requests.length = 0;
      before.stop();
      serve();
      await platform.settle();
      assert.deepEqual(platform.bodies('command/reboot'), [{ observe: true }]);
    });

    it('that were on their way to the old ones are taken by the new ones', async () => {
      const before = serve();
      await platform.connect();
      disk.disturb = () => before.stop();
      await platform.push('cex', 'command/reboot', [{ id: 1 }, { id: 2 }]);
      disk.disturb = () => {};
      assert.deepEqual(before.ids, []);
      const after = serve();
      await platform.settle();
      assert.deepEqual(after.ids, [1, 2]);
    });

    it('are left with the platform where the new ones come late', async () => {
      const before = serve();
      await platform.connect();
      disk.disturb = () => before.stop();
      await platform.push('cex', 'command/reboot', [{ id: 1 }]);
      disk.disturb = () => {};
      await platform.clock.tickAsync(30_001);
      const after = serve();
      await platform.settle();
      assert.deepEqual(after.ids, []);
    });
  });

  describe('too many at once', () => {
    beforeEach(() => {
      // A disk would take a minute.
      const ledger = {
        read: () => Promise.resolve([]),
        write: () => Promise.resolve(),
        remove: () => Promise.resolve(),
      };
      commands = new Commands(platform.client, { process: 'this', commands: ledger });
    });

    async function until(condition: () => boolean): Promise<void> {
      while (!condition()) await platform.clock.tickAsync(10);
    }

    it('beyond 10,000 that wait for the ledger stay with the platform, and are taken when there is room', async () => {
      const receiver = serve();
      await platform.connect();
      outstanding = Array.from({ length: 10_500 }, (_value, index) => ({ id: index + 1 }));
      for (const command of outstanding) {
        platform.server.link.deliver('kp1/v1/cex/secret/command/reboot/status', [command]);
      }
      await until(() => receiver.ids.length >= 10_500);
      assert.deepEqual(
        receiver.ids,
        outstanding.map((_command, index) => index + 1),
      );
    }).timeout(60_000);

    it('beyond 25,000 answered ones those are forgotten that were asked for longest ago', async () => {
      const receiver = serve();
      await platform.connect();
      platform.answer = ({ path }) => (path.startsWith('result/') ? '' : []);
      for (let part = 0; part < 5; part += 1) {
        const ids = Array.from({ length: 5100 }, (_value, index) => part * 5100 + index + 1);
        await platform.push(
          'cex',
          'command/reboot',
          ids.map((id) => ({ id })),
        );
        await until(() => receiver.ids.length === (part + 1) * 5100);
        await Promise.all(ids.map((id) => respond(id)));
        await platform.clock.tickAsync(1);
      }
      await platform.push('cex', 'command/reboot', [{ id: 25_500 }, { id: 25_000 }]);
      await platform.settle();
      assert.equal(receiver.ids.length, 25_500);
      await platform.push('cex', 'command/reboot', [{ id: 1 }]);
      await platform.settle();
      assert.equal(receiver.ids.at(-1), 1);
    }).timeout(60_000);

    it('beyond 25,000 that are not answered are left with the platform, told of once, and taken later', async () => {
      const ledger = {
        read: () => Promise.resolve([]),
        write: () => Promise.resolve(),
        remove: () => Promise.resolve(),
      };
      commands = new Commands(platform.client, { process: 'this', commands: ledger });
      const receiver = serve();
      await platform.connect();
      outstanding = [{ id: 25_001 }, { id: 25_002 }];
      for (let part = 0; part < 5; part += 1) {
        const items = Array.from({ length: 5000 }, (_value, index) => ({ id: part * 5000 + index + 1 }));
        await platform.push('cex', 'command/reboot', items);
      }
      await platform.push('cex', 'command/reboot', outstanding);
      await platform.settle();
      assert.equal(receiver.ids.length, 25_000);
      assert.deepEqual(
        receiver.failures.map((error) => 'code' in error && error.code),
        ['KAA_BUSY'],
      );
      for (let id = 1; id <= 2500; id += 1) await respond(id);
      await until(() => receiver.ids.length === 25_002);
    }).timeout(60_000);
  });
});
