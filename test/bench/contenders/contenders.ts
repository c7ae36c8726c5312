import { fileURLToPath } from 'node:url';
import type { Cleanup } from '../cleanup.ts';
import type { BenchEndpoint } from '../endpoint.ts';
import { Contender } from './contender.ts';
import { handWiredFlow, kaaTelemetryFlow } from './flows.ts';
import { startNodeRed } from './node-red.ts';

export const contenderNames = ['raw', 'handWired', 'kaaTelemetry'] as const;

export type ContenderName = (typeof contenderNames)[number];

export const contenderLabels: Readonly<Record<ContenderName, string>> = {
  raw: 'MQTT.js alone',
  handWired: 'core nodes',
  kaaTelemetry: 'kaa-telemetry',
};

const rawScript = fileURLToPath(new URL('raw-mqtt.ts', import.meta.url));

/** Starts a contender; it is connected when the promise resolves. */
export async function startContender(
  name: ContenderName,
  endpoint: BenchEndpoint,
  cleanup: Cleanup,
): Promise<Contender> {
  const label = contenderLabels[name];
  switch (name) {
    case 'raw':
      return Contender.start(label, rawScript, [JSON.stringify(endpoint)], cleanup);
    case 'handWired':
      return startNodeRed(label, handWiredFlow(endpoint), cleanup);
    case 'kaaTelemetry':
      return startNodeRed(label, kaaTelemetryFlow(endpoint, { delivery: 'confirmed' }), cleanup);
  }
}
