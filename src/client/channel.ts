/** What the client keeps for each resource of each endpoint that it has spoken to. */
import type { KaaError } from '../protocol/errors.ts';
import { looksLikeAnswer } from '../protocol/names.ts';
import { type Resource, type ResourceKey, resourcePath, resources } from '../protocol/resources.ts';
import { buildTopic } from '../protocol/topic.ts';
import type { Fifo } from './fifo.ts';
import type { AnswerBody } from './answer.ts';
import type { RequestIdScope } from './request-ids.ts';
import type { Subscription } from './subscription.ts';

/** An endpoint behind the connection. */
export interface EndpointAddress {
  readonly appVersion: string;
  readonly token: string;
}

/** Tells endpoints apart: neither part of an address holds a slash. */
export function addressKey({ appVersion, token }: EndpointAddress): string {
  return `${appVersion}/${token}`;
}

/** The name of a target that stands for all names: it is observed and never sent to. */
export const everyName = '+';

/** One resource of one endpoint; `name` fills the variable level of the path, if the resource has one. */
export interface Target extends EndpointAddress {
  readonly resource: ResourceKey;
  readonly name?: string;
}

/** Who sends: it hears of errors that the platform reports without request ID. */
export interface Sender {
  unexpectedError(target: Target, error: Error): void;
}

/** What the platform sent by itself; `requestId` where it carried one. */
export interface Push extends AnswerBody {
  readonly requestId?: number;
}

/** Who hears what the platform sends by itself to a resource of an endpoint. */
export interface Observer {
  pushed(target: Target, push: Push): void;
  /** What was sent is an error, or not what the protocol promises. */
  pushFailed(target: Target, error: KaaError): void;
}

/** An endpoint's place in the waiting line and in the window. */
export interface EndpointTraffic<Request> {
  readonly waiting: Fifo<Request>;
  outstanding: number;
  /** A request timed out and nothing was answered since: the endpoint gets one slot of the window. */
  silent: boolean;
  /** When it answered last or, later, was sent something while nothing was outstanding; by `performance.now()`. */
  heardAt: number;
  /** In the ring of endpoints that may send next. */
  queued: boolean;
}

export interface Channel<Request> {
  readonly target: Target;
  readonly resource: Resource;
  /** Resource path, e.g. `plain/temperature`. */
  readonly path: string;
  /** What messages call it: extension and path, never the token. */
  readonly label: string;
  /** Topic of a request without ID. */
  readonly topic: string;
  /** Without an ID the topic would look like an answer, or the platform would not answer. */
  readonly alwaysWithId: boolean;
  readonly requestIds: RequestIdScope<Request>;
  readonly traffic: EndpointTraffic<Request>;
  /** Through them all answers and pushes come; they never match what we publish ourselves. */
  subscriptions: readonly Subscription<Channel<Request>>[];
  readonly observers: Set<Observer>;
  lastSender: Sender | undefined;
  /** On the clock of `performance.now()`. */
  lastUsed: number;
}

/**
 * A channel that is not subscribed yet.
 * @param extension name of the extension instance
 * @throws {RangeError} where a name cannot become a topic level; callers check names before
 */
export function openChannel<Request>(
  target: Target,
  extension: string,
  requestIds: RequestIdScope<Request>,
  traffic: EndpointTraffic<Request>,
): Channel<Request> {
  const resource: Resource = resources[target.resource];
  const path = resourcePath(resource, target.name);
  return {
    target,
    resource,
    path,
    label: `${resource.extension}/${path}`,
    topic: topicOf(target, extension, resource),
    alwaysWithId: resource.requestId === 'required' || looksLikeAnswer(target.name ?? ''),
    requestIds,
    traffic,
    subscriptions: [],
    observers: new Set(),
    lastSender: undefined,
    lastUsed: performance.now(),
  };
}

function topicOf({ appVersion, token, name }: Omit<Target, 'resource'>, extension: string, resource: Resource): string {
  if (name === everyName) return `${topicOf({ appVersion, token }, extension, resource)}/${everyName}`;
  // Built with an ID, because some names are only allowed with one.
  const path = resourcePath(resource, name);
  const withId = buildTopic({ kind: 'request', appVersion, extension, token, path, requestId: 1 });
  return withId.slice(0, -'/1'.length);
}
