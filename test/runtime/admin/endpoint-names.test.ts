import assert from 'node:assert/strict';
import FakeTimers from '@sinonjs/fake-timers';
import { namesOf } from '../../../src/runtime/admin/endpoint-names.ts';
import type { EndpointSession } from '../../../src/runtime/endpoint-session.ts';
import { EndpointSessions } from '../../../src/runtime/endpoint-sessions.ts';
import { clientOptions } from '../../support/client-options.ts';
import { MemoryServer } from '../../support/memory-transport.ts';

const sender = { unexpectedError: () => undefined };

describe('names of metadata attributes for a dialog', () => {
  let clock: FakeTimers.Clock;
  let server: MemoryServer;
  let sessions: EndpointSessions;
  let session: EndpointSession;

  beforeEach(async () => {
    clock = FakeTimers.install({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
    server = new MemoryServer();
    sessions = new EndpointSessions({ underWay: false });
    const endpoint = {
      client: clientOptions(),
      token: 't',
      appVersion: 'v1',
      blobUrl: 'https://kaa',
      outbox: { mostBytes: 1, longestAge: 0, overflow: 'reject' },
    } as const;
    const user = {
      nodeId: 'node',
      flowId: 'tab',
      statusChanged() {},
      troubleChanged() {},
      storeChanged() {},
      raise() {},
      unexpectedError() {},
    };
    session = sessions.register('endpoint', endpoint, { id: 'endpoint', log() {}, warn() {} }, user, () => ({
      transport: server.transport,
      thread: { run: () => Promise.reject(new Error('not used')), close: () => Promise.resolve() },
      path: 'nowhere.sqlite',
      place: { nodeId: 'endpoint', instances: [] },
      texts: (key) => key,
    }));
    session.client.observe(
      { appVersion: 'v1', token: 't', resource: 'configuration' },
      { pushed() {}, pushFailed() {} },
    );
  });

  afterEach(async () => {
    const ended = sessions.end('endpoint');
    await clock.tickAsync(5000);
    await ended;
    assert.equal(clock.countTimers(), 0);
    clock.uninstall();
  });

  const names = async (after = 0): Promise<readonly string[]> => {
    const found = namesOf(session, 'metadataKeys');
    await clock.tickAsync(after);
    return found;
  };

  const asked = (): number => server.link.published.filter(({ topic }) => topic.includes('/epmx/')).length;

  it('are what Kaa says, and asked again after 10 s', async () => {
    server.answerAll(['serial', 'location']);
    server.link.accept();
    assert.deepEqual(await names(), ['location', 'serial']);
    server.answerAll(['serial']);
    await clock.tickAsync(9999);
    assert.deepEqual(await names(), ['location', 'serial']);
    assert.equal(asked(), 1);
    await clock.tickAsync(1);
    assert.deepEqual(await names(), ['serial']);
  });

  it('are none where Kaa has not answered for 2 s, and it is not asked again at once', async () => {
    server.link.accept();
    assert.deepEqual(await names(2000), []);
    assert.deepEqual(await names(), []);
    assert.equal(asked(), 1);
  });

  it('take nothing from the endpoint where Kaa does not answer', async () => {
    server.link.accept();
    await names(2000);
    assert.equal(session.client.inFlight, 0);
    await clock.tickAsync(10_000);
    assert.equal(session.client.trouble, undefined);
    const samples = { appVersion: 'v1', token: 't', resource: 'samples' } as const;
    server.answerAll();
    await Promise.all([1, 2, 3].map(() => session.client.send(samples, '', 'answer', sender)));
  });

  it('are asked for as soon as there is a connection, whoever looked before', async () => {
    server.answerAll(['serial']);
    assert.deepEqual(await names(), []);
    server.link.accept();
    assert.deepEqual(await names(), ['serial']);
  });
});
