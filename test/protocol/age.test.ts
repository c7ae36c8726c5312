import assert from 'node:assert/strict';
import { ageIn } from '../../src/protocol/age.ts';

const [minute, hour, day] = [60_000, 3_600_000, 86_400_000];

describe('age', () => {
  for (const [milliseconds, number, unit] of [
    [-5, 0, 'seconds'],
    [1999, 1, 'seconds'],
    [2 * minute - 1, 119, 'seconds'],
    [2 * minute, 2, 'minutes'],
    [2 * hour, 2, 'hours'],
    [2 * day - 1, 47, 'hours'],
    [2 * day, 2, 'days'],
  ] as const) {
    it(`of ${milliseconds} ms is ${number} ${unit}`, () => {
      assert.deepEqual(ageIn(milliseconds), { number, unit });
    });
  }
});
