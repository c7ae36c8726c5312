/** Reads what the platform answers on `/status` and `/error`, and checks it against the table of resources. */
import { type KaaError, KaaProtocolError, KaaRejectedError, type Problem } from '../protocol/errors.ts';
import type { Resource } from '../protocol/resources.ts';
import { responseProblems } from '../protocol/validators.ts';
import { wording } from '../protocol/wording.ts';
import type { Redaction } from './redaction.ts';

/** A success answer. `body` is absent where the platform sent none or the resource has none. */
export interface AnswerBody {
  readonly statusCode: number;
  readonly reasonPhrase?: string;
  readonly body?: unknown;
  /** Items of an array that were left out of `body`, because they are not what the table promises. */
  readonly leftOut?: readonly Problem[];
}

/** Items of an array that are told of where they were left out. */
const mostLeftOut = 100;

/**
 * The body of a `/status`: an empty one is a plain success (1/KP).
 * @param label what the request was for, without the token
 * @param redaction takes secrets out of the platform's words
 * @throws {KaaRejectedError} a status code of 400 or above inside the body
 * @throws {KaaProtocolError} the body is not what the table promises
 */
export function readStatus(resource: Resource, label: string, redaction: Redaction, payload: Buffer): AnswerBody {
  const text = payload.toString();
  const parsed = text === '' ? undefined : parseJson(text);
  const status = carriesStatus(resource) ? statusOf(parsed) : {};
  if (status.statusCode !== undefined && status.statusCode >= 400) throw rejection(label, redaction, status);

  const outcome = {
    statusCode: status.statusCode ?? 200,
    ...(status.reasonPhrase === undefined ? {} : { reasonPhrase: redaction.clean(status.reasonPhrase) }),
  };
  if (resource.response === undefined) return outcome;
  const problems: readonly Problem[] =
    parsed === undefined && text !== ''
      ? [{ path: '', reason: wording('reason.noJson') }]
      : bodyProblems(resource, parsed, text.length);
  if (problems.length > 0) {
    if (resource.response['type'] !== 'array' || !resource.observable || !Array.isArray(parsed))
      throw new KaaProtocolError(label, problems);
    return { ...outcome, ...soundItems(resource, parsed, text.length) };
  }
  return parsed === undefined ? outcome : { ...outcome, body: parsed };
}

/** Node-RED copies messages level by level, and fails far above what a payload needs. */
const deepest = 100;

/** @param characters of its text: in a short one there is no room for too many brackets */
function bodyProblems(resource: Resource, body: unknown, characters: number): readonly Problem[] {
  const problems = responseProblems(resource, body);
  if (problems.length > 0 || characters <= 2 * deepest || !nestsDeeper(body, deepest)) return problems;
  return [{ path: '', reason: wording('reason.tooDeep', { levels: deepest }) }];
}

function nestsDeeper(value: unknown, levels: number): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return levels === 0 || Object.values(value).some((inner) => nestsDeeper(inner, levels - 1));
}

/** One command that cannot be read must not hide the others of its message, which come again and again. */
function soundItems(
  resource: Resource,
  items: readonly unknown[],
  characters: number,
): Pick<AnswerBody, 'body' | 'leftOut'> {
  const body: unknown[] = [];
  const leftOut: Problem[] = [];
  for (const [index, item] of items.entries()) {
    const problems = bodyProblems(resource, [item], characters);
    if (problems.length === 0) body.push(item);
    if (leftOut.length >= mostLeftOut) continue;
    leftOut.push(...problems.map(({ path, reason }) => ({ path: `/${index}${path.replace(/^\/0/, '')}`, reason })));
  }
  return { body, leftOut };
}

/** The error of an `/error`: status code and reason where the platform gives them, a plain text as the reason. */
export function readError(label: string, redaction: Redaction, payload: Buffer): KaaError {
  const text = payload.toString();
  const parsed = text === '' ? undefined : parseJson(text);
  const status = statusOf(parsed);
  const plain = typeof parsed === 'string' ? parsed : parsed === undefined && text !== '' ? text : undefined;
  const reasonPhrase = status.reasonPhrase ?? plain;
  return rejection(label, redaction, { ...status, ...(reasonPhrase === undefined ? {} : { reasonPhrase }) });
}

/** Whether a status in the body is the platform's word: where bodies are data with keys of their own, it is not. */
function carriesStatus({ response }: Resource): boolean {
  return response === undefined || !('patternProperties' in response);
}

interface Status {
  readonly statusCode?: number;
  readonly reasonPhrase?: string;
}

function rejection(label: string, redaction: Redaction, { statusCode, reasonPhrase }: Status): KaaRejectedError {
  return new KaaRejectedError(
    label,
    statusCode,
    reasonPhrase === undefined ? undefined : redaction.clean(reasonPhrase),
  );
}

function statusOf(body: unknown): Status {
  if (typeof body !== 'object' || body === null) return {};
  const statusCode: unknown = 'statusCode' in body ? body.statusCode : undefined;
  const reasonPhrase: unknown = 'reasonPhrase' in body ? body.reasonPhrase : undefined;
  return {
    ...(Number.isInteger(statusCode) ? { statusCode: Number(statusCode) } : {}),
    ...(typeof reasonPhrase === 'string' ? { reasonPhrase } : {}),
  };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
