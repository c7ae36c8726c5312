import { nameProblem, nameProblemText } from '../../protocol/names.ts';
import { findResource } from '../../protocol/resources.ts';
import type { Topic } from '../../protocol/topic.ts';
import { changedThings } from '../handlers/changed-things.ts';
import { handlers } from '../handlers/handlers.ts';
import type { Changes } from './changes.ts';
import type { Endpoint } from './endpoints.ts';
import { ignored, rejected, type Outcome } from './outcome.ts';
import { readBody } from './request-body.ts';
import type { Variants } from './variants.ts';

/** Why the fixed levels of a topic cannot name an endpoint's resource, or undefined where they can. */
export function topicProblem(topic: Topic): string | undefined {
  for (const kind of ['appVersion', 'extension', 'token'] as const) {
    const problem = nameProblem(kind, topic[kind]);
    if (problem !== undefined) return `${kind} ${nameProblemText[problem]}`;
  }
  return undefined;
}

/** Takes a request of an endpoint: the table of resources checks it, the resource's handler carries it out. */
export function processRequest(
  endpoint: Endpoint,
  topic: Topic,
  payload: Buffer,
  variants: Variants,
  changes: Changes,
): Outcome {
  const { extension, path, requestId } = topic;
  const match = findResource(extension, path);
  if (match === undefined) return requestId === undefined ? ignored : rejected(404, 'unknown resource');
  const { resource, name } = match;

  const problem = name === '' || resource.name === undefined ? undefined : nameProblem(resource.name.kind, name);
  if (problem !== undefined) return rejected(400, `${resource.name?.kind} ${nameProblemText[problem]}`);
  if (resource.requestId === 'required' && requestId === undefined) return rejected(400, 'a request ID is required');

  const read = readBody(resource, payload);
  if ('problem' in read) return rejected(400, read.problem);
  const { body } = read;
  if (resource.observable) endpoint.observation.requested(extension, path, requestId, observeOf(body));
  const receivedAt = new Date().toISOString();
  const request = { endpoint, name, body, receivedAt, variants };
  const outcome = handlers[match.key](requestId === undefined ? request : { ...request, requestId });
  const what = changedThings[match.key];
  if (what !== undefined && outcome.kind === 'accepted') changes.note({ what, token: endpoint.token, name });
  return outcome;
}

/** What the body of a request on an observable resource says about pushes. */
function observeOf(body: unknown): boolean | undefined {
  return (body as { observe?: boolean } | undefined)?.observe;
}
