import assert from 'node:assert/strict';
import { blobTokenCases } from './blob-token-cases.ts';
import { commandCases } from './command-cases.ts';
import { configurationCases } from './configuration-cases.ts';
import type { Arrived } from './endpoint.ts';
import { metadataCases } from './metadata-cases.ts';
import { assertRefused } from './refusal.ts';
import type { Reply, RequestCases } from './request-cases.ts';
import { onEveryPlatform, type Setting } from './settings.ts';
import { telemetryCases } from './telemetry-cases.ts';

const allCases: readonly RequestCases[] = [
  ...telemetryCases,
  ...metadataCases,
  ...commandCases,
  ...configurationCases,
  ...blobTokenCases,
];

onEveryPlatform('conformance: requests', (setting) => {
  for (const cases of allCases) describe(cases.path, () => defineCases(cases, setting));
});

function defineCases({ path, withId, withoutId, success, valid, invalid }: RequestCases, setting: Setting): void {
  for (const [what, payload] of Object.entries(valid)) {
    it(`accepts ${what}`, async () => {
      const endpoint = await setting.endpoint();
      await endpoint.publish(`${path}/42`, payload);
      assertReply(withId, await endpoint.arrived(), `${path}/42`, success);

      await endpoint.publish(path, payload);
      const arrived = await endpoint.arrived();
      assertReply(withoutId ?? (arrived.length === 0 ? 'nothing' : 'status'), arrived, path, success);
    });
  }

  for (const [what, payload] of Object.entries(invalid)) {
    it(`refuses ${what}`, async () => {
      const endpoint = await setting.endpoint();
      await endpoint.publish(`${path}/42`, payload);
      assertRefused(await endpoint.arrived(), `${path}/42`, 400);
      await endpoint.publish(path, payload);
      assertRefused(await endpoint.arrived(), path, 400);
    });
  }
}

function assertReply(reply: Reply, arrived: readonly Arrived[], topic: string, success: RequestCases['success']): void {
  if (reply === 'error') return assertRefused(arrived, topic, 400);
  if (reply === 'nothing') return assert.deepEqual(arrived, []);
  assert.deepEqual(
    arrived.map(([each]) => each),
    [`${topic}/status`],
  );
  success(arrived[0]?.[1]);
}
