import assert from 'node:assert/strict';
import { Writable } from 'node:stream';
import { SharedWrites } from '../../src/protocol/shared-writes.ts';

const nextTurn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('shared writes', () => {
  let written: string[];
  let stream: Writable;
  let writes: SharedWrites;

  function send(...packets: string[]): void {
    for (const packet of packets) {
      writes.writing(stream);
      stream.write(packet);
    }
  }

  beforeEach(() => {
    written = [];
    stream = new Writable({
      decodeStrings: false,
      write(chunk: string, _encoding, done) {
        written.push(chunk);
        done();
      },
      writev(chunks, done) {
        written.push(chunks.map(({ chunk }) => String(chunk)).join(''));
        done();
      },
    });
    writes = new SharedWrites();
  });

  it('writes the first packet of a turn at once', () => {
    send('a');
    assert.deepEqual(written, ['a']);
  });

  it('writes those behind it together, in their order, before the next turn', async () => {
    send('a', 'b', 'c', 'd');
    assert.deepEqual(written, ['a']);
    await nextTurn();
    assert.deepEqual(written, ['a', 'bcd']);
  });

  it('begins anew with each turn', async () => {
    send('a', 'b');
    await nextTurn();
    send('c', 'd');
    assert.deepEqual(written, ['a', 'b', 'c']);
    await nextTurn();
    assert.deepEqual(written, ['a', 'b', 'c', 'd']);
  });

  it('flushed, holds nothing back and does nothing later', async () => {
    send('a', 'b');
    writes.flush();
    assert.deepEqual(written, ['a', 'b']);
    send('c');
    await nextTurn();
    assert.deepEqual(written, ['a', 'b', 'c']);
    assert.equal(stream.writableCorked, 0);
  });

  it('leaves a stream as it was that was destroyed in between', async () => {
    send('a', 'b');
    stream.destroy();
    await nextTurn();
    assert.deepEqual(written, ['a']);
  });
});
