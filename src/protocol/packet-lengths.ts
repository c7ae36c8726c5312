/** How long the MQTT packets in a stream are, before they have been collected. */

/** MQTT 3.1.1, 2.2.3: a remaining length has at most four bytes of seven bits. */
const longestLength = 28;

/** Follows the packets in a stream of bytes, to notice one that is too large before it is collected. */
export class PacketLengths {
  readonly #largest: number;
  #bodyLeft = 0;
  #length = 0;
  #shift = 0;
  #state: 'type' | 'length' = 'type';

  /** @param largest bytes of a packet, without its first two to five */
  constructor(largest: number) {
    this.#largest = largest;
  }

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
        if (this.#length > this.#largest || this.#shift > longestLength) return true;
        if (byte < 128) {
          this.#state = 'type';
          this.#bodyLeft = this.#length;
        }
      }
    }
    return false;
  }
}
