/** The end of the soak: the last commands, what still waits, and what has become of everything. */
import { commandKey, type Gateway } from './gateway.ts';
import { telemetryNode } from './flow.ts';
import { inParallel } from './in-parallel.ts';
import type { Orders } from './orders.ts';
import type { Platform, PlatformCommand } from './platform.ts';
import type { ProbeReport } from './probe.ts';
import type { CommandFindings, SampleFindings } from './results.ts';
import { holdsBefore } from './wait.ts';

/** Milliseconds after which nothing is expected any more. */
const patience = 120_000;

/** Requests to the simulator at a time. */
const atATime = 8;

/** Waits until nothing waits in the store; gives the seconds that it took. */
export async function drain(gateway: Gateway): Promise<number> {
  const startedAt = Date.now();
  const isDrained = ({ fed, stored, statuses }: ProbeReport): boolean =>
    stored + gateway.refused.size >= fed && statuses[telemetryNode]?.backlog === 0;
  await holdsBefore(startedAt + patience, async () => isDrained(await gateway.look()));
  return (Date.now() - startedAt) / 1000;
}

/** Sends each endpoint one more command, and looks what has become of all of them. */
export async function finishCommands(
  platform: Platform,
  gateway: Gateway,
  orders: Orders,
  tokens: readonly string[],
): Promise<CommandFindings> {
  const startedAt = Date.now();
  await inParallel(tokens, atATime, (token) => orders.order(token));
  let answered = 0;
  await holdsBefore(startedAt + patience, async () => {
    ({ responded: answered } = await gateway.look());
    return gateway.received.size >= orders.count && answered >= orders.count;
  });

  let [incomplete, repeatedResults] = [0, 0];
  const take = (commands: readonly PlatformCommand[]): void => {
    incomplete += commands.filter(({ status, statusCode }) => status !== 'completed' || statusCode !== 200).length;
    repeatedResults += commands.reduce((sum, { results }) => sum + Math.max(0, results - 1), 0);
  };
  await inParallel(tokens, atATime, async (token) => {
    let commands = await platform.commands(token);
    await holdsBefore(startedAt + patience, async () => {
      commands = await platform.commands(token);
      return commands.every(({ status }) => status === 'completed');
    });
    take(commands);
  });
  const lastSeconds = (Date.now() - startedAt) / 1000;

  const timesOf = (token: string, id: number): number => gateway.received.get(commandKey(token, id)) ?? 0;
  const times = tokens.flatMap((token) => (orders.byToken.get(token) ?? []).map((id) => timesOf(token, id)));
  const deaf = tokens.filter((token) => timesOf(token, orders.byToken.get(token)?.at(-1) ?? -1) === 0);
  return {
    ordered: orders.count,
    missing: times.filter((count) => count === 0).length,
    twice: times.filter((count) => count > 1).length,
    answered,
    incomplete,
    repeatedResults,
    deafEndpoints: deaf.length,
    lastSeconds,
  };
}

/** Looks which samples have arrived; nothing is fed any more. */
export async function countSamples(
  platform: Platform,
  gateway: Gateway,
  tokens: readonly string[],
  drainSeconds: number,
): Promise<SampleFindings> {
  const arrived = new Set<number>();
  let count = 0;
  await inParallel(tokens, atATime, async (token) => {
    const ofToken = await platform.count(token);
    count += ofToken;
    for (const n of await platform.samples(token)) arrived.add(n);
  });
  const { fed, stored } = await gateway.look();
  let missing = 0;
  for (let n = 0; n < fed; n += 1) if (!arrived.has(n) && !gateway.refused.has(n)) missing += 1;
  const refused = gateway.refused.size;
  return { fed, stored, refused, missing, repeated: count - arrived.size, drainSeconds };
}
