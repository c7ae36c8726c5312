import { fileURLToPath } from 'node:url';
import type { Cleanup } from '../cleanup.ts';
import { Contender } from '../contenders/contender.ts';
import { gatewayFlow } from '../contenders/flows.ts';
import { startNodeRed } from '../contenders/node-red.ts';
import { type Gateway, tokensOf } from '../gateway/endpoints.ts';

export const pushesNames = ['raw', 'kaa'] as const;

export type PushesName = (typeof pushesNames)[number];

export const pushesLabels: Readonly<Record<PushesName, string>> = { raw: 'MQTT.js alone', kaa: 'kaa-command' };

/**
 * Bursts, each to another endpoint, because the commands of one may pile up only so far. The last one counts: during the
 * first ones V8 compiles what it needs, in threads that would take as much time as the rest.
 */
export const endpoints = 8;

const rawScript = fileURLToPath(new URL('raw-pushes.ts', import.meta.url));

/** Starts a contender, which receives the commands of its endpoints. */
export async function startReceiver(name: PushesName, gateway: Gateway, cleanup: Cleanup): Promise<Contender> {
  const label = pushesLabels[name];
  if (name === 'raw') return Contender.start(label, rawScript, [JSON.stringify(gateway)], cleanup);
  return startNodeRed(label, gatewayFlow(gateway), cleanup, { globals: { tokens: tokensOf(gateway) } });
}
