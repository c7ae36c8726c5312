import assert from 'node:assert/strict';
import { PerEndpoint } from '../../src/extensions/per-endpoint.ts';
import { Platform } from './platform.ts';

class Keeper {
  idle = false;
  closed = false;

  close(): void {
    this.closed = true;
  }
}

describe('what is kept per endpoint', () => {
  let platform: Platform;
  let keepers: PerEndpoint<Keeper>;

  beforeEach(async () => {
    platform = new Platform();
    await platform.settle();
    keepers = new PerEndpoint(platform.client);
  });

  afterEach(() => platform.close());

  const of = (key: string): Keeper => keepers.of(key, () => new Keeper());

  it('is made once', () => {
    assert.equal(of('a'), of('a'));
    assert.notEqual(of('a'), of('b'));
  });

  it('is closed with the connection, after which nothing is made', async () => {
    const keeper = of('a');
    await platform.client.close(0);
    assert.ok(keeper.closed);
    assert.throws(() => of('b'), { code: 'KAA_CLOSED' });
    const late = new PerEndpoint<Keeper>(platform.client);
    assert.throws(() => late.of('a', () => new Keeper()), { code: 'KAA_CLOSED' });
  });

  it('is let go where it is idle and there are a thousand of them', () => {
    const idle = of('idle');
    idle.idle = true;
    const busy = of('busy');
    for (let number = 0; number < 998; number += 1) of(String(number));
    assert.ok(!idle.closed);
    of('one more');
    assert.deepEqual([idle.closed, busy.closed], [true, false]);
    assert.equal(of('busy'), busy);
    assert.notEqual(of('idle'), idle);
  });

  it('is not looked for again before there are twice as many', () => {
    for (let number = 0; number < 1000; number += 1) of(String(number));
    of('one more');
    const idle = of('idle');
    idle.idle = true;
    for (let number = 1002; number < 2000; number += 1) of(String(number));
    assert.ok(!idle.closed);
    of('last');
    assert.ok(idle.closed);
  });
});
