/** Measures one case: all contenders in turn, as often as ordered. */
import type { Cleanup } from '../cleanup.ts';
import type { Contender } from '../contenders/contender.ts';
import { type ContenderName, contenderNames, startContender } from '../contenders/contenders.ts';
import type { Options } from '../options.ts';
import type { Measurement } from '../orders.ts';
import { shortWarmUp } from '../rounds.ts';
import type { ServerName } from '../servers.ts';

export interface TripsCase {
  readonly server: ServerName;
  readonly qos: 0 | 1;
  readonly window: number;
}

/** Of every repetition, in their order. */
export type Measurements = Readonly<Record<ContenderName, readonly Measurement[]>>;

/**
 * Starts the contenders afresh and measures them by turns, so that a disturbance of the machine does not hit one alone.
 * @param url of the server
 */
export async function measureCase(
  { qos, window }: TripsCase,
  url: string,
  { repetitions, seconds, warmUpSeconds }: Pick<Options, 'repetitions' | 'seconds' | 'warmUpSeconds'>,
  cleanup: Cleanup,
): Promise<Measurements> {
  const start = (name: ContenderName): Promise<Contender> =>
    startContender(name, { url, token: `${name}-${qos}-${window}`, qos, window }, cleanup);
  const [raw, handWired, kaaTelemetry] = await Promise.all([start('raw'), start('handWired'), start('kaaTelemetry')]);
  const contenders: Record<ContenderName, Contender> = { raw, handWired, kaaTelemetry };
  const measured: Record<ContenderName, Measurement[]> = { raw: [], handWired: [], kaaTelemetry: [] };

  for (let repetition = 0; repetition < repetitions; repetition += 1) {
    const warmUpMilliseconds = repetition === 0 ? warmUpSeconds * 1000 : shortWarmUp;
    const order = { window, warmUpMilliseconds, milliseconds: seconds * 1000, watchLoop: false };
    for (const name of contenderNames) {
      const measurement = await contenders[name].measure(order);
      measured[name].push(measurement);
      if (measurement.lost > 0) {
        console.error(`${contenders[name].label} lost ${measurement.lost}; it printed:\n${contenders[name].output}`);
      }
    }
  }
  await Promise.all(Object.values(contenders).map(async (contender) => contender.stop()));
  return measured;
}
