import { Duplex } from 'node:stream';

/** Largest MQTT packet taken from a client, in bytes. */
const largestPacket = 1_048_576;

/** MQTT 3.1.1, 2.2.3: a remaining length has at most four bytes of seven bits. */
const longestLength = 28;

/** Follows the packets in a stream of bytes, to notice one that is too large before it is collected. */
class PacketLengths {
  #bodyLeft = 0;
  #length = 0;
  #shift = 0;
  #state: 'type' | 'length' = 'type';

  /** Whether a packet that begins in these bytes is too large. */
  tooLarge(chunk: Buffer): boolean {
    for (let position = 0; position < chunk.length; position += 1) {
      if (this.#bodyLeft > 0) {
        const skipped = Math.min(this.#bodyLeft, chunk.length - position);
        this.#bodyLeft -= skipped;
        position += skipped - 1;
      } else if (this.#state === 'type') {
        this.#state = 'length';
        this.#length = 0;
        this.#shift = 0;
      } else {
        const byte = chunk[position] ?? 0;
        this.#length += (byte & 127) * 2 ** this.#shift;
        this.#shift += 7;
        if (this.#length > largestPacket || this.#shift > longestLength) return true;
        if (byte < 128) {
          this.#state = 'type';
          this.#bodyLeft = this.#length;
        }
      }
    }
    return false;
  }
}

/** A client's stream that breaks when an MQTT packet above 1 MB begins, because aedes would collect up to 256 MB. */
export class BoundedStream extends Duplex {
  readonly #inner: Duplex;
  readonly #lengths = new PacketLengths();

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
