import type { Duplex } from 'node:stream';
import { Aedes, type AedesOptions, type Client } from 'aedes';
import type { Credentials } from '../network/credentials.ts';
import type { Message, Transport } from '../platform/message.ts';
import type { Platform } from '../platform/platform.ts';
import { BoundedStream } from './bounded-stream.ts';
import { kpcMode } from './kpc-mode.ts';

/** `kpc`: like Kaa's own server. `broker`: a plain broker, in which only matching subscriptions receive. */
export type Mode = 'kpc' | 'broker';

/** A client that lets more bytes than this pile up unread is disconnected. */
const mostUnreadBytes = 16 * 1_048_576;

/** The MQTT side of the platform in this process. */
export class EmbeddedBroker implements Transport {
  readonly #platform: Platform;
  readonly #mode: Mode;
  readonly #aedes: Aedes;
  readonly #connections = new WeakMap<Client, string>();
  readonly #clients = new Map<string, Client>();
  #accepted = 0;

  private constructor(platform: Platform, mode: Mode, aedes: Aedes) {
    this.#platform = platform;
    this.#mode = mode;
    this.#aedes = aedes;
    aedes.on('client', (client) => this.#opened(client));
    aedes.on('publish', (packet, client) => {
      if (client === null) return;
      const { topic, payload, qos } = packet;
      this.#receive(client, { topic, qos, payload: typeof payload === 'string' ? Buffer.from(payload) : payload });
    });
  }

  static async start(platform: Platform, mode: Mode, credentials: Credentials | undefined): Promise<EmbeddedBroker> {
    const options = mode === 'kpc' ? kpcMode : {};
    const aedes = await Aedes.createBroker(
      credentials === undefined ? options : { ...options, authenticate: demand(credentials) },
    );
    return new EmbeddedBroker(platform, mode, aedes);
  }

  /** Serves a client on a stream of MQTT bytes. */
  accept(stream: Duplex): void {
    this.#accepted += 1;
    const connection = `c${this.#accepted}`;
    const bounded = new BoundedStream(stream);
    const client = this.#aedes.handle(bounded);
    this.#connections.set(client, connection);
    this.#clients.set(connection, client);
    bounded.once('close', () => {
      this.#clients.delete(connection);
      this.#platform.connectionClosed(connection);
    });
  }

  send({ topic, payload, qos }: Message, connection: string): boolean {
    const packet = { cmd: 'publish', topic, payload, qos, dup: false, retain: false } as const;
    if (this.#mode === 'broker') {
      if (this.#clients.size === 0) return false;
      this.#aedes.publish(packet, () => undefined);
      return true;
    }
    const client = this.#clients.get(connection);
    if (client === undefined) return false;
    if (client.conn.writableLength > mostUnreadBytes) {
      client.conn.destroy();
      return false;
    }
    client.publish(packet, () => undefined);
    return true;
  }

  disconnect(connection: string): void {
    this.#clients.get(connection)?.conn.destroy();
  }

  async close(): Promise<void> {
    for (const client of this.#clients.values()) client.conn.destroy();
    await new Promise<void>((resolve) => {
      this.#aedes.close(resolve);
    });
  }

  #opened(client: Client): void {
    const connection = this.#connections.get(client);
    if (connection !== undefined && this.#clients.has(connection))
      this.#platform.connectionOpened(connection, client.id);
  }

  #receive(client: Client, message: Message): void {
    const connection = this.#connections.get(client);
    if (connection !== undefined) this.#platform.receive(connection, message);
  }
}

/** MQTT 3.1.1, 3.2.2.3: return code 4 is a bad user name or password. */
function demand(credentials: Credentials): NonNullable<AedesOptions['authenticate']> {
  return (_client, username, password, done) => {
    if (credentials.match(username ?? '', password?.toString() ?? '')) done(null, true);
    else done(Object.assign(new Error('bad user name or password'), { returnCode: 4 as const }), false);
  };
}
