import assert from 'node:assert/strict';
import fc from 'fast-check';
import { Fifo } from '../../src/client/fifo.ts';

describe('first-in, first-out queue', () => {
  it('behaves like an array, however it is used', () => {
    const operations = fc.array(fc.oneof(fc.record({ push: fc.nat() }), fc.constant('shift' as const)), {
      maxLength: 5000,
      size: 'max',
    });
    fc.assert(
      fc.property(operations, (list) => {
        const fifo = new Fifo<number>();
        const model: number[] = [];
        for (const operation of list) {
          if (operation === 'shift') assert.equal(fifo.shift(), model.shift());
          else {
            fifo.push(operation.push);
            model.push(operation.push);
          }
          assert.equal(fifo.size, model.length);
          assert.equal(fifo.peek(), model[0]);
        }
        assert.deepEqual([...fifo], model);
      }),
      { numRuns: 100 },
    );
  });
});
