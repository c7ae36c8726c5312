/** What the kaa-config and kaa-ota nodes have in common: messages in and out. */
import type { EndpointAddress } from '../client/channel.ts';
import type { ReceivedAssignment } from '../extensions/assignment.ts';
import { Assignments } from '../extensions/assignments.ts';
import type { AppliedReport, AssignmentOutcome } from '../extensions/endpoint-assignment.ts';
import { KaaInvalidError } from '../protocol/errors.ts';
import { type Resource, resourcePath, resources } from '../protocol/resources.ts';
import { wording } from '../protocol/wording.ts';
import type { Endpoint } from './endpoint.ts';
import { type FlowMessage, type KaaProperty, withOutcome } from './messages.ts';
import { oncePerClient } from './once-per-client.ts';
import { reportStatus } from './report-status.ts';

/** The configurations and the software of a connection's endpoints. */
export const assignmentsOf = oncePerClient(({ client, store }) => new Assignments(client, store));

/** `msg.kaa` of something that was received without being asked for by a message. */
export function kaaOf(
  asked: 'configuration' | 'software',
  name: string,
  { requestId, statusCode, reasonPhrase }: ReceivedAssignment,
): KaaProperty {
  const resource: Resource = resources[asked];
  return {
    extension: resource.extension,
    resource: resourcePath(resource, name),
    ...(requestId === undefined ? {} : { requestId }),
    ...(statusCode === undefined ? {} : { statusCode }),
    ...(reasonPhrase === undefined ? {} : { reasonPhrase }),
  };
}

/**
 * The answer to a message that asked.
 * @param named what the message calls it beside `configId`
 */
export function withAssignment(
  message: FlowMessage,
  address: EndpointAddress,
  endpoint: Endpoint,
  extension: KaaProperty['extension'],
  { assignment, unchanged, ...outcome }: AssignmentOutcome,
  named: Partial<FlowMessage>,
): FlowMessage {
  const properties = {
    payload: assignment?.config ?? null,
    configId: assignment?.configId,
    unchanged: unchanged ? true : undefined,
    ...named,
  };
  return withOutcome(message, address, endpoint, { extension, ...outcome }, properties);
}

/**
 * The report that a message makes on a configuration or version.
 * @param configId what the message calls it
 * @param subject how the property is called, for messages
 * @throws {KaaInvalidError} it names none, or its status cannot be used
 */
export function reportOf(message: FlowMessage, configId: unknown, subject: string): AppliedReport {
  if (typeof configId !== 'string' || configId === '') {
    throw new KaaInvalidError(subject, [{ path: '', reason: wording('reason.notApplied') }]);
  }
  return { configId, ...reportStatus(message) };
}

/** The lowest status of a rejection. */
const firstRejection = 300;

/**
 * Makes a report. Where that fails the message says from then on what it meant: a Catch node may bring it back, with this
 * failure in the place of the one that it may have told of.
 */
export async function reporting<Outcome>(
  message: FlowMessage,
  { statusCode, reasonPhrase }: AppliedReport,
  report: () => Promise<Outcome>,
): Promise<Outcome> {
  try {
    return await report();
  } catch (error) {
    Reflect.set(message, 'statusCode', statusCode);
    // Else the failure would become the reason.
    const reason = reasonPhrase ?? (statusCode < firstRejection ? 'OK' : undefined);
    if (reason !== undefined) Reflect.set(message, 'reasonPhrase', reason);
    throw error;
  }
}
