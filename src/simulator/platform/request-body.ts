import { detailsOf } from '../../protocol/errors.ts';
import { requestProblems } from '../../protocol/validators.ts';
import type { Resource } from '../../protocol/resources.ts';
import { decodeText, parseJson } from './json-text.ts';

/** Reads and validates a request's payload (`body` is undefined where it is empty), or tells what is wrong with it. */
export function readBody(resource: Resource, payload: Buffer): { body: unknown } | { problem: string } {
  let body: unknown;
  try {
    body = payload.length === 0 ? undefined : decode(resource, payload);
  } catch (error) {
    return { problem: `payload ${error instanceof Error ? error.message : String(error)}` };
  }
  const [problem] = detailsOf(requestProblems(resource, body));
  return problem === undefined ? { body } : { problem: `payload${problem.path} ${problem.reason}` };
}

function decode(resource: Resource, payload: Buffer): unknown {
  const text = decodeText(payload);
  return resource.body === 'json' ? parseJson(text) : text;
}
