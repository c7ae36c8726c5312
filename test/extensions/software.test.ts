import assert from 'node:assert/strict';
import { Assignments } from '../../src/extensions/assignments.ts';
import type { ReceivedAssignment } from '../../src/extensions/assignment.ts';
import type { SoftwareObserver } from '../../src/extensions/endpoint-software.ts';
import type { Store } from '../../src/store/store.ts';
import { InlineStore } from '../support/inline-store.ts';
import { address, Platform } from './platform.ts';

const sender = { unexpectedError: () => {} };

class Observer implements SoftwareObserver {
  version: string;
  readonly offers: [string, boolean][] = [];
  readonly failures: Error[] = [];
  readonly troubles: unknown[] = [];

  constructor(version: string) {
    this.version = version;
  }

  currentVersion(): Promise<string> {
    return Promise.resolve(this.version);
  }

  received(_address: unknown, { configId }: ReceivedAssignment, redelivered: boolean): void {
    this.offers.push([configId, redelivered]);
  }

  failed(_address: unknown, error: Error): void {
    this.failures.push(error);
  }

  observing(_address: unknown, _path: string, error: unknown): void {
    this.troubles.push(error);
  }
}

const offer = (version: string) => ({ configId: version, config: { link: `http://updates/${version}` } });

describe('software', () => {
  let platform: Platform;
  let disk: InlineStore;
  let store: Store;
  let assignments: Assignments;
  let current: unknown;

  beforeEach(async () => {
    platform = new Platform();
    disk = new InlineStore();
    store = disk.open();
    current = offer('2');
    platform.answer = ({ path }) => (path === 'config/json' ? current : '');
    assignments = new Assignments(platform.client, store);
    await platform.settle();
  });

  afterEach(async () => {
    await platform.close();
    disk.remove();
  });

  function observe(version = '1'): Observer {
    const observer = new Observer(version);
    assignments.software(address).observe(observer);
    return observer;
  }

  async function deploy(): Promise<void> {
    await platform.deploy();
    assignments = new Assignments(platform.client, store);
  }

  const report = (configId: string, statusCode = 200) =>
    assignments.software(address).report({ configId, statusCode }, sender);
  const asked = (): unknown[] => platform.requests.map(({ path, body }) => [path, body]);

  it('reports the running version first, and never sends a configId when asking', async () => {
    observe();
    await platform.connect();
    assert.deepEqual(asked(), [
      ['applied/json', { configId: '1', statusCode: 200 }],
      ['config/json', { observe: true }],
    ]);
  });

  it('reports nothing where no version is known', async () => {
    observe('');
    await platform.connect();
    assert.deepEqual(asked(), [['config/json', { observe: true }]]);
  });

  it('still observes where the platform refuses the running version, and tells the nodes', async () => {
    platform.answer = ({ path }) => (path === 'applied/json' ? new Error('unknown version') : current);
    const observer = observe();
    await platform.connect();
    assert.deepEqual(observer.offers, [['2', false]]);
    assert.equal(observer.failures.length, 1);
    assert.deepEqual(observer.troubles, [undefined]);
  });

  it('is offered once per process until it is answered, through reconnects and deploys', async () => {
    const before = observe();
    await platform.connect();
    await platform.push('cmx_ota', 'config/json', offer('2'));
    await platform.reconnect();
    await deploy();
    const after = observe();
    await platform.connect();
    assert.deepEqual([before.offers, after.offers], [[['2', false]], []]);
  });

  it('is never offered where it is running', async () => {
    const observer = observe('2');
    await platform.connect();
    await platform.push('cmx_ota', 'config/json', offer('2'));
    assert.deepEqual(observer.offers, []);
  });

  it('is never offered again where it was applied or rejected', async () => {
    const observer = observe();
    await platform.connect();
    await report('2', 400);
    await platform.reconnect();
    await platform.push('cmx_ota', 'config/json', offer('3'));
    await report('3');
    await platform.push('cmx_ota', 'config/json', offer('3'));
    await platform.push('cmx_ota', 'config/json', offer('2'));
    await platform.reconnect();
    assert.deepEqual(
      observer.offers.map(([version]) => version),
      ['2', '3'],
    );
  });

  it('is offered once, also where the platform goes to and fro', async () => {
    const observer = observe();
    await platform.connect();
    for (const version of ['3', '2', '3']) await platform.push('cmx_ota', 'config/json', offer(version));
    assert.deepEqual(
      observer.offers.map(([version]) => version),
      ['2', '3'],
    );
  });

  it('that came while no node observed is offered to the first that does', async () => {
    await platform.connect();
    await assignments.software(address).getFor('1', sender);
    const observer = observe();
    await platform.settle();
    assert.deepEqual(observer.offers, [['2', false]]);
  });

  it('applied without any observer counts as running for get', async () => {
    await platform.connect();
    await assignments.software(address).getFor('1', sender);
    await report('2');
    platform.requests.length = 0;
    await assignments.software(address).getFor('1', sender);
    assert.deepEqual(platform.bodies('applied/json'), [{ configId: '2', statusCode: 200 }]);
  });

  it('applied once is not offered again, whatever the nodes say is running', async () => {
    const observer = observe();
    await platform.connect();
    await report('2');
    observer.version = '1.1';
    await platform.reconnect();
    assert.deepEqual(observer.offers, [['2', false]]);
  });

  it('is asked for where the report of the running version is not answered', async () => {
    platform.answer = ({ path }) => (path === 'config/json' ? current : undefined);
    const observer = observe();
    await platform.connect();
    await platform.clock.tickAsync(10_000);
    assert.deepEqual(observer.offers, [['2', false]]);
    assert.equal(observer.failures.length, 1);
  });

  it('of an earlier version is offered when the platform goes back to it', async () => {
    const observer = observe();
    await platform.connect();
    await report('2');
    await platform.push('cmx_ota', 'config/json', offer('3'));
    await report('3');
    await platform.push('cmx_ota', 'config/json', offer('2'));
    assert.deepEqual(
      observer.offers.map(([version]) => version),
      ['2', '3', '2'],
    );
  });

  it('confirmed as applied wins over what the node says, until that changes', async () => {
    const observer = observe();
    await platform.connect();
    await report('2');
    platform.requests.length = 0;
    await platform.reconnect();
    observer.version = '1.1';
    await platform.reconnect();
    assert.deepEqual(platform.bodies('applied/json'), [
      { configId: '2', statusCode: 200 },
      { configId: '1.1', statusCode: 200 },
    ]);
  });

  it('whose answer was not confirmed is not taken for running', async () => {
    observe();
    await platform.connect();
    platform.answer = ({ path }) => (path === 'applied/json' ? new Error('no') : current);
    await assert.rejects(report('2'), { code: 'KAA_REJECTED' });
    platform.answer = ({ path }) => (path === 'config/json' ? current : '');
    platform.requests.length = 0;
    await platform.reconnect();
    assert.deepEqual(platform.bodies('applied/json'), [{ configId: '1', statusCode: 200 }]);
  });

  it('nothing is offered where none is assigned', async () => {
    current = { configId: '', config: null };
    const observer = observe();
    await platform.connect();
    assert.deepEqual(observer.offers, []);
  });

  it('get reports the running version first, and gives the assigned one', async () => {
    await platform.connect();
    const { assignment } = await assignments.software(address).getFor('1', sender);
    assert.deepEqual(assignment, offer('2'));
    assert.deepEqual(asked(), [
      ['applied/json', { configId: '1', statusCode: 200 }],
      ['config/json', {}],
    ]);
  });

  it('a version that cannot be told is a trouble, and asked for again later', async () => {
    const observer = observe();
    observer.currentVersion = () => Promise.reject(new Error('no such variable'));
    await platform.connect();
    assert.ok(observer.troubles[0] instanceof Error);
    assert.deepEqual(asked(), []);
    observer.currentVersion = () => Promise.resolve('1');
    await platform.clock.tickAsync(10_000);
    assert.equal(asked().length, 2);
  });

  describe('after a restart of Node-RED', () => {
    async function restart(): Promise<void> {
      await platform.deploy();
      disk.restart();
      store = disk.open();
      assignments = new Assignments(platform.client, store);
    }

    it('an offered version that was not answered is offered again, with redelivered', async () => {
      observe();
      await platform.connect();
      await restart();
      const later = observe();
      await platform.connect();
      await platform.reconnect();
      assert.deepEqual(later.offers, [['2', true]]);
    });

    for (const statusCode of [200, 400]) {
      it(`a version that was answered with ${statusCode} is not`, async () => {
        observe();
        await platform.connect();
        await assignments.software(address).report({ configId: '2', statusCode }, sender);
        await restart();
        const later = observe();
        await platform.connect();
        assert.deepEqual(later.offers, []);
        const running = statusCode === 200 ? '2' : '1';
        assert.deepEqual(platform.bodies('applied/json').at(-1), { configId: running, statusCode: 200 });
      });
    }
  });
});
