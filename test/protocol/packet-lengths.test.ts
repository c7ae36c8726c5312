import assert from 'node:assert/strict';
import { PacketLengths } from '../../src/protocol/packet-lengths.ts';

/** A packet with a body of `length` bytes. */
function packet(length: number): Buffer {
  const header = [0x30];
  let left = length;
  do {
    header.push((left % 128) | (left >= 128 ? 128 : 0));
    left = Math.floor(left / 128);
  } while (left > 0);
  return Buffer.concat([Buffer.from(header), Buffer.alloc(length, 0xff)]);
}

describe('lengths of MQTT packets', () => {
  it('up to the largest are fine, in one piece, many in a piece, and byte by byte', () => {
    const stream = Buffer.concat([0, 1, 127, 128, 16_383, 16_384, 20_000].map(packet));
    assert.equal(new PacketLengths(20_000).tooLarge(stream), false);
    const lengths = new PacketLengths(20_000);
    for (const byte of stream) assert.equal(lengths.tooLarge(Buffer.from([byte])), false);
  });

  it('a larger one is noticed where it begins', () => {
    const lengths = new PacketLengths(20_000);
    assert.equal(lengths.tooLarge(Buffer.concat([packet(5), packet(20_001).subarray(0, 4)])), true);
  });

  it('a length of more than four bytes is too large', () => {
    assert.equal(new PacketLengths(20_000).tooLarge(Buffer.from([0x30, 0x80, 0x80, 0x80, 0x80, 0x01])), true);
  });
});
