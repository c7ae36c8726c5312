/** What the platform answers and pushes as a configuration (7/CMP) or software, in all its forms. */
import type { AnswerBody } from '../client/answer.ts';
import { KaaProtocolError } from '../protocol/errors.ts';
import { wording } from '../protocol/wording.ts';
import type { StoredAssignment } from '../store/store.ts';

/** What was received, and with what status. */
export interface ReceivedAssignment extends StoredAssignment {
  readonly requestId?: number;
  readonly statusCode?: number;
  readonly reasonPhrase?: string;
}

/** The platform says that nothing has changed; `configId` where it says since what. */
export interface Unchanged {
  readonly unchanged: true;
  readonly configId?: string;
}

export type Reading = ReceivedAssignment | Unchanged;

export function isUnchanged(reading: Reading): reading is Unchanged {
  return 'unchanged' in reading;
}

/**
 * Reads an answer or push whose body the table of resources has let pass: unchanged where it is empty, `null`, `{}`, a
 * status 304, or a `configId` without configuration; `configId` is `''` where none is assigned.
 * @param label what it is an answer to, for messages
 * @throws {KaaProtocolError} a configuration without its ID
 */
export function readAssignment(
  label: string,
  { body, statusCode, reasonPhrase, requestId }: Partial<AnswerBody> & { readonly requestId?: number },
): Reading {
  if (typeof body !== 'object' || body === null) return { unchanged: true };
  const configId: unknown = 'configId' in body ? body.configId : undefined;
  const config: unknown = 'config' in body ? body.config : undefined;
  if (config === undefined && configId !== '') {
    return { unchanged: true, ...(typeof configId === 'string' ? { configId } : {}) };
  }
  if (typeof configId !== 'string')
    throw new KaaProtocolError(label, [{ path: '/configId', reason: wording('reason.noString') }]);
  return {
    configId,
    config: configId === '' ? null : config,
    ...(requestId === undefined ? {} : { requestId }),
    ...(statusCode === undefined ? {} : { statusCode }),
    ...(reasonPhrase === undefined ? {} : { reasonPhrase }),
  };
}
