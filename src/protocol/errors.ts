/** Typed errors: what Catch nodes see. No message and no cause ever holds a token, a password or a full topic. */
import type { ConnectionReason } from './connection-reasons.ts';
import { say, type Words, type Wording, wording } from './wording.ts';

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
  readonly reason: Words;
}

/** A problem as plain data, in English. */
export interface Detail {
  readonly path: string;
  readonly reason: string;
}

export function detailsOf(problems: readonly Problem[]): readonly Detail[] {
  return problems.map(({ path, reason }) => ({ path, reason: say(reason) }));
}

/** Plain data beside an error; Catch copies it as `msg.error.cause`. */
export interface KaaErrorCause {
  readonly details?: readonly Detail[];
  readonly statusCode?: number;
  readonly reasonPhrase?: string;
  /** Whether the platform may have processed the request. */
  readonly sent?: boolean;
}

/**
 * Base of all errors of this package. `code` and `cause` are own properties, because Catch copies no others. The message
 * is English until somebody tells it in another language.
 */
export abstract class KaaError extends Error {
  readonly code: KaaErrorCode;
  override readonly cause: KaaErrorCause;
  readonly #wording: Wording;

  constructor(code: KaaErrorCode, message: Wording, cause: KaaErrorCause = {}) {
    super(say(message));
    this.name = 'KaaError';
    this.code = code;
    this.cause = cause;
    this.#wording = message;
  }

  /** What the message says. */
  get wording(): Wording {
    return this.#wording;
  }
}

/** What an error says, the same in whatever language it was told: to see whether it is news. */
export function englishOf(error: Error): string {
  return error instanceof KaaError ? say(error.wording) : error.message;
}

const mostListed = 3;

function listProblems(problems: readonly Problem[]): Words {
  const [first, ...rest] = problems.slice(0, mostListed).map(oneProblem);
  if (first === undefined) return '';
  const listed = rest.reduce((list, next) => wording('list.next', { first: list, rest: next }), first);
  const left = problems.length - mostListed;
  return left > 0 ? wording('list.more', { first: listed, number: left }) : listed;
}

function oneProblem({ path, reason }: Problem): Words {
  return path === '' ? reason : wording('list.problem', { path, reason });
}

/** A payload or an option fails its schema or a bound; nothing was sent. */
export class KaaInvalidError extends KaaError {
  constructor(subject: Words, problems: readonly Problem[]) {
    const message = wording('message.invalid', { subject, problems: listProblems(problems) });
    super('KAA_INVALID', message, { details: detailsOf(problems) });
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
    const given = [statusCode, reasonPhrase].filter((part) => part !== undefined && part !== '').join(' ');
    const answer = given === '' ? wording('answer.none') : given;
    const remedy = wording(`remedy.${rejectionRemedy(statusCode)}`);
    super('KAA_REJECTED', wording('message.rejected', { resource, answer, remedy }), {
      ...(statusCode === undefined ? {} : { statusCode }),
      ...(reasonPhrase === undefined ? {} : { reasonPhrase }),
    });
  }
}

function rejectionRemedy(statusCode: number | undefined) {
  if (statusCode === 401 || statusCode === 403) return 'login';
  if (statusCode === 404) return 'application';
  if (statusCode === 413) return 'lessData';
  if (statusCode === 429) return 'lessOften';
  if (statusCode !== undefined && statusCode >= 500) return 'later';
  return 'payload';
}

const timeoutMessages = {
  sent: 'message.timeout',
  waiting: 'message.timeoutWaiting',
  subscribing: 'message.timeoutSubscribing',
} as const;

/** No answer arrived in time. `sent` tells whether the platform may have processed the request. */
export class KaaTimeoutError extends KaaError {
  /** @param phase what the message was waiting for: an answer, its turn, or the subscription to answers */
  constructor(resource: string, seconds: number, phase: keyof typeof timeoutMessages) {
    super('KAA_TIMEOUT', wording(timeoutMessages[phase], { resource, seconds }), { sent: phase === 'sent' });
  }
}

/** Not connected, and the delivery mode does not store. */
export class KaaOfflineError extends KaaError {
  constructor(reason: ConnectionReason, sent: boolean) {
    const why = wording(`connection.${reason}`);
    super('KAA_OFFLINE', wording(sent ? 'message.offlineSent' : 'message.offline', { why }), { sent });
  }
}

/** The waiting line is full. */
export class KaaBusyError extends KaaError {
  /** @param what waits */
  constructor(waiting: number, what: 'requests' | 'commands') {
    const key = what === 'requests' ? 'message.busyRequests' : 'message.busyCommands';
    super('KAA_BUSY', wording(key, { waiting }));
  }
}

/** An answer of the platform fails its schema. */
export class KaaProtocolError extends KaaError {
  constructor(resource: string, problems: readonly Problem[]) {
    const message = wording('message.protocol', { resource, problems: listProblems(problems) });
    super('KAA_PROTOCOL', message, { details: detailsOf(problems) });
  }
}

/** A command has its result already: the first one counts. */
export class KaaDuplicateError extends KaaError {
  constructor(commandType: string, statusCode: number) {
    super('KAA_DUPLICATE', wording('message.duplicate', { command: commandType, status: statusCode }));
  }
}

/** The outbox is at its bound: a sample was refused, or others were dropped for it. */
export class KaaStoreFullError extends KaaError {
  constructor(what: Words) {
    super('KAA_STORE_FULL', wording('message.storeFull', { what }));
  }
}

/** The disk failed, or what keeps things there. */
export class KaaStoreError extends KaaError {
  constructor(reason: Words) {
    super('KAA_STORE', wording('message.store', { reason }));
  }
}

/** The node or the connection is closing. */
export class KaaClosedError extends KaaError {
  constructor(sent: boolean) {
    super('KAA_CLOSED', wording(sent ? 'message.closedSent' : 'message.closed'), { sent });
  }
}

/** The endpoint is missing, disabled or misconfigured; the message says what to set. */
export class KaaConfigError extends KaaError {
  constructor(message: Wording) {
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
