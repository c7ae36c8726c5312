/** How an endpoint is at the moment, for the sidebar of the editor; no token, password or full topic is in it. */
import type { RoundTripSummary } from '../../client/round-trips.ts';
import type { EndpointSession } from '../endpoint-session.ts';
import { inUserLanguage } from '../error-language.ts';
import type { RecentError } from '../recent-errors.ts';
import type { Texts } from '../texts.ts';

/** Observed resources, and commands in work, that are listed; beyond, only their number is told. */
const mostListed = 20;

export interface EndpointReport {
  /** Of the kaa-endpoint node. */
  readonly id: string;
  readonly state: 'connecting' | 'connected' | 'offline' | 'closed';
  /** Why it is offline, or what is wrong with the connection, in the user's language. */
  readonly reason?: string;
  /** Without what may be secret in it; absent while there is no connection. */
  readonly server?: string;
  /** Endpoints on the connection. */
  readonly endpoints: number;
  readonly nodes: number;
  /** Milliseconds. */
  readonly roundTrips?: RoundTripSummary;
  readonly inFlight: number;
  readonly waiting: number;
  readonly backlog: {
    readonly samples: number;
    /** Milliseconds since 1970. */
    readonly oldestAt?: number;
    readonly held: boolean;
    /** Why nothing is forwarded. */
    readonly trouble?: string;
  };
  readonly errors: readonly RecentError[];
  readonly observed: { readonly count: number; readonly list: readonly ObservedResource[] };
  readonly commands: { readonly count: number; readonly list: readonly CommandInWork[] };
}

export interface ObservedResource {
  /** Such as `cex/command/reboot`. */
  readonly resource: string;
  readonly endpoints: number;
}

export interface CommandInWork {
  readonly type: string;
  readonly id: number;
  /** Milliseconds since 1970, when Kaa last asked for it. */
  readonly askedAt: number;
}

export function reportOf(id: string, session: EndpointSession, texts: Texts): EndpointReport {
  const { client, store, forwarder, commands, users, errors } = session;
  const { status, trouble, roundTrips, inFlight, waiting, endpoints } = client;
  const reason = status.state === 'offline' ? `reason.${status.reason}` : trouble && `trouble.${trouble}`;
  const observed = [...client.observed].map(([resource, count]) => ({ resource, endpoints: count }));
  return {
    id,
    state: status.state,
    ...(reason === undefined ? {} : { reason: texts(`status.${reason}`) }),
    ...(status.state === 'connected' ? { server: new URL(status.url).host } : {}),
    endpoints,
    nodes: users.size,
    ...(roundTrips === undefined ? {} : { roundTrips }),
    inFlight,
    waiting,
    backlog: {
      ...store.outbox.backlog,
      held: forwarder.held,
      ...(forwarder.trouble === undefined ? {} : { trouble: inUserLanguage(forwarder.trouble, texts).message }),
    },
    errors: errors.list,
    observed: {
      count: observed.length,
      list: observed.toSorted((a, b) => a.resource.localeCompare(b.resource)).slice(0, mostListed),
    },
    commands: {
      count: commands.inWork.count,
      list: firstOf(commands.inWork),
    },
  };
}

function firstOf(commands: Iterable<CommandInWork>): readonly CommandInWork[] {
  const list: CommandInWork[] = [];
  for (const { type, id, askedAt } of commands) {
    if (list.length === mostListed) break;
    list.push({ type, id, askedAt });
  }
  return list;
}
