/** Edit dialog of the kaa-endpoint node. */
import { name, number, serverUrls, uploadUrl, type Verdict } from './validators.ts';

export const endpointValidators = {
  url: (value: unknown): Verdict => serverUrls(value),
  appVersion: (value: unknown): Verdict => name('appVersion', value),
  token: (value: unknown): Verdict => (value === '__PWRD__' ? true : name('token', value)),
  keepalive: (value: unknown): Verdict => number('keepalive', value),
  requestTimeout: (value: unknown): Verdict => number('requestTimeout', value),
  maxInFlight: (value: unknown): Verdict => number('maxInFlight', value),
  maxPayload: (value: unknown): Verdict => number('maxPayload', value),
  requestIdMax: (value: unknown): Verdict => number('requestIdMax', value),
  outboxMaxMegabytes: (value: unknown): Verdict => number('outboxMaxMegabytes', value),
  outboxMaxDays: (value: unknown): Verdict => number('outboxMaxDays', value),
  extension: (value: unknown): Verdict => name('extension', value),
  blobUrl: (value: unknown): Verdict => uploadUrl(value),
};
