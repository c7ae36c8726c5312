/**
 * The topic grammar of 1/KP, both ways:
 * `kp1/{appVersion}/{extension}/{token}/{path…}[/{requestId}]`, answers with `/status` or `/error` behind it.
 */
import { bounds } from './bounds.ts';
import { looksLikeAnswer, nameProblem, nameProblemText } from './names.ts';

/** What a topic is: a request of the endpoint, or one of the platform's two kinds of answer (pushes are `status`). */
export type TopicKind = 'request' | 'status' | 'error';

export interface Topic {
  readonly kind: TopicKind;
  readonly appVersion: string;
  /** Name of the extension instance, which an application may have renamed. */
  readonly extension: string;
  readonly token: string;
  /** Resource path without slash at either end, e.g. `update/keys`. */
  readonly path: string;
  /** 1 to 2,147,483,647. */
  readonly requestId?: number;
}

/** The server reads request IDs into a signed 32-bit integer. */
export const largestRequestId = bounds.requestIdMax.max;

/** MQTT 3.1.1, 1.5.3: a string has at most 65,535 bytes. */
const longestTopic = 65_535;

const prefix = 'kp1';

/** The request ID that a level stands for, or undefined where it is part of the path. */
function requestIdOf(level: string): number | undefined {
  if (!/^[1-9]\d{0,9}$/.test(level)) return undefined;
  const id = Number(level);
  return id <= largestRequestId ? id : undefined;
}

/** The levels of a topic in their order, whatever they are: a preview has other texts in place of some. */
export function joinTopic(topic: Omit<Topic, 'requestId'> & { readonly requestId?: number | string }): string {
  const { kind, appVersion, extension, token, path, requestId } = topic;
  const levels = [prefix, appVersion, extension, token, path];
  if (requestId !== undefined) levels.push(String(requestId));
  if (kind !== 'request') levels.push(kind);
  return levels.join('/');
}

/**
 * Writes a topic.
 * @throws {RangeError} where the parts would not be read back as they are: a name that is no topic level, a request ID
 *   out of range, or a path whose last level is a number, or `status` or `error` without a request ID.
 */
export function buildTopic(topic: Topic): string {
  for (const kind of ['appVersion', 'extension', 'token'] as const) requireName(kind, topic[kind]);
  const levels = topic.path.split('/');
  for (const level of levels) requireName('extension', level);
  const last = levels.at(-1) ?? '';
  if (/^\d+$/.test(last)) throw new RangeError(`path ${nameProblemText.digits}`);
  if (topic.requestId === undefined) {
    if (topic.kind === 'request' && looksLikeAnswer(last)) {
      throw new RangeError('path must not end in status or error without a request ID');
    }
  } else if (requestIdOf(String(topic.requestId)) === undefined) {
    throw new RangeError(`requestId must be an integer from 1 to ${largestRequestId}`);
  }
  const text = joinTopic(topic);
  if (new TextEncoder().encode(text).length > longestTopic) throw new RangeError('topic is longer than MQTT allows');
  return text;
}

function requireName(kind: 'appVersion' | 'extension' | 'token', value: string): void {
  const problem = nameProblem(kind, value);
  if (problem !== undefined) throw new RangeError(`${kind} ${nameProblemText[problem]}`);
}

/** A topic of an answer or a push; only its end has been looked at. */
export interface AnswerTopic {
  readonly text: string;
  readonly kind: Exclude<TopicKind, 'request'>;
  /** Topic of the request, without its ID. */
  readonly requestTopic: string;
  readonly requestId?: number;
}

/** Reads the end of a topic; undefined where it is no answer. */
export function readAnswerTopic(text: string): AnswerTopic | undefined {
  const kindAt = text.lastIndexOf('/');
  const kind = text.slice(kindAt + 1);
  if (kind !== 'status' && kind !== 'error') return undefined;
  const idAt = text.lastIndexOf('/', kindAt - 1);
  const requestId = requestIdOf(text.slice(idAt + 1, kindAt));
  if (requestId === undefined) return { text, kind, requestTopic: text.slice(0, Math.max(0, kindAt)) };
  return { text, kind, requestTopic: text.slice(0, Math.max(0, idAt)), requestId };
}

/** Reads a topic from the right: `status` or `error`, then a request ID, the rest is the path. Undefined if it is none. */
export function parseTopic(text: string): Topic | undefined {
  const levels = text.split('/');
  const [first, appVersion, extension, token, ...path] = levels;
  if (first !== prefix || levels.includes('')) return undefined;
  if (appVersion === undefined || extension === undefined || token === undefined) return undefined;

  const last = path.at(-1);
  const kind = path.length > 1 && (last === 'status' || last === 'error') ? last : 'request';
  if (kind !== 'request') path.pop();
  const requestId = path.length > 1 ? requestIdOf(path.at(-1) ?? '') : undefined;
  if (requestId !== undefined) path.pop();
  if (path.length === 0) return undefined;

  const topic = { kind, appVersion, extension, token, path: path.join('/') } as const;
  return requestId === undefined ? topic : { ...topic, requestId };
}
