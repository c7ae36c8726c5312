/** The figures of store and forward, with the simulator's own broker as the server. */
import type { Cleanup } from '../cleanup.ts';
import type { Options } from '../options.ts';
import { startServer } from '../servers.ts';
import { type Drain, measureDrain } from './drain.ts';
import { type Acceptance, measureAcceptance } from './rates.ts';

export interface OutboxResults {
  readonly acceptance: readonly Acceptance[];
  /** Samples that waited. */
  readonly backlog: number;
  readonly drain: Drain;
}

export async function measureOutbox(options: Options, cleanup: Cleanup): Promise<OutboxResults> {
  const server = await startServer('embedded', cleanup);
  if (server === undefined) throw new Error('the simulator could not be started');
  const acceptance: Acceptance[] = [];
  for (const window of options.outboxWindows) {
    console.error(`measuring: stored and sent, window ${window}`);
    acceptance.push(await Promise.race([measureAcceptance(window, server, options, cleanup), server.ended]));
  }
  const { backlog } = options;
  console.error(`measuring: ${backlog} waiting samples`);
  const drain = await Promise.race([measureDrain(server, options, cleanup), server.ended]);
  return { acceptance, backlog, drain };
}
