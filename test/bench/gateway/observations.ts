/** What the platform has heard of a gateway, as the simulator's control API tells. */
import { once } from 'node:events';
import { get, type IncomingMessage } from 'node:http';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Server } from '../servers.ts';

/** Milliseconds between two looks. */
const lookInterval = 20;

/** Milliseconds that a connection may be awaited. */
const longestConnect = 60_000;

/** Milliseconds that the last endpoint may be awaited. */
const longestObserve = 120_000;

export interface Observations {
  /** Endpoints that the platform has not heard of. */
  readonly missing: number;
  /** From the connect until the platform had heard of the last one. */
  readonly seconds: number;
}

/**
 * When the platform accepted the next connection, in milliseconds of `Date`.
 * @param begin makes it come
 */
export async function acceptedConnect({ controlUrl }: Server, begin: () => Promise<void>): Promise<number> {
  const request = get(`${controlUrl}/events`, { signal: AbortSignal.timeout(longestConnect) });
  const [response] = (await once(request, 'response')) as [IncomingMessage];
  const [acceptedAt] = await Promise.all([firstConnect(response), begin()]);
  return acceptedAt;
}

/** Leaves the stream as soon as possible: telling of messages costs the simulator time. */
async function firstConnect(response: IncomingMessage): Promise<number> {
  for await (const line of createInterface({ input: response })) {
    if (!line.startsWith('data: {"kind":"connect"')) continue;
    response.destroy();
    return Date.parse((JSON.parse(line.slice('data: '.length)) as { at: string }).at);
  }
  throw new Error('the simulator ended its events');
}

/**
 * Waits until the platform has heard of all endpoints.
 * @param since milliseconds of `Date`; what was heard before does not count
 */
export async function awaitObserved(
  { controlUrl }: Server,
  tokens: readonly string[],
  since: number,
): Promise<Observations> {
  const giveUpAt = performance.now() + longestObserve;
  let awaited = tokens.at(-1);
  for (;;) {
    // To ask for one costs the simulator little.
    if (awaited !== undefined) await awaitOne(`${controlUrl}/endpoints/${awaited}`, since, giveUpAt);
    const heardAt = await heardOfAll(`${controlUrl}/endpoints`);
    const missing = tokens.filter((token) => (heardAt.get(token) ?? 0) < since);
    if (missing.length === 0 || performance.now() > giveUpAt) {
      const last = Math.max(since, ...heardAt.values());
      return { missing: missing.length, seconds: (last - since) / 1000 };
    }
    awaited = missing.at(-1);
  }
}

async function awaitOne(url: string, since: number, giveUpAt: number): Promise<void> {
  while ((await heardOf(url)) < since && performance.now() < giveUpAt) await sleep(lookInterval);
}

interface Heard {
  readonly token: string;
  readonly lastSeenAt: string;
}

async function heardOf(url: string): Promise<number> {
  const response = await fetch(url);
  const body = await response.text();
  // It has not spoken yet.
  if (response.status === 404) return 0;
  return Date.parse((JSON.parse(body) as Heard).lastSeenAt);
}

async function heardOfAll(url: string): Promise<ReadonlyMap<string, number>> {
  const heard = (await (await fetch(url)).json()) as readonly Heard[];
  return new Map(heard.map(({ token, lastSeenAt }) => [token, Date.parse(lastSeenAt)]));
}
