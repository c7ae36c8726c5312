/** Validators of the edit dialogs: `true`, or a message that says what to do. */
import { ageIn } from '../protocol/age.ts';
import { type BoundedProperty, type Bounds, bounds } from '../protocol/bounds.ts';
import { type NameKind, nameProblem } from '../protocol/names.ts';
import { type ReportedText, sayReported } from '../protocol/reported-text.ts';
import { asText } from './edited-node.ts';

const catalogue = '@kaa-community/node-red-kaa/kaa-endpoint:kaa-endpoint';

/** MQTT 3.1.1, 1.5.3: bytes of a string. */
const longestString = 65_535;

export type Verdict = true | string;

export function text(key: string, values: Readonly<Record<string, string | number>> = {}): string {
  return RED._(`${catalogue}.${key}`, values);
}

/** What the runtime reports, in the editor's language. */
export function reported(words: ReportedText): string {
  return sayReported(words, text);
}

/** How long ago something was; the clocks of runtime and browser may differ a little. */
export function age(at: number): string {
  const { number: count, unit } = ageIn(Date.now() - at);
  return text(`age.${unit}`, { number: count });
}

/** A property that is one `${ENV}` has its value only at run time. */
export function isEnvironment(value: unknown): boolean {
  return typeof value === 'string' && /^\$\{[^}]+\}$/.test(value);
}

export function isEmpty(value: unknown): boolean {
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

/** One of several words. */
export function choice(words: readonly string[], value: unknown): Verdict {
  // A list shows a word that it does not have as null.
  if (value === undefined || value === '' || isEnvironment(value) || words.includes(asText(value))) return true;
  return text('validation.choice', { words: words.join(', ') });
}

/** Yes or no. */
export function flag(value: unknown): Verdict {
  return choice(['true', 'false'], value ?? '');
}

/** Any text that fits into a string of MQTT. */
export function shortText(value: unknown): Verdict {
  if (isEmpty(value)) return true;
  if (typeof value !== 'string' && typeof value !== 'number') return text('validation.name.type');
  return new TextEncoder().encode(String(value)).length <= longestString || text('validation.name.long');
}

/** A value edited with TypedInput: empty, or readable as its type. */
export function typed(value: unknown, type: unknown): Verdict {
  if (isEmpty(value) || isEnvironment(value) || typeof type !== 'string') return true;
  return RED.utils.validateTypedProperty(value, type);
}

/** What is wrong with a chosen configuration node: nothing, or the key of a text. */
function configNodeProblem(id: unknown): 'missing' | 'invalid' | undefined {
  const node = RED.nodes.node(String(id));
  if (node === null || node === undefined || node.d === true) return 'missing';
  return node.valid === false ? 'invalid' : undefined;
}

/** A kaa-endpoint must be chosen. */
export function endpoint(value: unknown): Verdict {
  if (isEmpty(value) || value === '_ADD_') return text('validation.endpoint');
  if (isEnvironment(value)) return true;
  const problem = configNodeProblem(value);
  if (problem === 'missing') return text('validation.endpointMissing');
  return problem === undefined || text('validation.endpointInvalid');
}

/** A TLS configuration may be chosen, where all URLs speak TLS. */
export function tlsConfig(value: unknown, urls: unknown): Verdict {
  if (isEmpty(value) || value === '_ADD_' || isEnvironment(value)) return true;
  const problem = configNodeProblem(value);
  if (problem === 'missing') return text('validation.tlsMissing');
  if (problem === 'invalid') return text('validation.tlsInvalid');
  const [, plain] = /(?:^|,)\s*(mqtt|ws):/.exec(asText(urls)) ?? [];
  return plain === undefined || text('validation.tlsPlain', { protocol: plain });
}

/** A password goes with a user name. */
export function password(value: unknown, username: unknown): Verdict {
  if (!isEmpty(value) && isEmpty(username)) return text('validation.password');
  return shortText(value);
}
