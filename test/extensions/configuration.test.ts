import assert from 'node:assert/strict';
import { Assignments } from '../../src/extensions/assignments.ts';
import type { ReceivedAssignment } from '../../src/extensions/assignment.ts';
import type { ConfigurationObserver } from '../../src/extensions/endpoint-configuration.ts';
import type { Store } from '../../src/store/store.ts';
import { InlineStore } from '../support/inline-store.ts';
import { address, Platform } from './platform.ts';

const sender = { unexpectedError: () => {} };

class Observer implements ConfigurationObserver {
  readonly id: string;
  readonly emit: 'always' | 'changed';
  readonly autoApply: boolean;
  readonly handed: ReceivedAssignment[] = [];
  readonly failures: Error[] = [];
  readonly troubles: [string, unknown][] = [];

  constructor({ id = 'node', emit = 'always', autoApply = false }: Partial<ConfigurationObserver> = {}) {
    this.id = id;
    this.emit = emit;
    this.autoApply = autoApply;
  }

  received(_address: unknown, _name: string, received: ReceivedAssignment): void {
    this.handed.push(received);
  }

  failed(_address: unknown, error: Error): void {
    this.failures.push(error);
  }

  observing(_address: unknown, path: string, error: unknown): void {
    this.troubles.push([path, error]);
  }

  get configIds(): string[] {
    return this.handed.map(({ configId }) => configId);
  }
}

const a = { configId: 'a', config: { n: 1 } };
const b = { configId: 'b', config: { n: 2 } };

describe('configurations', () => {
  let platform: Platform;
  let disk: InlineStore;
  let store: Store;
  let assignments: Assignments;
  /** What a request for the configuration is answered with. */
  let current: unknown;

  beforeEach(async () => {
    platform = new Platform();
    disk = new InlineStore();
    store = disk.open();
    current = a;
    platform.answer = ({ path }) => (path.startsWith('config/') ? current : '');
    assignments = new Assignments(platform.client, store);
    await platform.settle();
  });

  afterEach(async () => {
    await platform.close();
    disk.remove();
  });

  function observe(options: Partial<ConfigurationObserver> = {}, name = ''): Observer & { stop(): void } {
    const observer = new Observer(options);
    return Object.assign(observer, { stop: assignments.configuration(address, name).observe(observer) });
  }

  async function deploy(): Promise<void> {
    await platform.deploy();
    assignments = new Assignments(platform.client, store);
  }

  const report = (configId: string, statusCode = 200) =>
    assignments.configuration(address, '').report({ configId, statusCode }, sender);

  it('are asked for after every connect, once for all nodes, and handed to each once', async () => {
    const observers = [observe({ id: '1' }), observe({ id: '2' })];
    await platform.connect();
    await platform.reconnect();
    await platform.push('cmx', 'config/json', a);
    assert.deepEqual(platform.bodies('config/json'), [{ observe: true }, { observe: true }]);
    for (const { handed } of observers) {
      assert.deepEqual(
        handed.map(({ configId, config }) => ({ configId, config })),
        [a],
      );
    }
  });

  it('default and named, are observed beside each other', async () => {
    current = '';
    const [plain, named] = [observe(), observe({}, 'network')];
    await platform.connect();
    await platform.push('cmx', 'config/json', a);
    await platform.push('cmx', 'config/json/network', b);
    assert.deepEqual([plain.configIds, named.configIds], [['a'], ['b']]);
  });

  it('are handed to each node as a copy of its own, and remembered as they came', async () => {
    const [first, second] = [observe({ id: '1' }), observe({ id: '2' })];
    await platform.connect();
    Object.assign(first.handed[0]?.config ?? {}, { n: 99 });
    assert.deepEqual(second.handed[0]?.config, { n: 1 });
    current = '';
    for (const n of [98, 97]) {
      const { assignment } = await assignments.configuration(address, '').get(sender);
      assert.deepEqual(assignment, a);
      Object.assign(assignment?.config ?? {}, { n });
    }
  });

  it('get gives nothing where "unchanged" means one that is not at hand', async () => {
    await platform.connect();
    await assignments.configuration(address, '').get(sender);
    current = { configId: 'c', statusCode: 304 };
    const { assignment, unchanged } = await assignments.configuration(address, '').get(sender);
    assert.deepEqual([assignment, unchanged], [undefined, true]);
  });

  it('are handed out in the order in which they came, by answers and pushes', async () => {
    const observer = observe();
    platform.server.onPublish = (link, { topic }) => {
      link.deliver(`${topic}/status`, a);
      link.deliver('kp1/v1/cmx/secret/config/json/status', b);
    };
    await platform.connect();
    assert.deepEqual(observer.configIds, ['a', 'b']);
    const { assignment } = await assignments.configuration(address, '').get(sender);
    assert.deepEqual(assignment, a);
  });

  it('that the platform goes back to are handed out again', async () => {
    const observer = observe();
    await platform.connect();
    await platform.push('cmx', 'config/json', b);
    await platform.push('cmx', 'config/json', a);
    assert.deepEqual(observer.configIds, ['a', 'b', 'a']);
  });

  for (const [form, unchanged] of [
    ['an empty payload', ''],
    ['null', 'null'],
    ['{}', {}],
    ['{"statusCode":304}', { statusCode: 304 }],
    ['a configId without config', { configId: 'a' }],
  ] as const) {
    it(`"unchanged" as ${form} hands out nothing, and get gives the remembered one`, async () => {
      const observer = observe();
      await platform.connect();
      await report('a');
      current = unchanged;
      await platform.reconnect();
      await platform.push('cmx', 'config/json', unchanged);
      assert.deepEqual(observer.configIds, ['a']);
      assert.deepEqual(observer.failures, []);
      const { assignment, unchanged: said } = await assignments.configuration(address, '').get(sender);
      assert.deepEqual([assignment, said], [a, true]);
    });
  }

  it('get gives nothing where the platform says "unchanged" and nothing was ever received', async () => {
    current = '';
    await platform.connect();
    const { assignment, unchanged } = await assignments.configuration(address, '').get(sender);
    assert.deepEqual([assignment, unchanged], [undefined, true]);
  });

  it('get never says anything about observing', async () => {
    await platform.connect();
    await assignments.configuration(address, '').get(sender);
    assert.deepEqual(platform.bodies('config/json'), [{}]);
  });

  it('without a configId are KAA_PROTOCOL with the path', async () => {
    const observer = observe();
    await platform.connect();
    await platform.push('cmx', 'config/json', { config: { n: 1 } });
    assert.deepEqual(
      observer.failures.map((error) => [error.cause]),
      [[{ details: [{ path: '/configId', reason: 'must be string' }] }]],
    );
  });

  describe('the configId sent when observing', () => {
    it('is the last one confirmed as applied', async () => {
      observe();
      await platform.connect();
      await report('a');
      await platform.push('cmx', 'config/json', b);
      await platform.reconnect();
      assert.deepEqual(platform.bodies('config/json').at(-1), { configId: 'a', observe: true });
    });

    it('is not one that was only received, or rejected', async () => {
      observe();
      await platform.connect();
      await report('a', 400);
      await platform.reconnect();
      assert.deepEqual(platform.bodies('config/json').at(-1), { observe: true });
    });

    it('is left out the second time where "unchanged" would mean one that is not at hand', async () => {
      const observer = observe();
      await platform.connect();
      await report('a');
      await platform.push('cmx', 'config/json', b);
      platform.answer = ({ body }) => (typeof body === 'object' && body !== null && 'configId' in body ? '' : a);
      await platform.reconnect();
      assert.deepEqual(observer.configIds, ['a', 'b', 'a']);
    });
  });

  describe('emit', () => {
    it('always: once per start of the node, even without network', async () => {
      observe();
      await platform.connect();
      await deploy();
      const observer = observe();
      await platform.settle();
      assert.deepEqual(observer.configIds, ['a']);
      await platform.connect();
      assert.deepEqual(observer.configIds, ['a']);
    });

    it('changed: only what is not the last one of this node, across starts', async () => {
      observe({ emit: 'changed' });
      await platform.connect();
      await deploy();
      const [same, other] = [observe({ emit: 'changed' }), observe({ id: 'other', emit: 'changed' })];
      await platform.connect();
      assert.deepEqual([same.configIds, other.configIds], [[], ['a']]);
      await platform.push('cmx', 'config/json', b);
      assert.deepEqual([same.configIds, other.configIds], [['b'], ['a', 'b']]);
    });
  });

  describe('without configuration (configId empty)', () => {
    it('null is handed out once and never applied', async () => {
      current = { configId: '', config: null };
      const observer = observe({ autoApply: true });
      await platform.connect();
      await platform.reconnect();
      assert.deepEqual(
        observer.handed.map(({ configId, config }) => [configId, config]),
        [['', null]],
      );
      assert.deepEqual(platform.bodies('applied/json'), []);
    });
  });

  describe('applied automatically', () => {
    it('is reported once, if any node wants it', async () => {
      observe({ id: '1' });
      observe({ id: '2', autoApply: true });
      observe({ id: '3', autoApply: true });
      await platform.connect();
      await platform.push('cmx', 'config/json', a);
      await platform.reconnect();
      assert.deepEqual(platform.bodies('applied/json'), [{ configId: 'a', statusCode: 200 }]);
    });

    it('is not reported if no node wants it', async () => {
      observe();
      await platform.connect();
      assert.deepEqual(platform.bodies('applied/json'), []);
    });

    it('is repeated at reconnect until it is confirmed', async () => {
      platform.answer = ({ path }) => (path === 'applied/json' ? undefined : current);
      const observer = observe({ autoApply: true });
      await platform.connect();
      await platform.reconnect();
      platform.answer = ({ path }) => (path === 'applied/json' ? '' : current);
      await platform.reconnect();
      await platform.reconnect();
      assert.equal(platform.bodies('applied/json').length, 3);
      assert.deepEqual(observer.configIds, ['a']);
    });

    it('that is refused is told to the nodes that want it, and repeated with the next connect', async () => {
      platform.answer = ({ path }) => (path === 'applied/json' ? new Error('no') : current);
      const [applying, other] = [observe({ id: '1', autoApply: true }), observe({ id: '2' })];
      await platform.connect();
      await platform.clock.tickAsync(3_600_000);
      assert.deepEqual(
        [applying, other].map(({ failures }) => failures.length),
        [1, 0],
      );
      platform.answer = () => '';
      await platform.reconnect();
      assert.equal(platform.bodies('applied/json').length, 2);
    });

    it('that is not answered is a trouble of the nodes that want it, and ends with them', async () => {
      platform.answer = ({ path }) => (path === 'applied/json' ? undefined : current);
      const [applying, other] = [observe({ id: '1', autoApply: true }), observe({ id: '2' })];
      await platform.connect();
      await platform.clock.tickAsync(10_000);
      assert.equal(
        applying.troubles.filter(([path, error]) => path === 'applied/json' && error !== undefined).length,
        1,
      );
      assert.deepEqual(
        other.troubles.filter(([, error]) => error !== undefined),
        [],
      );
    });

    it('does not take back a rejection', async () => {
      const observer = observe({ autoApply: true });
      platform.answer = ({ path }) => (path === 'applied/json' ? undefined : current);
      await platform.connect();
      platform.answer = ({ path }) => (path === 'applied/json' ? '' : current);
      const rejected = report('a', 422);
      await platform.settle();
      // The first report was never answered, and its endpoint has one slot only until it is.
      await platform.clock.tickAsync(10_000);
      await rejected;
      await platform.reconnect();
      assert.deepEqual(platform.bodies('applied/json').slice(1), [{ configId: 'a', statusCode: 422 }]);
      assert.deepEqual(observer.configIds, ['a']);
    });
  });

  it('stop being asked for when the last node leaves', async () => {
    const observer = observe();
    await platform.connect();
    observer.stop();
    await platform.push('cmx', 'config/json', b);
    await platform.reconnect();
    assert.deepEqual(observer.configIds, ['a']);
    assert.equal(platform.bodies('config/json').length, 1);
  });

  describe('after a restart of Node-RED', () => {
    async function restart(): Promise<void> {
      await platform.deploy();
      disk.restart();
      store = disk.open();
      assignments = new Assignments(platform.client, store);
    }

    it('the last configuration is handed out from disk, without network', async () => {
      observe();
      await platform.connect();
      await restart();
      const later = observe();
      await platform.settle();
      assert.deepEqual(later.handed, [a]);
      await platform.connect();
      assert.deepEqual(later.configIds, ['a']);
    });

    it('changed: not where this node handed it out last', async () => {
      observe({ emit: 'changed' });
      await platform.connect();
      await restart();
      const same = observe({ emit: 'changed' });
      const other = observe({ emit: 'changed', id: 'other' });
      await platform.connect();
      assert.deepEqual([same.configIds, other.configIds], [[], ['a']]);
      current = b;
      await platform.reconnect();
      assert.deepEqual([same.configIds, other.configIds], [['b'], ['a', 'b']]);
    });

    it('only a configId that is confirmed as applied is sent', async () => {
      observe();
      await platform.connect();
      await restart();
      observe({ autoApply: true });
      platform.requests.length = 0;
      await platform.connect();
      assert.deepEqual(platform.bodies('config/json'), [{ observe: true }]);
      await restart();
      observe({ autoApply: true });
      platform.requests.length = 0;
      await platform.connect();
      assert.deepEqual(platform.bodies('config/json'), [{ configId: 'a', observe: true }]);
      assert.deepEqual(platform.bodies('applied/json'), []);
    });
  });

  it('a flood of them ends with the newest one, and few between', async () => {
    const observer = new Observer();
    assignments.configuration(address, '').observe(observer);
    await platform.connect();
    for (let number = 1; number <= 5000; number += 1) {
      const configuration = { configId: String(number), config: {} };
      platform.server.link.deliver('kp1/v1/cmx/secret/config/json/status', configuration);
    }
    while (observer.configIds.at(-1) !== '5000') await platform.clock.tickAsync(10);
    assert.ok(observer.configIds.length < 300, String(observer.configIds.length));
  });
});
