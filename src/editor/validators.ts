/** Validators of the edit dialogs: `true`, or a message that says what to do. */
import { type BoundedProperty, type Bounds, bounds } from '../protocol/bounds.ts';
import { type NameKind, nameProblem } from '../protocol/names.ts';

const catalogue = '@kaa-community/node-red-kaa/kaa-endpoint:kaa-endpoint';

export type Verdict = true | string;

export function text(key: string, values: Readonly<Record<string, string | number>> = {}): string {
  return RED._(`${catalogue}.${key}`, values);
}

/** A property that is one `${ENV}` has its value only at run time. */
function isEnvironment(value: unknown): boolean {
  return typeof value === 'string' && /^\$\{[^}]+\}$/.test(value);
}

function isEmpty(value: unknown): boolean {
  return value === undefined || value === null || value === '';
}

export function number(property: BoundedProperty, value: unknown): Verdict {
  if (isEmpty(value) || isEnvironment(value)) return true;
  const { min, max, integer }: Bounds = bounds[property];
  const parsed = typeof value === 'number' || typeof value === 'string' ? Number(value) : Number.NaN;
  if (parsed >= min && parsed <= max && (!integer || Number.isInteger(parsed))) return true;
  return text(integer ? 'validation.integer' : 'validation.number', { min, max });
}

export function name(kind: NameKind, value: unknown): Verdict {
  if (isEmpty(value) || isEnvironment(value)) return true;
  const problem = nameProblem(kind, value);
  return problem === undefined ? true : text(`validation.name.${problem}`);
}

/** One or more server URLs, separated by commas; `${ENV}` may stand anywhere in them. */
export function serverUrls(value: unknown): Verdict {
  if (isEmpty(value) || isEnvironment(value)) return true;
  if (typeof value !== 'string') return text('validation.url');
  const urls = value
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '');
  if (urls.length === 0) return text('validation.url');
  for (const url of urls) {
    if (/^[^/]*\/\/[^/]*@/.test(url)) return text('validation.urlCredentials');
    if (url.includes('${')) continue;
    if (!/^(mqtts?|wss?):\/\/[^/\s:]+/.test(url) || !URL.canParse(url)) return text('validation.url');
  }
  return true;
}

/** The base URL of the upload API; `${ENV}` may stand anywhere in it. */
export function uploadUrl(value: unknown): Verdict {
  if (isEmpty(value) || isEnvironment(value)) return true;
  if (typeof value !== 'string') return text('validation.uploadUrl');
  if (/^[^/]*\/\/[^/]*@/.test(value)) return text('validation.uploadUrlCredentials');
  if (value.includes('${')) return true;
  return /^https?:\/\/[^/\s:]+/.test(value) && URL.canParse(value) ? true : text('validation.uploadUrl');
}

/** A value edited with TypedInput: empty, or readable as its type. */
export function typed(value: unknown, type: unknown): Verdict {
  if (isEmpty(value) || typeof type !== 'string') return true;
  return RED.utils.validateTypedProperty(value, type);
}

/** A kaa-endpoint must be chosen. */
export function endpoint(value: unknown): Verdict {
  return isEmpty(value) || value === '_ADD_' ? text('validation.endpoint') : true;
}
