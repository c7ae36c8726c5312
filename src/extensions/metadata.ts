/** Endpoint metadata (10/EPMP): reading and writing of attributes, without Node-RED. */
import type { EndpointAddress, Sender } from '../client/channel.ts';
import type { KaaClient, SendOptions } from '../client/client.ts';
import type { ExchangeOutcome } from '../client/exchange.ts';
import { KaaInvalidError, type Problem } from '../protocol/errors.ts';
import { type MetadataOperation, metadataOperations } from '../protocol/metadata-operations.ts';
import { type Resource, resources } from '../protocol/resources.ts';
import { requestProblems } from '../protocol/validators.ts';
import { readJson } from './json-value.ts';

export interface MetadataOutcome extends ExchangeOutcome {
  /** Resource path, e.g. `update/keys`. */
  readonly resource: string;
}

/**
 * Does one operation; `body` of the outcome is the attributes (`get`), their names (`getKeys`), or absent.
 * @param payload `updateKeys`, `update`: an object; `deleteKeys`: an array of names; `get`: an array of names or
 *   `{ keys }` selects, anything else means all
 * @throws {KaaError} as `KaaClient.send`; KAA_INVALID where the payload is not what the operation takes
 */
export async function performMetadata(
  client: KaaClient,
  operation: MetadataOperation,
  address: EndpointAddress,
  payload: unknown,
  sender: Sender,
  options?: SendOptions,
): Promise<MetadataOutcome> {
  const key = metadataOperations[operation];
  const resource: Resource = resources[key];
  const body = bodyOf(operation, payload, client.options.maxPayload);
  const problems = requestProblems(resource, body);
  if (problems.length > 0) throw new KaaInvalidError('payload', problems.map(inPayload(operation, payload)));
  const text = body === undefined ? '' : JSON.stringify(body);
  const outcome = await client.send({ ...address, resource: key }, text, 'answer', sender, options);
  return { ...outcome, resource: resource.path };
}

function bodyOf(operation: MetadataOperation, payload: unknown, mostValues: number): unknown {
  if (operation === 'getKeys') return undefined;
  const subject = 'payload';
  if (operation === 'get') {
    const keys = selectedKeys(payload);
    return keys === undefined ? undefined : { keys: readJson(subject, keys, mostValues) };
  }
  return readJson(subject, payload, mostValues);
}

/** Where a message gives the names alone, they are not below `keys` in it. */
function inPayload(operation: MetadataOperation, payload: unknown): (problem: Problem) => Problem {
  if (operation !== 'get' || !Array.isArray(payload)) return (problem) => problem;
  return ({ path, reason }) => ({ path: path.replace(/^\/keys/, ''), reason });
}

/** Buffers and maps have `keys` too, which are no names. */
function selectedKeys(payload: unknown): readonly unknown[] | undefined {
  if (Array.isArray(payload)) return payload;
  if (typeof payload !== 'object' || payload === null || !('keys' in payload)) return undefined;
  return Array.isArray(payload.keys) ? payload.keys : undefined;
}
