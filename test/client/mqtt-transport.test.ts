import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type AddressInfo, createServer, type Server, Socket } from 'node:net';
import { mqttTransport } from '../../src/client/mqtt-transport.ts';
import { until } from '../support/until.ts';
import type { Link, LinkFailure, LinkListener, LinkOptions } from '../../src/client/transport.ts';

/** Opens a link and collects what it reports. */
function openLink(url: string, changes: Partial<LinkOptions> = {}) {
  const connected = Promise.withResolvers<void>();
  const closed = Promise.withResolvers<LinkFailure>();
  let closings = 0;
  let drained = Promise.withResolvers<void>();
  const listener: LinkListener = {
    connected: () => connected.resolve(),
    message: () => {},
    writable: () => drained.resolve(),
    closed: (failure) => {
      closings += 1;
      closed.resolve(failure);
    },
  };
  /** Resolves at the next word that the stream takes more again. */
  const drains = (): Promise<void> => {
    drained = Promise.withResolvers<void>();
    return drained.promise;
  };
  const link: Link = mqttTransport({ url, clientId: 'test', keepAlive: 30, connectTimeout: 5, ...changes }, listener);
  return { link, connected: connected.promise, closed: closed.promise, closings: () => closings, drains };
}

describe('transport over MQTT.js', () => {
  let server: Server;
  let sockets: Set<Socket>;

  /** A server that does with each connection what the test says. */
  async function listen(talk: (socket: Socket) => void): Promise<string> {
    server = createServer((socket) => {
      sockets.add(socket);
      socket.on('error', () => {});
      talk(socket);
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return `mqtt://127.0.0.1:${(server.address() as AddressInfo).port}`;
  }

  const connack = (code: number) => (socket: Socket) =>
    socket.once('data', () => socket.write(Buffer.from([0x20, 2, 0, code])));

  beforeEach(() => {
    sockets = new Set();
  });

  afterEach(async () => {
    for (const socket of sockets) socket.destroy();
    if (server.listening) {
      server.close();
      await once(server, 'close');
    }
  });

  it('leaves a server that acknowledges again and again what nobody sent', async () => {
    const url = await listen((socket) => {
      connack(0)(socket);
      socket.once('data', () => setImmediate(() => socket.write(Buffer.alloc(4 * 200, Buffer.from([0x40, 2, 0, 9])))));
    });
    const { closed } = openLink(url);
    assert.deepEqual(await closed, { reason: 'not-mqtt' });
  });

  it('does not collect a message of more than 4 MB, and says so', async () => {
    const url = await listen((socket) => {
      connack(0)(socket);
      socket.once('data', () => {
        // PUBLISH, announced with 200 MB.
        const header = Buffer.from([0x30, 0x80, 0x80, 0xaf, 0x5f]);
        setImmediate(() => socket.write(Buffer.concat([header, Buffer.alloc(10)])));
      });
    });
    const { closed } = openLink(url);
    assert.deepEqual(await closed, { reason: 'too-large' });
  });

  it('tells when the server accepts the login', async () => {
    const { link, connected } = openLink(await listen(connack(0)));
    await connected;
    assert.equal(link.writable, true);
    await link.close(1000);
  });

  for (const [code, reason] of [
    [1, 'version-refused'],
    [2, 'client-id-refused'],
    [3, 'server-unavailable'],
    [4, 'login-refused'],
    [5, 'login-refused'],
  ] as const) {
    it(`CONNACK ${code} is ${reason}, reported once`, async () => {
      const { closed, closings } = openLink(await listen(connack(code)));
      assert.equal((await closed).reason, reason);
      assert.equal(closings(), 1);
    });
  }

  it('an unknown host is named as such', async () => {
    await listen(() => {});
    const { closed } = openLink('mqtt://no-such-host.invalid:1883');
    assert.equal((await closed).reason, 'unknown-host');
  });

  it('a refused connection is named as such', async () => {
    const url = await listen(() => {});
    server.close();
    await once(server, 'close');
    assert.deepEqual(await openLink(url).closed, { reason: 'refused', detail: 'ECONNREFUSED' });
  });

  it('a server that accepts and says nothing does not answer', async () => {
    const { closed } = openLink(await listen(() => {}), { connectTimeout: 0.1 });
    assert.equal((await closed).reason, 'no-answer');
  });

  it('a server that hangs up during the login is named as such', async () => {
    const { closed } = openLink(await listen((socket) => socket.once('data', () => socket.end())));
    assert.equal((await closed).reason, 'dropped-at-login');
  });

  it('a server that is no MQTT server is named as such', async () => {
    const { closed } = openLink(await listen((socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n')));
    assert.match((await closed).reason, /not-mqtt|dropped-at-login/);
  });

  it('a server without TLS behind mqtts is named as such', async () => {
    const url = await listen((socket) => socket.once('data', () => socket.end('no TLS here')));
    const { closed } = openLink(url.replace('mqtt:', 'mqtts:'));
    assert.equal((await closed).reason, 'tls');
  });

  it('a drop after the login is a loss', async () => {
    const { connected, closed } = openLink(await listen(connack(0)));
    await connected;
    for (const socket of sockets) socket.destroy();
    assert.equal((await closed).reason, 'dropped');
  });

  it('says in CONNECT what it was told: MQTT 3.1.1, clean session, keep-alive, login', async () => {
    const received: Buffer[] = [];
    const url = await listen((socket) => {
      connack(0)(socket);
      socket.on('data', (data) => received.push(data));
    });
    const { link, connected } = openLink(url, { clientId: 'me', username: 'user', password: 'pass', keepAlive: 77 });
    await connected;
    await link.close(1000);
    const connect = Buffer.concat(received);
    // Fixed header of two bytes, "MQTT", protocol level, flags (user name, password, clean session), keep-alive.
    assert.deepEqual([...connect.subarray(2, 12)], [0, 4, ...Buffer.from('MQTT'), 4, 0b1100_0010, 0, 77]);
    assert.ok(connect.includes(Buffer.from('\0\x02me\0\x04user\0\x04pass')));
  });

  it('sets no-delay on its socket', async () => {
    // oxlint-disable-next-line typescript/unbound-method -- called with its socket
    const { setNoDelay } = Socket.prototype;
    const calls: unknown[] = [];
    Socket.prototype.setNoDelay = function spied(this: Socket, noDelay?: boolean): Socket {
      calls.push(noDelay);
      return setNoDelay.call(this, noDelay);
    };
    try {
      const { link, connected } = openLink(await listen(connack(0)));
      await connected;
      await link.close(0);
      assert.deepEqual(calls, [true]);
    } finally {
      Socket.prototype.setNoDelay = setNoDelay;
    }
  });

  it('writes the messages of one turn of the event loop together, in their order', async () => {
    const received: Buffer[] = [];
    const url = await listen((socket) => {
      connack(0)(socket);
      socket.on('data', (data) => received.push(data));
    });
    const { link, connected } = openLink(url);
    await connected;
    let writes = 0;
    // oxlint-disable-next-line typescript/unbound-method -- called with their socket
    const { _write: write, _writev: writev } = Socket.prototype;
    Object.assign(Socket.prototype, {
      _write(this: Socket, ...args: Parameters<typeof write>) {
        if (!sockets.has(this)) writes += 1;
        write.apply(this, args);
      },
      _writev(this: Socket, ...args: Parameters<NonNullable<typeof writev>>) {
        if (!sockets.has(this)) writes += 1;
        writev?.apply(this, args);
      },
    });
    try {
      const sent = Array.from({ length: 100 }, (_, index) => `message ${index};`);
      for (const text of sent) {
        link.publish('t', Buffer.from(text), 0, () => {});
        await new Promise<void>((resolve) => process.nextTick(resolve));
      }
      await until(() => Buffer.concat(received).includes('message 99;'));
      assert.deepEqual(String(Buffer.concat(received)).match(/message \d+;/g), sent);
      assert.equal(writes, 2);
    } finally {
      Object.assign(Socket.prototype, { _write: write, _writev: writev });
      await link.close(0);
    }
  });

  it('leaves no socket behind when opening fails at once', async () => {
    const { closed } = openLink(await listen(() => {}), { username: 'x'.repeat(70_000) });
    await closed;
    await new Promise((resolve) => setImmediate(resolve));
    for (const socket of sockets) if (!socket.closed) await once(socket, 'close');
  });

  it('a client key that cannot be read fails the link and nothing else', async () => {
    const url = await listen(() => {});
    const { closed, link } = openLink(url.replace('mqtt:', 'mqtts:'), {
      tls: { cert: 'no certificate', key: 'no key' },
    });
    assert.match((await closed).reason, /^(tls|tls-client|dropped-at-login)$/);
    await link.close(1000);
  });

  it('tells when a stream filled by subscriptions takes more again', async () => {
    const url = await listen((socket) => {
      socket.once('data', () => {
        socket.write(Buffer.from([0x20, 2, 0, 0]));
        socket.pause();
      });
    });
    const { link, connected, drains } = openLink(url);
    await connected;
    const filters = Array.from({ length: 1000 }, (_value, index) => `${'f'.repeat(1000)}/${index}`);
    for (let count = 0; count < 50 && link.writable; count += 1) {
      void link.subscribe(filters, 0);
      await new Promise((resolve) => setImmediate(resolve));
    }
    assert.equal(link.writable, false);
    const drained = drains();
    for (const socket of sockets) socket.resume();
    await drained;
    assert.equal(link.writable, true);
    await link.close(0);
  });

  it('does QoS 1 round trips without a stall', async () => {
    const url = await listen(connack(0));
    const { link, connected } = openLink(url);
    await connected;
    const client = [...sockets][0];
    assert.ok(client);
    let pubacks = 0;
    client.on('data', (data: Buffer) => {
      if ((data[0] ?? 0) >> 4 !== 3) return;
      pubacks += 1;
      const id = data.subarray(-4, -2);
      client.write(Buffer.from([0x40, 2, id[0] ?? 0, id[1] ?? 0]));
    });
    client.setNoDelay(true);
    const started = performance.now();
    for (let round = 0; round < 20; round += 1) {
      await new Promise<void>((resolve) => link.publish('t', Buffer.from('{}'), 1, resolve));
    }
    assert.equal(pubacks, 20);
    // With Nagle's algorithm 20 round trips take 880 ms.
    assert.ok(performance.now() - started < 600, `${performance.now() - started} ms`);
    await link.close(0);
  });

  it('closing calls no listener any more, also before it is connected', async () => {
    const { link, closings } = openLink(await listen(() => {}));
    await link.close(0);
    await new Promise((resolve) => setImmediate(resolve));
    assert.equal(closings(), 0);
  });

  it('says goodbye with DISCONNECT', async () => {
    const received: Buffer[] = [];
    const url = await listen((socket) => {
      connack(0)(socket);
      socket.on('data', (data) => received.push(data));
    });
    const { link, connected } = openLink(url);
    await connected;
    await link.close(1000);
    const [socket] = sockets;
    if (socket?.closed === false) await once(socket, 'close');
    assert.deepEqual(Buffer.concat(received).subarray(-2), Buffer.from([0xe0, 0]));
  });

  it('does not wait for the server to acknowledge what was given up', async () => {
    const received: Buffer[] = [];
    const url = await listen((socket) => {
      connack(0)(socket);
      socket.on('data', (data) => received.push(data));
      socket.on('end', () => socket.end());
    });
    const { link, connected } = openLink(url);
    await connected;
    link.publish('t', Buffer.from('{}'), 1, () => {});
    void link.subscribe(['f'], 0);
    const started = performance.now();
    await link.close(2000);
    assert.ok(performance.now() - started < 1000);
    assert.deepEqual(Buffer.concat(received).subarray(-2), Buffer.from([0xe0, 0]));
  });

  it('is forced to end by the deadline when the server hangs', async () => {
    const url = await listen((socket) => {
      socket.once('data', () => {
        socket.write(Buffer.from([0x20, 2, 0, 0]));
        socket.pause();
      });
    });
    const { link, connected } = openLink(url);
    await connected;
    link.publish('t', Buffer.from('{}'), 1, () => {});
    const started = performance.now();
    await link.close(200);
    assert.ok(performance.now() - started < 1000);
  });

  it('tells when the stream needs draining, and calls QoS 0 sent when it was written', async () => {
    const url = await listen((socket) => {
      socket.once('data', () => {
        socket.write(Buffer.from([0x20, 2, 0, 0]));
        socket.pause();
      });
    });
    const { link, connected, drains } = openLink(url);
    await connected;
    const big = Buffer.alloc(1024 * 1024);
    let written = 0;
    let published = 0;
    // The system's own buffers take some before the stream has to keep any.
    do {
      link.publish('t', big, 0, () => (written += 1));
      published += 1;
      await new Promise((resolve) => setTimeout(resolve, 20));
    } while (link.writable && published < 50);
    assert.equal(link.writable, false);
    assert.equal(written, published - 1, 'what is still in the buffer does not count as sent');
    const drained = drains();
    for (const socket of sockets) socket.resume();
    await drained;
    assert.equal(link.writable, true);
    await until(() => written === published);
    await link.close(0);
  });
});
