/** The broker, and how the endpoints come back after it was away. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Mosquitto } from '../support/mosquitto.ts';
import type { Gateway } from './gateway.ts';
import type { Platform } from './platform.ts';
import type { Restart } from './results.ts';
import { holdsBefore } from './wait.ts';

/** Nothing is dropped for a reader that is slow. */
export const brokerSettings = 'max_queued_messages 0\nmax_inflight_messages 0\n';

export interface RestartOrder {
  readonly endpoints: number;
  readonly outageSeconds: number;
  /** On the clock of `Date`; when it comes before all endpoints observe, the figures tell so. */
  readonly deadline: number;
  readonly signal: AbortSignal;
}

/** Kills the broker, starts it again, and waits until all endpoints observe. */
export async function restartBroker(
  mosquitto: Mosquitto,
  platform: Platform,
  gateway: Gateway,
  { endpoints, outageSeconds, deadline, signal }: RestartOrder,
): Promise<Restart> {
  await mosquitto.stop();
  platform.forgetObserving();
  await sleep(outageSeconds * 1000, undefined, { signal });
  await mosquitto.run();
  const upAt = Date.now();
  const since = (at: number | undefined): number => (at === undefined ? Number.NaN : (at - upAt) / 1000);
  const all = await holdsBefore(deadline, () => platform.observing === endpoints);
  const observingAt = all ? Date.now() : undefined;
  await gateway.look();
  return {
    connected: since(gateway.connectedAt.find((at) => at >= upAt)),
    observing: since(observingAt),
    endpoints: platform.observing,
  };
}
