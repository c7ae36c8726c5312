/** How an endpoint is at the moment, for the sidebar of the editor; no token, password or full topic is in it. */
import type { CommandInWork, EndpointReport } from '../../protocol/live-report.ts';
import type { EndpointSession } from '../endpoint-session.ts';
import { textOfError } from '../recent-errors.ts';

/** Observed resources, and commands in work, that are listed; beyond, only their number is told. */
const mostListed = 20;

export function reportOf(id: string, session: EndpointSession): EndpointReport {
  const { place, name, client, store, forwarder, commands, users, errors } = session;
  const { status, trouble, roundTrips, inFlight, waiting, endpoints } = client;
  const why = 'reason' in status ? status.reason : undefined;
  const reason = why === undefined ? trouble && `trouble.${trouble}` : `reason.${why}`;
  const observed = [...client.observed].map(([resource, count]) => ({ resource, endpoints: count }));
  return {
    id,
    nodeId: place.nodeId,
    instances: place.instances,
    name,
    state: status.state,
    ...(reason === undefined ? {} : { reason: { key: `status.${reason}` } }),
    ...(status.state === 'connected' ? { server: new URL(status.url).host } : {}),
    endpoints,
    nodes: users.size,
    ...(roundTrips === undefined ? {} : { roundTrips }),
    inFlight,
    waiting,
    backlog: {
      ...store.outbox.backlog,
      held: forwarder.held,
      ...(forwarder.trouble === undefined ? {} : { trouble: textOfError(forwarder.trouble) }),
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
