import { requestProblems } from '../../protocol/validators.ts';
import type { BodyFormat, Resource } from '../../protocol/resources.ts';

/** Deeper JSON could be read but not written again without exhausting the stack. */
const deepestNesting = 200;

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** Reads and validates a request's payload (`body` is undefined where it is empty), or tells what is wrong with it. */
export function readBody(resource: Resource, payload: Buffer): { body: unknown } | { problem: string } {
  if (payload.length === 0) return checked(resource, undefined);
  let text: string;
  try {
    text = utf8.decode(payload);
  } catch {
    return { problem: 'payload is not UTF-8 text' };
  }
  return readText(resource, resource.body, text);
}

function readText(resource: Resource, format: BodyFormat, text: string): { body: unknown } | { problem: string } {
  if (format !== 'json') return checked(resource, text);
  if (nestsTooDeeply(text)) return { problem: `payload is nested deeper than ${deepestNesting} levels` };
  try {
    return checked(resource, JSON.parse(text));
  } catch (error) {
    return { problem: `payload is not JSON: ${error instanceof Error ? error.message : String(error)}` };
  }
}

function checked(resource: Resource, body: unknown): { body: unknown } | { problem: string } {
  const [problem] = requestProblems(resource, body);
  return problem === undefined ? { body } : { problem: `payload${problem.path} ${problem.reason}` };
}

function nestsTooDeeply(json: string): boolean {
  let depth = 0;
  let inString = false;
  for (let index = 0; index < json.length; index += 1) {
    const character = json[index];
    if (inString) {
      if (character === '\\') index += 1;
      else if (character === '"') inString = false;
    } else if (character === '"') inString = true;
    else if (character === '[' || character === '{') depth += 1;
    else if (character === ']' || character === '}') depth -= 1;
    if (depth > deepestNesting) return true;
  }
  return false;
}
