/** The status that a flow gives: of a command's result, or of an applied configuration or version. */
import { bounds } from '../protocol/bounds.ts';
import { KaaInvalidError } from '../protocol/errors.ts';
import { type Words, wording } from '../protocol/wording.ts';
import type { FlowMessage } from './messages.ts';

export interface ReportStatus {
  readonly statusCode: number;
  readonly reasonPhrase?: string;
}

/** Longest reason that is sent, in characters. */
const longestReason = 1000;

/**
 * The node's property where it is not empty, else an integer `msg.statusCode` from 100 to 599, else 500 where there is a
 * `msg.error`, else 200; the same for the reason, where an error gives its message.
 * @param property values of the node's properties, empty where there are none
 * @throws {KaaInvalidError} a status code that cannot be used; beside `msg.error` one of the message is ignored instead
 */
export function reportStatus(
  message: FlowMessage,
  property: { readonly statusCode?: unknown; readonly reasonPhrase?: unknown } = {},
): ReportStatus {
  const reason =
    textOf(property.reasonPhrase) ??
    textOf(message.reasonPhrase) ??
    (isFailure(message) ? reasonOf(message.error) : undefined);
  return {
    statusCode: statusCodeOf(message, property.statusCode),
    ...(reason === undefined ? {} : { reasonPhrase: reason.slice(0, longestReason) }),
  };
}

/** Whether a message is one of a catch node. */
export function isFailure({ error }: FlowMessage): boolean {
  return error !== undefined && error !== null;
}

function statusCodeOf(message: FlowMessage, property: unknown): number {
  if (property !== undefined && property !== null && property !== '') {
    const number = typeof property === 'string' ? Number(property) : property;
    if (isStatusCode(number)) return number;
    throw invalid(wording('subject.statusCode'));
  }
  const given = message.statusCode;
  if (isStatusCode(given)) return given;
  if (isFailure(message)) return 500;
  if (given === undefined) return 200;
  throw invalid('msg.statusCode');
}

function isStatusCode(value: unknown): value is number {
  const { min, max } = bounds.statusCode;
  return typeof value === 'number' && Number.isInteger(value) && value >= min && value <= max;
}

function invalid(subject: Words): KaaInvalidError {
  const { min, max } = bounds.statusCode;
  return new KaaInvalidError(subject, [{ path: '', reason: wording('reason.statusCode', { min, max }) }]);
}

function textOf(value: unknown): string | undefined {
  if (typeof value === 'string' && value !== '') return value;
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : undefined;
}

function reasonOf(error: unknown): string {
  const message: unknown = typeof error === 'object' && error !== null && 'message' in error ? error.message : error;
  return textOf(message) ?? 'failed';
}
