import assert from 'node:assert/strict';
import { randomBytes, randomInt } from 'node:crypto';
import { KaaClient } from '../../src/client/client.ts';
import { mqttTransport } from '../../src/client/mqtt-transport.ts';
import { clientOptions } from '../support/client-options.ts';
import { HostileServer } from '../support/hostile-server.ts';

describe('client and a hostile server', () => {
  let server: HostileServer;
  let client: KaaClient;
  const target = { appVersion: 'v1', token: 'secret', resource: 'samples' } as const;
  const sender = { unexpectedError: () => {} };

  beforeEach(async () => {
    server = new HostileServer();
    client = new KaaClient(clientOptions({ urls: [await server.listen()], requestTimeout: 5 }), mqttTransport);
    client.open();
    await client.send(target, Buffer.from('{}'), 'answer', sender);
  });

  afterEach(async () => {
    await client.close(0);
    await server.close();
  });

  it('20,000 random byte strings as topics and payloads neither crash nor confuse it', async () => {
    const prefixes = ['', 'kp1/', 'kp1/v1/dcx/secret/', 'kp1/v1/dcx/secret/json/', 'kp1/v1/dcx/secret/json/5/'];
    const suffixes = ['', '/status', '/error', '/5/status'];
    for (let round = 0; round < 200; round += 1) {
      const messages = Array.from({ length: 100 }, () => {
        const prefix = prefixes[randomInt(prefixes.length)] ?? '';
        const suffix = suffixes[randomInt(suffixes.length)] ?? '';
        // MQTT.js ends the connection on wildcards and NUL in a topic, which is tested below.
        const middle = randomBytes(randomInt(1, 40)).map((byte) =>
          byte === 35 || byte === 43 || byte === 0 ? 65 : byte,
        );
        const topic = Buffer.concat([Buffer.from(prefix), middle, Buffer.from(suffix)]);
        return { topic, payload: randomBytes(randomInt(0, 60)) };
      });
      await server.publish(messages);
    }
    const outcome = await client.send(target, Buffer.from('{}'), 'answer', sender);
    assert.equal(outcome.statusCode, 200);
    assert.equal(client.status.state, 'connected');
    assert.equal(client.inFlight, 0);
  });

  for (const [what, payload] of [
    ['deep', Buffer.from('['.repeat(100_000) + ']'.repeat(100_000))],
    ['huge', Buffer.from(`{"statusCode":500,"reasonPhrase":"${'x'.repeat(1_000_000)}"}`)],
    ['invalid UTF-8', Buffer.from([0xff, 0xfe, 0xc0, 0x80])],
    ['__proto__', Buffer.from('{"__proto__":{"statusCode":403},"constructor":{"prototype":{"x":1}}}')],
  ] as const) {
    it(`survives ${what} answers`, async () => {
      const topics = [
        'kp1/v1/dcx/secret/json/error',
        'kp1/v1/dcx/secret/json/1/error',
        'kp1/v1/dcx/secret/json/1/status',
      ];
      await server.publish(topics.map((topic) => ({ topic: Buffer.from(topic), payload })));
      assert.equal((await client.send(target, Buffer.from('{}'), 'answer', sender)).statusCode, 200);
      assert.equal(Object.hasOwn(Object.prototype, 'x'), false);
    });
  }

  it('that acknowledges nothing and drops us sees nothing of it again', async () => {
    server.answering = false;
    const ghosts = [
      client.send(target, Buffer.from('ghost'), 'receipt', sender),
      client.send(target, Buffer.from('ghost'), 'answer', sender),
    ];
    const payloads = (): readonly string[] => server.published.map(({ payload }) => payload.toString());
    while (payloads().filter((payload) => payload === 'ghost').length < 2)
      await new Promise((resolve) => setImmediate(resolve));
    server.drop();
    for (const ghost of ghosts) await assert.rejects(ghost, { code: 'KAA_OFFLINE' });
    server.published.length = 0;
    server.answering = true;
    await new Promise<void>((resolve) => {
      client.onStatus(({ state }) => {
        if (state === 'connected') resolve();
      });
    });
    await client.send(target, Buffer.from('alive'), 'answer', sender);
    assert.deepEqual(payloads(), ['alive']);
  });

  it('survives bytes that are no MQTT: the connection ends with a reason', async () => {
    const offline = new Promise<unknown>((resolve) => {
      client.onStatus((status) => {
        if (status.state === 'offline') resolve(status);
      });
    });
    await server.write(randomBytes(64).fill(0xff, 0, 8));
    assert.match(JSON.stringify(await offline), /not-mqtt|dropped/);
  });
});
