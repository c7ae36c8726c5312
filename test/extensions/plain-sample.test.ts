import assert from 'node:assert/strict';
import { readPlainSample } from '../../src/extensions/plain-sample.ts';

describe('plain samples', () => {
  for (const [payload, text] of [
    [21.5, '21.5'],
    [-0.001, '-0.001'],
    [10n, '10'],
    ['200', '200'],
    ['47%', '47%'],
    ['47 %', '47%'],
    [' 20 °C ', '20°C'],
    ['12.5\u00a0m/s', '12.5m/s'],
    ['1e3 kWh', '1e3kWh'],
    ['400ppmCO2', '400ppmCO2'],
  ] as const) {
    it(`${JSON.stringify(String(payload))} is sent as ${text}`, () => assert.equal(readPlainSample(payload), text));
  }
  for (const payload of [
    '',
    'warm',
    '1,5',
    '1.2.3',
    '12 34',
    '%',
    '5 kWh per day',
    Number.NaN,
    Infinity,
    true,
    null,
    undefined,
    {},
    [1],
  ]) {
    it(`${JSON.stringify(payload) ?? 'undefined'} (${typeof payload}) is KAA_INVALID`, () => {
      assert.throws(() => readPlainSample(payload), { code: 'KAA_INVALID' });
    });
  }
});
