/** Typed errors: what Catch nodes see. No message and no cause ever holds a token, a password or a full topic. */
import { connectionReasons, type ConnectionReason } from './connection-reasons.ts';

export type KaaErrorCode =
  | 'KAA_INVALID'
  | 'KAA_REJECTED'
  | 'KAA_TIMEOUT'
  | 'KAA_OFFLINE'
  | 'KAA_BUSY'
  | 'KAA_PROTOCOL'
  | 'KAA_DUPLICATE'
  | 'KAA_STORE_FULL'
  | 'KAA_STORE'
  | 'KAA_CLOSED'
  | 'KAA_CONFIG';

/** One thing wrong with a payload or option: `path` is a JSON pointer into it (`''` = the whole). */
export interface Problem {
  readonly path: string;
  readonly reason: string;
}

/** Plain data beside an error; Catch copies it as `msg.error.cause`. */
export interface KaaErrorCause {
  readonly details?: readonly Problem[];
  readonly statusCode?: number;
  readonly reasonPhrase?: string;
  /** Whether the platform may have processed the request. */
  readonly sent?: boolean;
}

/** Base of all errors of this package. `code` and `cause` are own properties, because Catch copies no others. */
export abstract class KaaError extends Error {
  readonly code: KaaErrorCode;
  override readonly cause: KaaErrorCause;

  constructor(code: KaaErrorCode, message: string, cause: KaaErrorCause = {}) {
    super(message);
    this.name = 'KaaError';
    this.code = code;
    this.cause = cause;
  }
}

function listProblems(problems: readonly Problem[]): string {
  const shown = problems.slice(0, 3).map(({ path, reason }) => (path === '' ? reason : `${path} ${reason}`));
  const rest = problems.length - shown.length;
  return shown.join('; ') + (rest > 0 ? `; and ${rest} more` : '');
}

/** A payload or an option fails its schema or a bound; nothing was sent. */
export class KaaInvalidError extends KaaError {
  constructor(subject: string, details: readonly Problem[]) {
    super('KAA_INVALID', `Invalid ${subject}, nothing was sent: ${listProblems(details)}`, { details });
  }
}

/** The platform answered `/error`, or a status of 400 and above inside `/status`. */
export class KaaRejectedError extends KaaError {
  /** Whether the same may be accepted later. */
  get isTemporary(): boolean {
    const { statusCode = 0 } = this.cause;
    return statusCode >= 500 || statusCode === 408 || statusCode === 429;
  }

  constructor(resource: string, statusCode: number | undefined, reasonPhrase: string | undefined) {
    const answer = [statusCode, reasonPhrase].filter((part) => part !== undefined && part !== '').join(' ');
    super(
      'KAA_REJECTED',
      `Kaa rejected ${resource}: ${answer === '' ? 'no reason given' : answer}. ${rejectionRemedy(statusCode)}`,
      {
        ...(statusCode === undefined ? {} : { statusCode }),
        ...(reasonPhrase === undefined ? {} : { reasonPhrase }),
      },
    );
  }
}

function rejectionRemedy(statusCode: number | undefined): string {
  if (statusCode === 401 || statusCode === 403) return 'Check the endpoint token and the credentials.';
  if (statusCode === 404) return 'Check the application version and that the extension is enabled for it.';
  if (statusCode === 413) return 'Send less data at once.';
  if (statusCode === 429) return 'Send less often.';
  if (statusCode !== undefined && statusCode >= 500) return 'Try again later.';
  return 'Check the payload.';
}

const timeoutMessages = {
  sent: (resource: string, seconds: number) =>
    `No answer to ${resource} within ${seconds} s; Kaa may have processed it. ` +
    'Check the endpoint token, the application version and the link.',
  waiting: (resource: string, seconds: number) =>
    `The endpoint does not answer, and the message to ${resource} waited behind its requests for ${seconds} s; ` +
    'it was not sent. Check the endpoint token and the application version.',
  subscribing: (resource: string, seconds: number) =>
    `The server did not confirm the subscription to the answers of ${resource} within ${seconds} s; ` +
    'nothing was sent. Check the link.',
};

/** No answer arrived in time. `sent` tells whether the platform may have processed the request. */
export class KaaTimeoutError extends KaaError {
  /** @param phase what the message was waiting for: an answer, its turn, or the subscription to answers */
  constructor(resource: string, seconds: number, phase: keyof typeof timeoutMessages) {
    super('KAA_TIMEOUT', timeoutMessages[phase](resource, seconds), { sent: phase === 'sent' });
  }
}

/** Not connected, and the delivery mode does not store. */
export class KaaOfflineError extends KaaError {
  constructor(reason: ConnectionReason, sent: boolean) {
    const why = connectionReasons[reason];
    super(
      'KAA_OFFLINE',
      sent
        ? `The connection to Kaa was lost before the answer came (${why}); Kaa may have processed the message.`
        : `Not connected to Kaa (${why}); the message was not sent. The connection is tried again by itself.`,
      { sent },
    );
  }
}

/** The waiting line is full. */
export class KaaBusyError extends KaaError {
  /** @param what waits, and what to do */
  constructor(waiting: number, what = 'requests are waiting already; send less often or in batches') {
    super('KAA_BUSY', `${waiting} ${what}.`);
  }
}

/** An answer of the platform fails its schema. */
export class KaaProtocolError extends KaaError {
  constructor(resource: string, details: readonly Problem[]) {
    super('KAA_PROTOCOL', `Kaa's answer to ${resource} is not what the protocol promises: ${listProblems(details)}`, {
      details,
    });
  }
}

/** A command has its result already: the first one counts. */
export class KaaDuplicateError extends KaaError {
  constructor(commandType: string, statusCode: number) {
    super(
      'KAA_DUPLICATE',
      `The command ${commandType} was answered already, with status ${statusCode}; the first result counts. ` +
        'Let one node respond to each command, and before its reply time-out.',
    );
  }
}

/** The outbox is at its bound: a sample was refused, or others were dropped for it. */
export class KaaStoreFullError extends KaaError {
  constructor(what: string) {
    const remedy = 'Check why the samples are not forwarded, or raise the bounds of the endpoint.';
    super('KAA_STORE_FULL', `The store-and-forward queue is at its bound: ${what}. ${remedy}`);
  }
}

/** The disk failed, or what keeps things there. */
export class KaaStoreError extends KaaError {
  constructor(reason: string) {
    super(
      'KAA_STORE',
      `The store on disk failed: ${reason}. Check the free space and the permissions of its folder, ` +
        'which is kaa in the user directory unless settings.js names another one.',
    );
  }
}

/** The node or the connection is closing. */
export class KaaClosedError extends KaaError {
  constructor(sent: boolean) {
    super(
      'KAA_CLOSED',
      sent
        ? 'The node was closed before the answer came; Kaa may have processed the message.'
        : 'The node is closing; the message was not sent. Send it again after the deploy.',
      { sent },
    );
  }
}

/** The endpoint is missing, disabled or misconfigured; the message says what to set. */
export class KaaConfigError extends KaaError {
  constructor(message: string) {
    super('KAA_CONFIG', message);
  }
}

/** Whatever was thrown, as an error; a thing that cannot even be written is still an error. */
export function asError(thrown: unknown): Error {
  try {
    if (!(thrown instanceof Error)) return new Error(String(thrown));
    // Whoever reports it reads these, and must not stumble over one.
    for (const name of ['name', 'message', 'stack', 'code', 'cause']) Reflect.get(thrown, name);
    return thrown;
  } catch {
    return new Error('something that cannot be read was thrown');
  }
}
