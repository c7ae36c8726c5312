import assert from 'node:assert/strict';
import FakeTimers from '@sinonjs/fake-timers';
import { everyName } from '../../src/client/channel.ts';
import type { Endpoint } from '../../src/runtime/endpoint.ts';
import type { EndpointSession } from '../../src/runtime/endpoint-session.ts';
import { EndpointSessions } from '../../src/runtime/endpoint-sessions.ts';
import type { EndpointUser } from '../../src/runtime/endpoint-users.ts';
import { clientOptions } from '../support/client-options.ts';
import { MemoryServer } from '../support/memory-transport.ts';

const samples = { appVersion: 'v1', token: 't', resource: 'samples' } as const;
const commands = { appVersion: 'v1', token: 't', resource: 'commands', name: 'reboot' } as const;

interface TestUser extends EndpointUser {
  readonly states: string[];
  readonly errors: Error[];
}

function user(nodeId: string): TestUser {
  const states: string[] = [];
  const errors: Error[] = [];
  return {
    nodeId,
    flowId: 'tab',
    states,
    errors,
    statusChanged: ({ state }) => void states.push(state),
    troubleChanged() {},
    storeChanged() {},
    raise: (_address, error) => void errors.push(error),
    unexpectedError: (_target, error) => void errors.push(error),
  };
}

describe('sessions of endpoints', () => {
  let clock: FakeTimers.Clock;
  let server: MemoryServer;
  let sessions: EndpointSessions;
  let log: string[];
  /** Which of the links before had been closed, at the opening of each. */
  let closedAtOpening: (readonly boolean[])[];
  const deploys = { underWay: false };
  const settings: Endpoint = {
    client: clientOptions(),
    token: 't',
    appVersion: 'v1',
    blobUrl: 'https://kaa',
    outbox: { mostBytes: 1, longestAge: 0, overflow: 'reject' },
  };

  function register(who: EndpointUser, changes: Partial<Endpoint> = {}, nodeId = 'endpoint'): EndpointSession {
    const story = {
      id: nodeId,
      log: (text: string) => void log.push(text),
      warn: (text: string) => void log.push(text),
    };
    return sessions.register(nodeId, structuredClone({ ...settings, ...changes }), story, who, () => ({
      transport: (options, listener) => {
        closedAtOpening.push(server.links.map(({ closed }) => closed));
        return server.transport(options, listener);
      },
      thread: { run: () => Promise.reject(new Error('not used')), close: () => Promise.resolve() },
      path: 'nowhere.sqlite',
      texts: (key) => key,
      place: { nodeId, instances: [] },
    }));
  }

  beforeEach(() => {
    clock = FakeTimers.install({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
    server = new MemoryServer();
    deploys.underWay = false;
    sessions = new EndpointSessions(deploys);
    log = [];
    closedAtOpening = [];
  });

  afterEach(async () => {
    deploys.underWay = false;
    for (const nodeId of ['endpoint', 'other']) {
      const ended = sessions.end(nodeId);
      await clock.tickAsync(5000);
      await ended;
    }
    assert.equal(clock.countTimers(), 0);
    clock.uninstall();
  });

  it('one connection serves all users of an endpoint, from its first to its last', async () => {
    const [first, second] = [user('first'), user('second')];
    const session = register(first);
    assert.equal(register(second), session);
    assert.equal(server.links.length, 1);
    server.link.accept();
    assert.deepEqual([first.states, second.states], [['connected'], ['connected']]);
    await sessions.deregister('endpoint', session, first, 2000);
    assert.equal(server.link.closed, false);
    await sessions.deregister('endpoint', session, second, 2000);
    assert.equal(server.link.closed, true);
  });

  it('keeps endpoints apart', async () => {
    const one = register(user('one'));
    const leaves = user('two');
    const other = register(leaves, {}, 'other');
    assert.notEqual(other, one);
    await sessions.deregister('other', other, leaves, 2000);
    assert.deepEqual(
      server.links.map(({ closed }) => closed),
      [false, true],
    );
  });

  it('opens a new connection when a user comes after the last one left', async () => {
    const first = user('node');
    await sessions.deregister('endpoint', register(first), first, 2000);
    register(user('node'));
    assert.equal(server.links.length, 2);
  });

  it('ends within the time that is left to its last user', async () => {
    const only = user('node');
    const session = register(only);
    server.link.accept();
    await sessions.deregister('endpoint', session, only, 300);
    assert.equal(server.link.closedWithin, 300);
  });

  it('ends with the endpoint, after its users have left', async () => {
    const only = user('node');
    const session = register(only);
    server.link.accept();
    let ended = false;
    const end = sessions.end('endpoint').then(() => (ended = true));
    await clock.tickAsync(1000);
    assert.deepEqual([ended, server.link.closed], [false, false]);
    await sessions.deregister('endpoint', session, only, 2000);
    await end;
    assert.equal(server.link.closed, true);
  });

  it('ends after 2 s at the latest, whatever its users do', async () => {
    const { client } = register(user('node'));
    server.link.accept();
    const end = sessions.end('endpoint');
    await clock.tickAsync(1999);
    assert.equal(server.link.closed, false);
    await clock.tickAsync(1);
    await end;
    assert.equal(server.link.closed, true);
    assert.equal(client.status.state, 'closed');
  });

  it('forgets a user that left, also as the sender of messages', async () => {
    const [stays, leaves] = [user('stays'), user('leaves')];
    const session = register(stays);
    register(leaves);
    server.link.accept();
    const outcome = session.client.send(samples, Buffer.from('{}'), 'answer', leaves);
    await clock.tickAsync(0);
    await sessions.deregister('endpoint', session, leaves, 2000);
    await assert.rejects(outcome, { code: 'KAA_CLOSED' });
    server.link.deliver('kp1/v1/dcx/t/json/error', { statusCode: 400 });
    assert.deepEqual(leaves.states, ['connected']);
    assert.deepEqual(leaves.errors, []);
  });

  it('a user that leaves late does not take its successor of the same id with it', async () => {
    const before = user('node');
    const session = register(before);
    const after = user('node');
    register(after);
    await sessions.deregister('endpoint', session, before, 2000);
    server.link.accept();
    assert.deepEqual([server.link.closed, after.states], [false, ['connected']]);
  });

  describe('that would take something away from each other', () => {
    const conflicts = async (...found: EndpointSession[]): Promise<readonly string[]> => {
      for (const session of found) sessions.compareSoon(session);
      await new Promise((resolve) => setImmediate(resolve));
      return log.filter((text) => text.startsWith('log.conflict.'));
    };
    const withClient = (changes: Parameters<typeof clientOptions>[0]): Partial<Endpoint> => ({
      client: clientOptions(changes),
    });

    it('because of the same token at the same server are told of once', async () => {
      const one = register(user('one'));
      const other = register(user('two'), withClient({ clientId: 'other' }), 'other');
      assert.deepEqual(await conflicts(one, other), ['log.conflict.token']);
      assert.deepEqual(await conflicts(other, one), ['log.conflict.token']);
      assert.equal(one.conflictWith(other)?.key, 'log.conflict.token');
      assert.equal(other.conflictWith(one), undefined);
    });

    it('because of the same client ID at the same server are told of', async () => {
      const one = register(user('one'));
      const other = register(user('two'), { token: 'another' }, 'other');
      assert.deepEqual(await conflicts(one, other), ['log.conflict.clientId']);
    });

    it('because of a token that their nodes receive for are told of, and not when it is given up', async () => {
      const one = register(user('one'));
      const other = register(user('two'), { token: 'another', ...withClient({ clientId: 'other' }) }, 'other');
      const end = other.tokens.add('t');
      end();
      assert.deepEqual(await conflicts(one, other), []);
      other.tokens.add('t');
      assert.deepEqual(await conflicts(one, other), ['log.conflict.token']);
    });

    it('are shown for as long as they last', async () => {
      const one = register(user('one'));
      const other = register(user('two'), { token: 'another', ...withClient({ clientId: 'other' }) }, 'other');
      const end = other.tokens.add('t');
      await conflicts(one, other);
      assert.equal(one.conflictWith(other)?.key, 'log.conflict.token');
      end();
      assert.equal(one.conflictWith(other), undefined);
      other.tokens.add('t');
      assert.deepEqual(await conflicts(one, other), ['log.conflict.token']);
      assert.equal(one.conflictWith(other)?.key, 'log.conflict.token');
    });

    it('are none at different servers, which are two ports of one machine for this one only', async () => {
      const one = register(user('one'));
      const here = register(user('two'), withClient({ clientId: 'b', urls: ['mqtt://127.0.0.1:1884'] }), 'other');
      assert.deepEqual(await conflicts(one, here), []);
      register(user('three'), withClient({ clientId: 'c', urls: ['mqtts://kaa.example:8883'] }), 'endpoint');
      const plain = register(user('four'), withClient({ clientId: 'd', urls: ['mqtt://kaa.example'] }), 'other');
      assert.deepEqual(await conflicts(plain), ['log.conflict.token']);
    });
  });

  describe('at a deploy', () => {
    /** All nodes of the endpoint leave, as in a full deploy. */
    async function leave(session: EndpointSession, ...users: EndpointUser[]): Promise<void> {
      deploys.underWay = true;
      for (const who of users) {
        sessions.leaving(session);
        await sessions.deregister('endpoint', session, who, 2000);
      }
    }

    function over(): void {
      deploys.underWay = false;
      sessions.deployOver();
    }

    it('that changes nothing the connection stays, and the new nodes find it connected', async () => {
      const before = user('node');
      const session = register(before);
      server.link.accept();
      await leave(session, before);
      const after = user('node');
      assert.equal(register(after), session);
      over();
      await clock.tickAsync(60_000);
      assert.equal(session.client.status.state, 'connected');
      assert.equal(server.links.length, 1);
      server.link.break();
      assert.deepEqual([before.states, after.states], [['connected'], ['offline']]);
    });

    for (const [what, changes] of [
      ['server', { client: clientOptions({ urls: ['mqtt://elsewhere'] }) }],
      ['token', { token: 'another' }],
      ['application version', { appVersion: 'v2' }],
      ['bounds of the store', { outbox: { ...settings.outbox, mostBytes: 2 } }],
    ] as const) {
      it(`that changes the ${what} the old connection ends before the new one opens`, async () => {
        const before = user('node');
        const session = register(before);
        server.link.accept();
        await leave(session, before);
        const after = user('node');
        assert.notEqual(register(after, changes), session);
        over();
        // The store is closed too, in turns of the event loop.
        while (closedAtOpening.length < 2) await new Promise((resolve) => setImmediate(resolve));
        assert.deepEqual(closedAtOpening, [[], [true]]);
        server.link.accept();
        assert.deepEqual(after.states, ['connected']);
      });
    }

    it('that changes settings leaves what somebody has paused as it is', () => {
      const before = register(user('node'));
      before.forwarder.hold();
      const after = register(user('node'), { appVersion: 'v2' });
      assert.notEqual(after, before);
      assert.equal(after.forwarder.held, true);
    });

    it('after which nobody uses it the connection ends', async () => {
      const before = user('node');
      const session = register(before);
      server.link.accept();
      await leave(session, before);
      await clock.tickAsync(1000);
      assert.equal(server.link.closed, false);
      over();
      await clock.tickAsync(0);
      assert.equal(server.link.closed, true);
    });

    it('that removes the endpoint the connection ends at once', async () => {
      const before = user('node');
      const session = register(before);
      server.link.accept();
      await leave(session, before);
      const end = sessions.end('endpoint');
      await clock.tickAsync(0);
      await end;
      assert.equal(server.link.closed, true);
    });

    it('pushes wait for the new nodes, in their order, and come once', async () => {
      const before = user('node');
      const session = register(before);
      server.link.accept();
      const received: unknown[] = [];
      const observe = (name: string): (() => void) =>
        session.client.observe(commands, {
          pushed: (_target, { body }) => void received.push([name, body]),
          pushFailed: (_target, error) => void received.push([name, error]),
        });
      const unobserve = observe('old');
      await clock.tickAsync(0);
      const push = (id: number): void => server.link.deliver('kp1/v1/cex/t/command/reboot/status', [{ id }]);
      push(1);
      deploys.underWay = true;
      sessions.leaving(session);
      push(2);
      unobserve();
      push(3);
      await leave(session, before);
      register(user('node'));
      over();
      // The new node reads its list of endpoints first.
      await clock.tickAsync(1000);
      assert.deepEqual(received, [
        ['old', [{ id: 1 }]],
        ['old', [{ id: 2 }]],
      ]);
      observe('new');
      await clock.tickAsync(0);
      push(4);
      assert.deepEqual(received, [
        ['old', [{ id: 1 }]],
        ['old', [{ id: 2 }]],
        ['new', [{ id: 3 }]],
        ['new', [{ id: 4 }]],
      ]);
      await clock.tickAsync(10_000);
      assert.equal(received.length, 4);
    });

    it('what was observed keeps its subscriptions until the new nodes had time to observe', async () => {
      const before = user('node');
      const session = register(before);
      server.link.accept();
      const everyType = { ...commands, name: everyName };
      const observer = { pushed() {}, pushFailed() {} };
      const unobserve = session.client.observe(everyType, observer);
      await clock.tickAsync(0);
      const subscribed = server.link.filters.length;
      deploys.underWay = true;
      sessions.leaving(session);
      unobserve();
      await leave(session, before);
      register(user('node'));
      over();
      await clock.tickAsync(1000);
      session.client.observe(everyType, observer)();
      assert.deepEqual([server.link.filters.length, server.link.unsubscribed.length], [subscribed, 0]);
      await clock.tickAsync(5000);
      assert.equal(server.link.unsubscribed.length, subscribed);
    });

    it('an endpoint that is offline is tried at once, and requests wait for that', async () => {
      const before = user('node');
      const session = register(before);
      for (let attempt = 0; attempt < 8; attempt += 1) {
        server.link.break({ reason: 'unreachable' });
        await clock.nextAsync();
      }
      server.link.break({ reason: 'unreachable' });
      await leave(session, before);
      const attempts = server.links.length;
      const after = user('node');
      register(after);
      assert.deepEqual([server.links.length, session.client.status.state], [attempts + 1, 'connecting']);
      const outcome = session.client.send(samples, Buffer.from('{}'), 'answer', after);
      server.answerAll();
      server.link.accept();
      await clock.tickAsync(0);
      assert.equal((await outcome).statusCode, 200);
      over();
    });

    it('whoever has taken the place of a node hears of what belongs to no message of it any more', async () => {
      const before = user('node');
      const session = register(before);
      const sender = session.senderFor('node');
      await leave(session, before);
      const after = user('node');
      register(after);
      over();
      sender.unexpectedError(samples, new Error('refused'));
      assert.deepEqual([before.errors.length, after.errors.map(({ message }) => message)], [0, ['refused']]);
    });

    it('a store that fails to close is told of, and ends nothing else', async () => {
      const before = user('node');
      const session = register(before);
      session.store.close = () => Promise.reject(new Error('the disk is gone'));
      await leave(session, before);
      over();
      while (log.at(-1) !== 'the disk is gone') await new Promise((resolve) => setImmediate(resolve));
    });

    it('requests of the nodes that go on are answered', async () => {
      const [leaves, stays] = [user('leaves'), user('stays')];
      const session = register(leaves);
      register(stays);
      server.link.accept();
      server.answerAll();
      await leave(session, leaves);
      const outcome = session.client.send(samples, Buffer.from('{}'), 'answer', stays);
      await clock.tickAsync(0);
      assert.equal((await outcome).statusCode, 200);
      over();
      assert.equal(server.links.length, 1);
    });
  });
});
