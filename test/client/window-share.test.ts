import assert from 'node:assert/strict';
import FakeTimers from '@sinonjs/fake-timers';
import { KaaClient } from '../../src/client/client.ts';
import type { ClientOptions } from '../../src/client/options.ts';
import { parseTopic } from '../../src/protocol/topic.ts';
import { clientOptions } from '../support/client-options.ts';
import { MemoryServer } from '../support/memory-transport.ts';

describe('the window and endpoints that do not answer', () => {
  let clock: FakeTimers.Clock;
  let server: MemoryServer;
  let client: KaaClient;
  /** Tokens that are never answered. */
  let silent: (token: string) => boolean;
  /** Published and not answered yet, by token. */
  let outstanding: Map<string, number>;
  /** Milliseconds from a publish to its answer. */
  const roundTrip = 10;

  beforeEach(() => {
    clock = FakeTimers.install({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
    server = new MemoryServer();
    silent = () => false;
    outstanding = new Map();
    server.onPublish = (link, { topic }) => {
      const token = parseTopic(topic)?.token ?? '';
      outstanding.set(token, (outstanding.get(token) ?? 0) + 1);
      if (silent(token)) return;
      setTimeout(() => {
        outstanding.set(token, (outstanding.get(token) ?? 0) - 1);
        link.deliver(`${topic}/status`);
      }, roundTrip);
    };
  });

  afterEach(async () => {
    await client.close(0);
    clock.uninstall();
  });

  async function connect(options: Partial<ClientOptions> = {}): Promise<void> {
    client = new KaaClient(clientOptions(options), server.transport);
    client.open();
    server.link.accept();
    await clock.tickAsync(0);
  }

  function send(token: string): Promise<unknown> {
    const target = { appVersion: 'v1', token, resource: 'samples' } as const;
    return client.send(target, Buffer.from('{}'), 'answer', { unexpectedError: () => {} }).then(
      () => token,
      () => undefined,
    );
  }

  /** Keeps each endpoint sending, and counts what is answered within some milliseconds. */
  async function answered(tokens: readonly string[], milliseconds: number, ahead: number): Promise<number> {
    let count = 0;
    const end = performance.now() + milliseconds;
    const sendAll = async (token: string): Promise<void> => {
      while (performance.now() < end) if ((await send(token)) !== undefined) count += 1;
    };
    for (const token of tokens) for (let number = 0; number < ahead; number += 1) void sendAll(token);
    await clock.tickAsync(milliseconds);
    return count;
  }

  const others = Array.from({ length: 200 }, (_value, index) => `t${index}`);

  /** How many messages of the others are answered in 20 s beside silent endpoints, as a share of what they are alone. */
  async function shareBeside(silentTokens: readonly string[]): Promise<number> {
    await connect();
    const alone = await answered(others, 20_000, 1);
    await client.close(0);
    await connect();
    silent = (token) => silentTokens.includes(token);
    const beside = answered(others, 20_000, 1);
    for (const token of silentTokens) for (let number = 0; number < 1000; number += 1) void send(token);
    return (await beside) / alone;
  }

  it('one among many with a thousand messages has half of the window until it is known, and then one slot', async () => {
    // Ten of twenty seconds.
    const share = await shareBeside(['dead']);
    assert.ok(share > 0.72, String(share));
    assert.equal(outstanding.get('dead'), 51);
  }).timeout(60_000);

  it('a hundred of them leave the others most of it, once they are known to be silent', async () => {
    const dead = Array.from({ length: 100 }, (_value, index) => `dead${index}`);
    await connect();
    silent = (token) => dead.includes(token);
    for (const token of dead) for (let number = 0; number < 10; number += 1) void send(token);
    await clock.tickAsync(30_000);
    outstanding.clear();
    const count = await answered(others, 10_000, 1);
    // The window of 100 with a round trip of 10 ms carries 10,000 a second.
    assert.ok(count > 0.7 * 100_000, String(count));
    assert.ok(dead.reduce((sum, token) => sum + (outstanding.get(token) ?? 0), 0) <= 60);
  }).timeout(60_000);

  it('each of them is tried again in its turn', async () => {
    const dead = Array.from({ length: 60 }, (_value, index) => `dead${index}`);
    await connect();
    silent = (token) => dead.includes(token);
    for (const token of dead) for (let number = 0; number < 10; number += 1) void send(token);
    await clock.tickAsync(30_000);
    silent = () => false;
    const revived = Promise.all(dead.map((token) => send(token)));
    await clock.tickAsync(40_000);
    assert.deepEqual(new Set(await revived), new Set(dead));
  }).timeout(60_000);

  it('none waits for ever, whatever became of those that were before it', async () => {
    const dead = Array.from({ length: 200 }, (_value, index) => `dead${index}`);
    await connect();
    silent = () => true;
    for (const token of dead) void send(token);
    await clock.tickAsync(30_000);
    // Their senders leave, or the connection is lost: nothing of them waits any more.
    for (const token of dead) void send(token);
    await clock.tickAsync(0);
    server.link.break();
    await clock.tickAsync(1500);
    server.link.accept();
    await clock.tickAsync(0);
    silent = () => false;
    const alive = dead.slice(100, 160);
    const answers = Promise.all(alive.map((token) => send(token)));
    await clock.tickAsync(5000);
    assert.deepEqual(await answers, alive);
  });

  it('an endpoint that is alone may have the whole window, answered or not', async () => {
    await connect();
    silent = () => true;
    for (let number = 0; number < 200; number += 1) void send('only');
    await clock.tickAsync(0);
    assert.equal(outstanding.get('only'), 100);
  });
});
