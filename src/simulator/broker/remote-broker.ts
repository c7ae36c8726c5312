import { randomUUID } from 'node:crypto';
import { Socket } from 'node:net';
import type { MqttClient } from 'mqtt';
import { SharedWrites } from '../../protocol/shared-writes.ts';
import { parseTopic } from '../../protocol/topic.ts';
import type { Message, Transport } from '../platform/message.ts';
import type { Platform } from '../platform/platform.ts';

const everyEndpoint = 'kp1/+/+/+/#';

/** The broker hides its clients: for the platform they are all this connection. */
const connection = 'broker';

/** The broker could not be reached when the simulator started. */
export class BrokerUnreachableError extends Error {
  constructor(address: string, reason: string) {
    super(`cannot use the broker ${address}: ${reason}`);
    this.name = 'BrokerUnreachableError';
  }
}

/** The platform as a client of a real broker, which then does the delivery. */
export class RemoteBroker implements Transport {
  readonly #client: MqttClient;
  readonly #writes = new SharedWrites();

  private constructor(client: MqttClient) {
    this.#client = client;
    client.on('packetsend', () => this.#writes.writing(client.stream));
  }

  /**
   * Connects and subscribes; later it reconnects by itself.
   * @throws {BrokerUnreachableError} where the first attempt fails.
   */
  static async connect(platform: Platform, url: URL): Promise<RemoteBroker> {
    const { connect } = await import('mqtt');
    const clientId = `kaa-simulator-${randomUUID()}`;
    const client = connect(url.href, { protocolVersion: 4, clientId, reconnectPeriod: 1000, queueQoSZero: false });
    client.on('connect', () => {
      if (client.stream instanceof Socket) client.stream.setNoDelay(true);
    });
    client.on('message', (topic, payload, { qos, retain }) => {
      // A retained message is an old one, delivered again with every subscription; answers are our own, coming back.
      if (!retain && parseTopic(topic)?.kind === 'request') platform.receive(connection, { topic, payload, qos });
    });
    try {
      await firstConnect(client);
      await client.subscribeAsync(everyEndpoint, { qos: 1 });
    } catch (error) {
      client.end(true);
      throw new BrokerUnreachableError(brokerAddress(url), error instanceof Error ? error.message : String(error));
    }
    platform.connectionOpened(connection, clientId);
    return new RemoteBroker(client);
  }

  send({ topic, payload, qos }: Message): boolean {
    if (!this.#client.connected) return false;
    this.#client.publish(topic, payload, { qos });
    return true;
  }

  /** A client of another broker is out of reach. */
  disconnect(): void {}

  async close(): Promise<void> {
    this.#writes.flush();
    await this.#client.endAsync(true);
  }
}

/** The broker's address without credentials and trailing slash. */
export function brokerAddress(url: URL): string {
  return `${url.protocol}//${url.host}`;
}

async function firstConnect(client: MqttClient): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    client.once('connect', () => resolve());
    // Stays: an error of a later attempt must find a listener, and rejecting again does nothing.
    client.on('error', reject);
    client.once('close', () => reject(new Error('the connection was closed')));
  });
}
