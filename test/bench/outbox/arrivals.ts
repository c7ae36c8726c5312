/** What has arrived at the server, as the simulator's control API tells. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Server } from '../servers.ts';

/** Milliseconds between two looks. */
const lookInterval = 10;

/** Milliseconds without a new sample after which none is expected any more. */
const patience = 60_000;

export interface Arrivals {
  /** Samples that did not arrive. */
  readonly missing: number;
  /** From when none had arrived yet until all had. */
  readonly seconds: number;
}

/** Waits until `expected` samples of an endpoint have arrived. */
export async function awaitArrivals({ controlUrl }: Server, token: string, expected: number): Promise<Arrivals> {
  let nothingAt = performance.now();
  let lastNewAt = nothingAt;
  let last = 0;
  for (;;) {
    const lookedAt = performance.now();
    const count = await arrived(controlUrl, token);
    if (count === 0) nothingAt = lookedAt;
    if (count > last) lastNewAt = lookedAt;
    last = count;
    const missing = Math.max(0, expected - count);
    if (missing === 0 || lookedAt - lastNewAt > patience) {
      return { missing, seconds: (performance.now() - nothingAt) / 1000 };
    }
    await sleep(lookInterval);
  }
}

async function arrived(controlUrl: string, token: string): Promise<number> {
  const response = await fetch(`${controlUrl}/endpoints/${token}/telemetry/count`);
  const body = await response.text();
  // Nobody has spoken for the endpoint yet.
  if (response.status === 404) return 0;
  if (!response.ok) throw new Error(`the simulator answered ${response.status}: ${body}`);
  return (JSON.parse(body) as { count: number }).count;
}
