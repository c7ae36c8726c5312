import assert from 'node:assert/strict';
import { nameProblem } from '../../src/protocol/names.ts';

describe('names that become topic levels', () => {
  const cases = [
    ['token', 'JTjdbENzHh', undefined],
    ['token', 'a.b', 'dot'],
    ['token', '12345', undefined],
    ['token', undefined, 'type'],
    ['token', 7, 'type'],
    ['token', '', 'empty'],
    ['appVersion', 'clpg49rml4es7380a2bg-v1', undefined],
    ['appVersion', '1.0', undefined],
    ['metric', 'temperature', undefined],
    ['metric', '42', 'digits'],
    ['metric', 'status', undefined],
    ['metric', 'a/b', 'separator'],
    ['commandType', '7', 'digits'],
    ['configName', 'net+work', 'separator'],
    ['configName', 'net#', 'separator'],
    ['metric', 'tab\t', 'control'],
    ['metric', '\udfff', 'control'],
    ['metric', 'm'.repeat(2049), 'long'],
  ] as const;
  for (const [kind, value, problem] of cases) {
    it(`${kind} ${JSON.stringify(value)?.slice(0, 30)}: ${problem ?? 'fine'}`, () => {
      assert.equal(nameProblem(kind, value), problem);
    });
  }
});
