import assert from 'node:assert/strict';
import { RoundTrips } from '../../src/client/round-trips.ts';

describe('round trips', () => {
  it('there is nothing to say before the first', () => {
    assert.equal(new RoundTrips().summary, undefined);
  });

  it('the last, the median and the slowest', () => {
    const roundTrips = new RoundTrips();
    for (const time of [5, 900, 7]) roundTrips.add(time);
    assert.deepEqual(roundTrips.summary, { last: 7, median: 7, slowest: 900, count: 3 });
  });

  it('only the newest 128 count', () => {
    const roundTrips = new RoundTrips();
    for (const time of [900, ...Array.from({ length: 128 }, () => 2)]) roundTrips.add(time);
    assert.deepEqual(roundTrips.summary, { last: 2, median: 2, slowest: 2, count: 129 });
  });

  it('another connection starts anew', () => {
    const roundTrips = new RoundTrips();
    roundTrips.add(1);
    roundTrips.clear();
    assert.equal(roundTrips.summary, undefined);
  });
});
