import assert from 'node:assert/strict';
import { randomBytes, randomInt } from 'node:crypto';
import { once } from 'node:events';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { KaaClient } from '../../src/client/client.ts';
import { mqttTransport } from '../../src/client/mqtt-transport.ts';
import { clientOptions } from '../support/client-options.ts';

/** A server that speaks just enough MQTT 3.1.1 to be believed, and publishes what a test tells it to. */
class HostileServer {
  readonly #server: Server;
  #socket: Socket | undefined;
  /** The last five characters of what the client published. */
  readonly payloads: string[] = [];
  answering = true;

  constructor() {
    this.#server = createServer((socket) => this.#talk(socket));
  }

  async listen(): Promise<string> {
    this.#server.listen(0, '127.0.0.1');
    await once(this.#server, 'listening');
    return `mqtt://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** Drops the connection. */
  drop(): void {
    this.#socket?.destroy();
  }

  async close(): Promise<void> {
    this.drop();
    this.#server.close();
    await once(this.#server, 'close');
  }

  /** Publishes at QoS 0, in one write for many packets. */
  async publish(messages: readonly { topic: Buffer; payload: Buffer }[]): Promise<void> {
    assert.ok(this.#socket);
    const packets = messages.map(({ topic, payload }) => publishPacket(topic, payload));
    if (!this.#socket.write(Buffer.concat(packets))) await once(this.#socket, 'drain');
  }

  async write(bytes: Buffer): Promise<void> {
    this.#socket?.write(bytes);
    await Promise.resolve();
  }

  #talk(socket: Socket): void {
    this.#socket = socket;
    socket.setNoDelay(true);
    socket.on('error', () => {});
    socket.on('data', (data) => {
      for (let offset = 0; offset + 1 < data.length;) {
        const type = (data[offset] ?? 0) >> 4;
        const { length, bytes } = remainingLength(data, offset + 1);
        const body = data.subarray(offset + 1 + bytes, offset + 1 + bytes + length);
        if (type === 1) socket.write(Buffer.from([0x20, 2, 0, 0]));
        if (type === 8) socket.write(Buffer.from([0x90, 5, body[0] ?? 0, body[1] ?? 0, 0, 0, 0]));
        if (type === 3) this.payloads.push(body.toString('latin1').slice(-'ghost'.length));
        if (type === 3 && this.answering) {
          const topic = body.subarray(2, 2 + body.readUInt16BE(0));
          socket.write(publishPacket(Buffer.concat([topic, Buffer.from('/status')]), Buffer.alloc(0)));
        }
        offset += 1 + bytes + length;
      }
    });
  }
}

function remainingLength(data: Buffer, start: number): { length: number; bytes: number } {
  let length = 0;
  for (let bytes = 0; bytes < 4; bytes += 1) {
    const byte = data[start + bytes] ?? 0;
    length += (byte & 127) * 128 ** bytes;
    if (byte < 128) return { length, bytes: bytes + 1 };
  }
  throw new Error('bad packet from the client');
}

function publishPacket(topic: Buffer, payload: Buffer): Buffer {
  let length = 2 + topic.length + payload.length;
  const header = [0x30];
  do {
    header.push((length % 128) | (length >= 128 ? 128 : 0));
    length = Math.floor(length / 128);
  } while (length > 0);
  return Buffer.concat([Buffer.from(header), Buffer.from([topic.length >> 8, topic.length & 255]), topic, payload]);
}

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
    while (server.payloads.filter((payload) => payload === 'ghost').length < 2)
      await new Promise((resolve) => setImmediate(resolve));
    server.drop();
    for (const ghost of ghosts) await assert.rejects(ghost, { code: 'KAA_OFFLINE' });
    server.payloads.length = 0;
    server.answering = true;
    await new Promise<void>((resolve) => {
      client.onStatus(({ state }) => {
        if (state === 'connected') resolve();
      });
    });
    await client.send(target, Buffer.from('alive'), 'answer', sender);
    assert.deepEqual(server.payloads, ['alive']);
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
