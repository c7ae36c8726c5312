import { fileURLToPath } from 'node:url';
import type { Cleanup } from '../cleanup.ts';
import { Contender } from '../contenders/contender.ts';
import { gatewayFlow } from '../contenders/flows.ts';
import { startNodeRed } from '../contenders/node-red.ts';
import { type Gateway, tokensOf } from './endpoints.ts';

export const gatewayNames = ['raw', 'kaa'] as const;

export type GatewayName = (typeof gatewayNames)[number];

export const gatewayLabels: Readonly<Record<GatewayName, string>> = {
  raw: 'MQTT.js alone',
  kaa: 'kaa nodes',
};

const rawScript = fileURLToPath(new URL('raw-gateway.ts', import.meta.url));

/** Starts a contender, which connects and observes. */
export async function startGateway(name: GatewayName, gateway: Gateway, cleanup: Cleanup): Promise<Contender> {
  const label = gatewayLabels[name];
  if (name === 'raw') return Contender.start(label, rawScript, [JSON.stringify(gateway)], cleanup);
  return startNodeRed(label, gatewayFlow(gateway), cleanup, { globals: { tokens: tokensOf(gateway) } });
}
