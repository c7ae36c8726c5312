/** A list of further endpoints, as flows and environment variables hold it. */
import type { EndpointAddress } from '../client/channel.ts';
import { KaaConfigError, KaaInvalidError } from '../protocol/errors.ts';
import { type NameKind, nameProblem, nameProblemText } from '../protocol/names.ts';

/**
 * The endpoints of a list: an array whose items are a token or `{ token, appVersion }`, or a string that holds such an
 * array as JSON, or tokens separated by commas. Nothing at all is an empty list.
 * @param appVersion of the items that name none
 * @throws {KaaInvalidError} an item cannot be used; the message does not hold it, because tokens are secrets
 * @throws {KaaConfigError} an item names no application version, and the endpoint has none either
 */
export function readEndpointTokens(value: unknown, appVersion: string | undefined): readonly EndpointAddress[] {
  if (value === undefined || value === null) return [];
  return itemsOf(value).map((item, index) => {
    const given = typeof item === 'object' && item !== null ? item : { token: item };
    const token: unknown = 'token' in given ? given.token : undefined;
    const ownVersion: unknown = 'appVersion' in given ? given.appVersion : undefined;
    if (ownVersion === undefined && appVersion === undefined) {
      throw new KaaConfigError(
        'The kaa-endpoint has no application version; set it there, or give one with each token.',
      );
    }
    return {
      token: nameOf('token', token, `/${index}`),
      appVersion: nameOf('appVersion', ownVersion ?? appVersion, `/${index}`),
    };
  });
}

function itemsOf(value: unknown): readonly unknown[] {
  if (Array.isArray(value)) return value;
  if (typeof value !== 'string') throw invalid('', 'must be an array of tokens, or a text that holds them');
  const text = value.trim();
  if (!text.startsWith('[')) return text.split(',').flatMap((part) => (part.trim() === '' ? [] : [part.trim()]));
  try {
    return JSON.parse(text) as readonly unknown[];
  } catch {
    throw invalid('', 'is not JSON');
  }
}

function nameOf(kind: NameKind & ('token' | 'appVersion'), value: unknown, path: string): string {
  const problem = nameProblem(kind, value);
  if (problem === undefined && typeof value === 'string') return value;
  throw invalid(path, `${kind} ${nameProblemText[problem ?? 'type']}`);
}

function invalid(path: string, reason: string): KaaInvalidError {
  return new KaaInvalidError('list of tokens', [{ path, reason }]);
}
