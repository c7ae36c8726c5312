/** Edit dialog of the kaa-endpoint node. */
import { name, number, serverUrls, type Verdict } from './validators.ts';

export const endpointValidators = {
  url: (value: unknown): Verdict => serverUrls(value),
  appVersion: (value: unknown): Verdict => name('appVersion', value),
  token: (value: unknown): Verdict => (value === '__PWRD__' ? true : name('token', value)),
  keepalive: (value: unknown): Verdict => number(value, { min: 1, max: 65_535, integer: true }),
  requestTimeout: (value: unknown): Verdict => number(value, { min: 0.1, max: 3600 }),
  maxInFlight: (value: unknown): Verdict => number(value, { min: 1, max: 10_000, integer: true }),
  maxPayload: (value: unknown): Verdict => number(value, { min: 1, max: 262_144 }),
  requestIdMax: (value: unknown): Verdict => number(value, { min: 99, max: 2_147_483_647, integer: true }),
  extension: (value: unknown): Verdict => name('extension', value),
};
