/** A list of further endpoints, as flows and environment variables hold it. */
import type { EndpointAddress } from '../client/channel.ts';
import { KaaInvalidError, type Problem } from '../protocol/errors.ts';
import { type NameProblem, nameProblem } from '../protocol/names.ts';
import { type Wording, wording } from '../protocol/wording.ts';

export interface EndpointList {
  readonly addresses: readonly EndpointAddress[];
  /** What is wrong with other items; without them, because tokens are secrets. */
  readonly problems: readonly Problem[];
}

/**
 * The endpoints of a list: an array whose items are a token or `{ token, appVersion }`, one such object, or a string that
 * holds such an array as JSON, or tokens separated by commas. Nothing at all is an empty list.
 * @param appVersion of the items that name none
 * @throws {KaaInvalidError} it is no list
 */
export function readEndpointTokens(value: unknown, appVersion: string | undefined): EndpointList {
  const addresses: EndpointAddress[] = [];
  const problems: Problem[] = [];
  for (const [index, item] of itemsOf(value).entries()) {
    const given = typeof item === 'object' && item !== null ? item : { token: item };
    const token: unknown = 'token' in given ? given.token : undefined;
    const version: unknown = ('appVersion' in given ? given.appVersion : undefined) ?? appVersion;
    const tokenProblem = nameProblem('token', token);
    const versionProblem = nameProblem('appVersion', version);
    const add = (name: string, problem: NameProblem): void =>
      void problems.push({ path: `/${index}/${name}`, reason: wording(`name.${problem}`) });
    if (tokenProblem !== undefined) add('token', tokenProblem);
    else if (versionProblem !== undefined) add('appVersion', versionProblem);
    else addresses.push({ token: String(token), appVersion: String(version) });
  }
  return { addresses, problems };
}

function itemsOf(value: unknown): readonly unknown[] {
  if (value === undefined || value === null) return [];
  if (Array.isArray(value)) return value;
  // JSONata gives an array of one item as the item.
  if (typeof value === 'object' && 'token' in value) return [value];
  if (typeof value !== 'string') throw invalid(wording('reason.noTokens'));
  const text = value.trim();
  if (!text.startsWith('[')) return text.split(',').flatMap((part) => (part.trim() === '' ? [] : [part.trim()]));
  try {
    return JSON.parse(text) as readonly unknown[];
  } catch {
    throw invalid(wording('reason.tokensNoJson'));
  }
}

function invalid(reason: Wording): KaaInvalidError {
  return new KaaInvalidError(wording('subject.tokens'), [{ path: '', reason }]);
}
