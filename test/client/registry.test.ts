import assert from 'node:assert/strict';
import FakeTimers from '@sinonjs/fake-timers';
import { ClientRegistry, type ClientUser } from '../../src/client/registry.ts';
import { clientOptions } from '../support/client-options.ts';
import { MemoryServer } from '../support/memory-transport.ts';

describe('registry of connections', () => {
  let clock: FakeTimers.Clock;
  let server: MemoryServer;
  let registry: ClientRegistry;
  const options = clientOptions();

  function user(): ClientUser & { states: string[]; errors: Error[] } {
    const states: string[] = [];
    const errors: Error[] = [];
    return {
      states,
      errors,
      statusChanged: ({ state }) => void states.push(state),
      unexpectedError: (_target, error) => void errors.push(error),
    };
  }

  beforeEach(() => {
    clock = FakeTimers.install({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
    server = new MemoryServer();
    registry = new ClientRegistry(server.transport);
  });

  afterEach(async () => {
    await registry.end('endpoint');
    assert.equal(clock.countTimers(), 0);
    clock.uninstall();
  });

  it('opens one connection for all users of an endpoint, with its first', async () => {
    const [first, second] = [user(), user()];
    const client = registry.register('endpoint', options, first);
    assert.equal(registry.register('endpoint', options, second), client);
    assert.equal(server.links.length, 1);
    server.link.accept();
    assert.deepEqual([first.states, second.states], [['connected'], ['connected']]);
    await registry.deregister('endpoint', first, 2000);
    assert.equal(server.link.closed, false);
    await registry.deregister('endpoint', second, 2000);
    assert.equal(server.link.closed, true);
  });

  it('keeps endpoints apart', async () => {
    const only = user();
    const one = registry.register('endpoint', options, only);
    const other = user();
    assert.notEqual(registry.register('other', options, other), one);
    await registry.deregister('other', other, 2000);
    assert.deepEqual(
      server.links.map(({ closed }) => closed),
      [false, true],
    );
    await registry.deregister('endpoint', only, 2000);
  });

  it('opens a new connection when a user comes after the last one left', async () => {
    const first = user();
    registry.register('endpoint', options, first);
    await registry.deregister('endpoint', first, 2000);
    const second = user();
    registry.register('endpoint', options, second);
    assert.equal(server.links.length, 2);
    await registry.deregister('endpoint', second, 2000);
  });

  it('ends within the time that is left to its last user', async () => {
    const only = user();
    registry.register('endpoint', options, only);
    server.link.accept();
    await registry.deregister('endpoint', only, 300);
    assert.equal(server.link.closedWithin, 300);
  });

  it('ends when the endpoint closes, after its users have left', async () => {
    const only = user();
    registry.register('endpoint', options, only);
    server.link.accept();
    let ended = false;
    const end = registry.end('endpoint').then(() => (ended = true));
    await clock.tickAsync(1000);
    assert.equal(ended, false);
    assert.equal(server.link.closed, false);
    await registry.deregister('endpoint', only, 2000);
    await end;
    assert.equal(server.link.closed, true);
  });

  it('ends after 2 s at the latest, whatever its users do', async () => {
    const client = registry.register('endpoint', options, user());
    server.link.accept();
    const end = registry.end('endpoint');
    await clock.tickAsync(1999);
    assert.equal(server.link.closed, false);
    await clock.tickAsync(1);
    await end;
    assert.equal(server.link.closed, true);
    assert.equal(client.status.state, 'closed');
  });

  it('forgets a user that left, also as the sender of messages', async () => {
    const [stays, leaves] = [user(), user()];
    const client = registry.register('endpoint', options, stays);
    registry.register('endpoint', options, leaves);
    server.link.accept();
    const target = { appVersion: 'v1', token: 't', resource: 'samples' } as const;
    const outcome = client.send(target, Buffer.from('{}'), 'answer', leaves);
    await clock.tickAsync(0);
    await registry.deregister('endpoint', leaves, 2000);
    await assert.rejects(outcome, { code: 'KAA_CLOSED' });
    server.link.deliver('kp1/v1/dcx/t/json/error', { statusCode: 400 });
    assert.deepEqual(leaves.states, ['connected']);
    assert.deepEqual(leaves.errors, []);
    await registry.deregister('endpoint', stays, 2000);
  });
});
