import { fileURLToPath } from 'node:url';
import type { Cleanup } from '../cleanup.ts';
import { Contender } from '../contenders/contender.ts';
import { receivingFlow } from '../contenders/flows.ts';
import { startNodeRed } from '../contenders/node-red.ts';
import type { BenchEndpoint } from '../endpoint.ts';

export const pushesNames = ['raw', 'kaa'] as const;

export type PushesName = (typeof pushesNames)[number];

export const pushesLabels: Readonly<Record<PushesName, string>> = { raw: 'MQTT.js alone', kaa: 'kaa-command' };

const rawScript = fileURLToPath(new URL('raw-pushes.ts', import.meta.url));

/** Starts a contender, which receives commands. */
export async function startReceiver(name: PushesName, endpoint: BenchEndpoint, cleanup: Cleanup): Promise<Contender> {
  const label = pushesLabels[name];
  if (name === 'raw') return Contender.start(label, rawScript, [JSON.stringify(endpoint)], cleanup);
  return startNodeRed(label, receivingFlow(endpoint), cleanup);
}
