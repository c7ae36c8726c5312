/**
 * The transport over MQTT.js, and the only file of the client that knows it.
 *
 * Every link is a fresh MQTT.js client that never reconnects and is destroyed with its store: MQTT.js would publish
 * unacknowledged QoS 1 messages again by itself, after their outcome has been reported.
 */
import type { Duplex } from 'node:stream';
import type { IClientOptions, MqttClient } from 'mqtt';
import { PacketLengths } from '../protocol/packet-lengths.ts';
import { SharedWrites } from '../protocol/shared-writes.ts';
import { linkFailure } from './link-failure.ts';
import type { Link, LinkFailure, LinkListener, LinkOptions, QualityOfService, Transport } from './transport.ts';

/** Milliseconds between two looks into the buffer of a stream that is slow to take messages. */
const bufferLookInterval = 5;

/** Milliseconds of work on messages, looked at after every so many of them, after which others get their turn. */
const longestTurn = 20;
const messagesPerLook = 16;

/** Acknowledgements that a server may send beyond those that it owes: MQTT.js would look for what each belongs to. */
const mostUnowed = 100;

const acknowledgements = new Set(['puback', 'pubrec', 'pubcomp', 'suback', 'unsuback']);

/** Bytes of the largest packet that is taken: MQTT.js would collect up to 256 MB. */
const largestPacket = 4 * 1_048_576;

/** MQTT 3.1.1, 3.9.3: the SUBACK code of a refused filter. */
const refused = 128;

export const mqttTransport: Transport = (options, listener) => new MqttLink(options, listener);

class MqttLink implements Link {
  readonly #options: LinkOptions;
  #listener: LinkListener | undefined;
  #client: MqttClient | undefined;
  #failure: LinkFailure | undefined;
  #accepted = false;
  /** TLS is agreed on, or not wanted. */
  #secured: boolean;
  #watchingDrain = false;
  /** Acknowledgements that the server has not sent yet. */
  #owed = 0;
  #messages = 0;
  /** When others last had their turn, on the clock of `performance.now()`. */
  #turnStart = 0;
  /** Receipts of messages that may still be in the stream's buffer. */
  #unwritten: (() => void)[] = [];
  #writtenCheck: NodeJS.Immediate | undefined;
  #writtenLater: NodeJS.Timeout | undefined;
  readonly #writes = new SharedWrites();

  constructor(options: LinkOptions, listener: LinkListener) {
    this.#options = options;
    this.#listener = listener;
    this.#secured = !options.url.startsWith('mqtts:');
    void this.#open();
  }

  get writable(): boolean {
    const stream = this.#stream();
    if (stream === undefined || !stream.writable) return false;
    // Subscriptions and acknowledgements fill the stream too: whoever finds it full will be told when it is not.
    this.#watchDrain(stream);
    return !stream.writableNeedDrain;
  }

  publish(topic: string, payload: Buffer | string, qos: QualityOfService, receipt: () => void): number | undefined {
    const client = this.#client;
    if (client === undefined || !client.connected) return undefined;
    if (qos === 1) this.#owed += 1;
    try {
      client.publish(topic, payload, { qos }, (error) => {
        if (error !== undefined && error !== null) return;
        if (qos === 1) receipt();
        else this.#whenWritten(receipt);
      });
    } catch (error) {
      this.#fail(error);
      return undefined;
    }
    return qos === 1 ? client.getLastMessageId() : undefined;
  }

  discard(messageId: number): void {
    this.#client?.removeOutgoingMessage(messageId);
  }

  subscribe(filters: readonly string[], qos: QualityOfService): Promise<readonly number[]> {
    this.#owed += 1;
    return new Promise((resolve) => {
      this.#client?.subscribe([...filters], { qos }, (error, grants, packet) => {
        const codes = packet?.granted ?? grants?.map((grant) => grant.qos);
        if (error === null && codes !== undefined) resolve(codes.map(Number));
        else if (packet !== undefined)
          resolve(filters.map((_filter, index) => Number(packet.granted[index] ?? refused)));
      });
    });
  }

  unsubscribe(filters: readonly string[]): void {
    if (this.#client?.connected !== true) return;
    this.#owed += 1;
    this.#client.unsubscribe([...filters], {}, () => {});
  }

  close(deadline: number): Promise<void> {
    this.#detach();
    const client = this.#client;
    if (client === undefined) return Promise.resolve();
    if (deadline <= 0 || !client.connected) {
      destroy(client);
      return Promise.resolve();
    }
    // All of it was given up, and MQTT.js would wait for the server's word on each.
    for (const messageId of Object.keys(client.outgoing)) client.removeOutgoingMessage(Number(messageId));
    return new Promise((resolve) => {
      const force = setTimeout(() => {
        destroy(client);
        resolve();
      }, deadline);
      client.end(false, {}, () => {
        clearTimeout(force);
        destroy(client);
        resolve();
      });
    });
  }

  async #open(): Promise<void> {
    try {
      const { connect } = await import('mqtt');
      if (this.#listener === undefined) return;
      const client = connect(this.#options.url, mqttOptions(this.#options));
      this.#client = client;
      this.#listen(client);
      client.connect();
      this.#setNoDelay();
      // MQTT.js keeps errors without a code to itself, among them an HTTP answer where a WebSocket was asked for.
      client.stream.on('error', (error) => {
        this.#failure ??= this.#read(error);
      });
      client.stream.once('secureConnect', () => {
        this.#secured = true;
      });
      const lengths = new PacketLengths(largestPacket);
      client.stream.on('data', (chunk: Buffer) => {
        if (!lengths.tooLarge(chunk)) return;
        this.#failure ??= { reason: 'too-large' };
        destroy(client);
      });
    } catch (error) {
      const failure = linkFailure(error, false);
      // There is no socket yet: what cannot be used is of our own making.
      this.#end(failure.reason === 'not-mqtt' ? { reason: 'tls-client' } : failure);
    }
  }

  #listen(client: MqttClient): void {
    client.on('connect', () => {
      this.#accepted = true;
      this.#listener?.connected();
    });
    client.on('message', (topic, payload) => this.#listener?.message(topic, payload));
    client.on('packetsend', () => this.#writes.writing(client.stream));
    client.on('packetreceive', ({ cmd }) => {
      if (acknowledgements.has(cmd)) this.#acknowledged();
    });
    client.handleMessage = (_packet, next) => this.#handled(next);
    client.on('error', (error) => this.#fail(error));
    client.on('close', () => this.#end(this.#failure ?? this.#read(undefined)));
  }

  #acknowledged(): void {
    this.#owed -= 1;
    if (this.#owed >= -mostUnowed || this.#client === undefined) return;
    this.#failure ??= { reason: 'not-mqtt' };
    destroy(this.#client);
  }

  /** MQTT.js would go on as long as there is something to read, whatever else waits. */
  #handled(next: () => void): void {
    this.#messages += 1;
    const isLong = this.#messages % messagesPerLook === 0 && performance.now() - this.#turnStart > longestTurn;
    if (!isLong) {
      next();
      return;
    }
    setImmediate(() => {
      this.#turnStart = performance.now();
      next();
    });
  }

  /** A server that drops us before TLS is agreed on may not speak it. */
  #read(error: unknown): LinkFailure {
    const failure = linkFailure(error, this.#accepted);
    return failure.reason === 'dropped-at-login' && !this.#secured ? { ...failure, reason: 'tls' } : failure;
  }

  /** MQTT.js leaves the stream open after errors such as a refused login or an unreadable packet. */
  #fail(error: unknown): void {
    this.#failure ??= this.#read(error);
    if (this.#client !== undefined) destroy(this.#client);
  }

  #end(failure: LinkFailure): void {
    const listener = this.#listener;
    this.#detach();
    if (this.#client !== undefined) destroy(this.#client);
    listener?.closed(failure);
  }

  /** From here on nobody is told of anything. */
  #detach(): void {
    this.#listener = undefined;
    this.#unwritten = [];
    clearImmediate(this.#writtenCheck);
    clearTimeout(this.#writtenLater);
    this.#writes.flush();
  }

  /** MQTT.js takes a QoS 0 message for sent when it has put it into the stream's buffer. */
  #whenWritten(receipt: () => void): void {
    this.#unwritten.push(receipt);
    if (this.#unwritten.length === 1) this.#writtenCheck = setImmediate(() => this.#checkWritten());
  }

  #checkWritten(): void {
    if ((this.#stream()?.writableLength ?? 0) > 0) {
      this.#writtenLater = setTimeout(() => this.#checkWritten(), bufferLookInterval);
      return;
    }
    this.#written();
  }

  #written(): void {
    clearImmediate(this.#writtenCheck);
    clearTimeout(this.#writtenLater);
    const receipts = this.#unwritten;
    this.#unwritten = [];
    for (const receipt of receipts) receipt();
  }

  #stream(): Duplex | undefined {
    return this.#client?.stream;
  }

  /** With Nagle's algorithm a QoS 1 round trip stalls for about 44 ms; WebSocket streams have switched it off already. */
  #setNoDelay(): void {
    const stream = this.#stream();
    if (stream !== undefined && 'setNoDelay' in stream && typeof stream.setNoDelay === 'function') {
      stream.setNoDelay(true);
    }
  }

  #watchDrain(stream: Duplex): void {
    if (this.#watchingDrain || !stream.writableNeedDrain) return;
    this.#watchingDrain = true;
    stream.once('drain', () => {
      this.#watchingDrain = false;
      this.#written();
      this.#listener?.writable();
    });
  }
}

function mqttOptions(options: LinkOptions): IClientOptions {
  return {
    protocolVersion: 4,
    clean: true,
    clientId: options.clientId,
    ...(options.username === undefined ? {} : { username: options.username }),
    ...(options.password === undefined ? {} : { password: options.password }),
    keepalive: options.keepAlive,
    connectTimeout: options.connectTimeout * 1000,
    // What it says of each packet, passwords among it, is for its makers, and costs time where nobody listens too.
    log: () => {},
    // The listeners are there before anything can fail.
    manualConnect: true,
    reconnectPeriod: 0,
    resubscribe: false,
    queueQoSZero: false,
    rejectUnauthorized: true,
    ...tlsOptions(options),
  };
}

function tlsOptions({ tls }: LinkOptions): IClientOptions {
  if (tls === undefined) return {};
  // MQTT.js hands all options to tls.connect, but declares fewer forms of certificates than Node takes; to a WebSocket it
  // hands some of them, and not the server name.
  return { ...tls, wsOptions: { ...tls } } as IClientOptions;
}

/** Ends without waiting; errors of the dying stream have no reader any more. */
function destroy(client: MqttClient): void {
  const stream = client.stream as MqttClient['stream'] | undefined;
  // Where opening failed at once there is nothing to end, and MQTT.js would look for the stream.
  if (stream === undefined) return;
  client.end(true);
  stream.destroy();
}
