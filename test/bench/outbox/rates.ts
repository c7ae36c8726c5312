/** How many samples the outbox accepts, beside samples that are sent at once and acknowledged by the server. */
import type { Cleanup } from '../cleanup.ts';
import type { Contender } from '../contenders/contender.ts';
import { kaaTelemetryFlow } from '../contenders/flows.ts';
import { startNodeRed } from '../contenders/node-red.ts';
import type { Options } from '../options.ts';
import type { Measurement } from '../orders.ts';
import { shortWarmUp, summary } from '../rounds.ts';
import type { Server } from '../servers.ts';
import { median, medianOf, ratiosOf } from '../statistics.ts';
import { awaitArrivals } from './arrivals.ts';

export const deliveries = ['sent', 'stored'] as const;

export type Delivery = (typeof deliveries)[number];

export interface AcceptanceFigures extends Measurement {
  readonly loopDelayP99: number;
  /** Samples that had their outcome and never arrived at the server. */
  readonly missing: number;
}

export interface Acceptance {
  readonly window: number;
  readonly figures: Readonly<Record<Delivery, AcceptanceFigures>>;
  /** Stored samples per second to sent ones. */
  readonly ratio: number;
  /** Of every repetition. */
  readonly measured: Readonly<Record<Delivery, readonly Measurement[]>>;
}

/** Measures both deliveries by turns; neither is disturbed by what the outbox still forwards. */
export async function measureAcceptance(
  window: number,
  server: Server,
  { repetitions, seconds, warmUpSeconds }: Pick<Options, 'repetitions' | 'seconds' | 'warmUpSeconds'>,
  cleanup: Cleanup,
): Promise<Acceptance> {
  const tokenOf = (delivery: Delivery): string => `${delivery}-${window}`;
  const start = (delivery: Delivery): Promise<Contender> => {
    const endpoint = { url: server.url, token: tokenOf(delivery), qos: 1, window } as const;
    return startNodeRed(`kaa-telemetry, ${delivery}`, kaaTelemetryFlow(endpoint, { delivery }), cleanup);
  };
  const [sent, stored] = await Promise.all([start('sent'), start('stored')]);
  const contenders: Record<Delivery, Contender> = { sent, stored };
  const measured: Record<Delivery, Measurement[]> = { sent: [], stored: [] };
  const missing: Record<Delivery, number> = { sent: 0, stored: 0 };

  for (let repetition = 0; repetition < repetitions; repetition += 1) {
    const warmUpMilliseconds = repetition === 0 ? warmUpSeconds * 1000 : shortWarmUp;
    const order = { window, warmUpMilliseconds, milliseconds: seconds * 1000, watchLoop: true };
    for (const delivery of deliveries) {
      measured[delivery].push(await contenders[delivery].measure(order));
      const { settled } = await contenders[delivery].state();
      ({ missing: missing[delivery] } = await awaitArrivals(server, tokenOf(delivery), settled));
    }
  }
  await Promise.all([sent.stop(), stored.stop()]);

  const figuresOf = (delivery: Delivery): AcceptanceFigures => ({
    ...summary(measured[delivery]),
    loopDelayP99: medianOf(measured[delivery], ({ loopDelayP99 = Number.NaN }) => loopDelayP99),
    missing: missing[delivery],
  });
  const figures = { sent: figuresOf('sent'), stored: figuresOf('stored') };
  return { window, figures, ratio: median(storedToSent(measured)), measured };
}

/** Stored samples per second to sent ones, in every repetition. */
export function storedToSent({ sent, stored }: Acceptance['measured']): readonly number[] {
  return ratiosOf(stored, sent, ({ tripsPerSecond }) => tripsPerSecond);
}
