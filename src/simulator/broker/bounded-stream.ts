import { Duplex } from 'node:stream';
import { PacketLengths } from '../../protocol/packet-lengths.ts';

/** Largest MQTT packet taken from a client, in bytes. */
const largestPacket = 1_048_576;

/** A client's stream that breaks when an MQTT packet above 1 MB begins, because aedes would collect up to 256 MB. */
export class BoundedStream extends Duplex {
  readonly #inner: Duplex;
  readonly #lengths = new PacketLengths(largestPacket);

  constructor(inner: Duplex) {
    super();
    this.#inner = inner;
    inner.on('data', (chunk: Buffer) => this.#take(chunk));
    inner.once('end', () => this.push(null));
    inner.once('error', (error) => this.destroy(error));
    inner.once('close', () => this.destroy());
  }

  override _read(): void {
    this.#inner.resume();
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: (error?: Error | null) => void): void {
    this.#inner.write(chunk, done);
  }

  override _writev(chunks: { chunk: Buffer }[], done: (error?: Error | null) => void): void {
    this.#inner.write(Buffer.concat(chunks.map(({ chunk }) => chunk)), done);
  }

  override _final(done: () => void): void {
    this.#inner.end(done);
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    this.#inner.destroy();
    done(error);
  }

  #take(chunk: Buffer): void {
    if (this.#lengths.tooLarge(chunk)) this.destroy(new Error('MQTT packet above 1 MB'));
    else if (!this.push(chunk)) this.#inner.pause();
  }
}
