/** A server that speaks just enough MQTT 3.1.1 to be believed, and sends what a test tells it to. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';

export interface HostileMessage {
  readonly topic: Buffer | string;
  readonly payload: Buffer | string;
}

/** What a client published. */
export interface Published {
  readonly topic: string;
  readonly payload: Buffer;
}

/** Types of packets that a client sends at QoS 0 and 1 (MQTT 3.1.1, 2.2.1). */
const packetType = {
  connect: 1,
  publish: 3,
  puback: 4,
  subscribe: 8,
  unsubscribe: 10,
  pingreq: 12,
  disconnect: 14,
} as const;

const packetTypes: ReadonlySet<number> = new Set(Object.values(packetType));

export class HostileServer {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  /** The newest connection. */
  #socket: Socket | undefined;
  readonly published: Published[] = [];
  /** Logins so far. */
  connects = 0;
  /** Return code of CONNACK. */
  returnCode = 0;
  answering = true;
  /** What goes out for each message of a client, while `answering`. */
  answer: (message: Published) => readonly HostileMessage[] = ({ topic }) => [
    { topic: `${topic}/status`, payload: '' },
  ];

  constructor() {
    this.#server = createServer((socket) => this.#talk(socket));
  }

  async listen(): Promise<string> {
    this.#server.listen(0, '127.0.0.1');
    await once(this.#server, 'listening');
    return `mqtt://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  get connected(): boolean {
    return this.#socket !== undefined && !this.#socket.destroyed;
  }

  /** Drops the connections. */
  drop(): void {
    for (const socket of this.#sockets) socket.destroy();
  }

  async close(): Promise<void> {
    this.drop();
    this.#server.close();
    await once(this.#server, 'close');
  }

  /** Publishes at QoS 0, in one write for many packets; false where the connection has ended. */
  async publish(messages: readonly HostileMessage[]): Promise<boolean> {
    return this.write(Buffer.concat(messages.map(({ topic, payload }) => publishPacket(topic, payload))));
  }

  /** Sends bytes as they are, and waits while the client takes no more; false where the connection has ended. */
  async write(bytes: Buffer): Promise<boolean> {
    const socket = this.#socket;
    assert.ok(socket);
    if (!socket.writable) return false;
    if (socket.write(bytes)) return true;
    const end = new AbortController();
    const { signal } = end;
    const ended = once(socket, 'close', { signal }).then(
      () => false,
      () => false,
    );
    const drained = once(socket, 'drain', { signal }).then(
      () => true,
      () => false,
    );
    try {
      return await Promise.race([ended, drained]);
    } finally {
      end.abort();
    }
  }

  #talk(socket: Socket): void {
    this.#sockets.add(socket);
    socket.setNoDelay(true);
    socket.on('error', () => {});
    socket.once('close', () => this.#sockets.delete(socket));
    let unread: Buffer = Buffer.alloc(0);
    socket.on('data', (data) => {
      unread = unread.length === 0 ? data : Buffer.concat([unread, data]);
      for (let packet = firstPacket(unread); packet !== undefined; packet = firstPacket(unread)) {
        // A client that speaks something else.
        if (packet === 'none') {
          socket.destroy();
          return;
        }
        unread = unread.subarray(packet.size);
        this.#receive(socket, packet);
      }
    });
  }

  #receive(socket: Socket, { type, flags, body }: Packet): void {
    if (type === packetType.connect) {
      this.connects += 1;
      socket.write(Buffer.from([0x20, 2, 0, this.returnCode]));
      if (this.returnCode === 0) this.#socket = socket;
    } else if (type === packetType.subscribe) {
      const codes = Buffer.alloc(filtersIn(body));
      const [first = 0, second = 0] = body;
      socket.write(Buffer.concat([Buffer.from([0x90, 2 + codes.length, first, second]), codes]));
    } else if (type === packetType.unsubscribe) {
      const [first = 0, second = 0] = body;
      socket.write(Buffer.from([0xb0, 2, first, second]));
    } else if (type === packetType.pingreq) socket.write(Buffer.from([0xd0, 0]));
    else if (type === packetType.publish) this.#published(socket, flags, body);
  }

  #published(socket: Socket, flags: number, body: Buffer): void {
    const topicEnd = 2 + body.readUInt16BE(0);
    const acknowledged = (flags & 0b0110) !== 0;
    const message = {
      topic: body.toString('utf8', 2, topicEnd),
      payload: Buffer.from(body.subarray(topicEnd + (acknowledged ? 2 : 0))),
    };
    this.published.push(message);
    if (!this.answering) return;
    if (acknowledged) {
      const [first = 0, second = 0] = body.subarray(topicEnd);
      socket.write(Buffer.from([0x40, 2, first, second]));
    }
    for (const { topic, payload } of this.answer(message)) socket.write(publishPacket(topic, payload));
  }
}

interface Packet {
  readonly type: number;
  readonly flags: number;
  readonly body: Buffer;
  /** Bytes of the whole packet. */
  readonly size: number;
}

/** The first packet in what was read; undefined where it is not there to its end, `none` where it is no packet. */
function firstPacket(data: Buffer): Packet | 'none' | undefined {
  const [header] = data;
  // TLS begins like a CONNECT with flags.
  if (header !== undefined && (!packetTypes.has(header >> 4) || header === 0x16)) return 'none';
  let length = 0;
  for (let index = 1; index <= 4; index += 1) {
    const byte = data[index];
    if (header === undefined || byte === undefined) return undefined;
    length += (byte & 127) * 128 ** (index - 1);
    if (byte >= 128) continue;
    const size = index + 1 + length;
    if (data.length < size) return undefined;
    return { type: header >> 4, flags: header & 15, body: data.subarray(index + 1, size), size };
  }
  return 'none';
}

/** How many topic filters a SUBSCRIBE names. */
function filtersIn(body: Buffer): number {
  let count = 0;
  for (let offset = 2; offset < body.length; offset += 3 + body.readUInt16BE(offset)) count += 1;
  return count;
}

/** The fixed header of a packet (MQTT 3.1.1, 2.2) that has `length` bytes behind it. */
export function packetHeader(first: number, length: number): Buffer {
  const header = [first];
  let left = length;
  do {
    header.push((left % 128) | (left >= 128 ? 128 : 0));
    left = Math.floor(left / 128);
  } while (left > 0);
  return Buffer.from(header);
}

/** A PUBLISH at QoS 0. */
export function publishPacket(topic: Buffer | string, payload: Buffer | string): Buffer {
  const [name, body] = [Buffer.from(topic), Buffer.from(payload)];
  const header = packetHeader(0x30, 2 + name.length + body.length);
  return Buffer.concat([header, Buffer.from([name.length >> 8, name.length & 255]), name, body]);
}
