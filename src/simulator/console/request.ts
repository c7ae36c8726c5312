/** A call of the control API: what the page sends, and the `curl` line that sends the same, come from one description. */

export interface ApiRequest {
  readonly method: 'GET' | 'PUT' | 'PATCH' | 'POST' | 'DELETE';
  /** Behind `/api/v1/`, encoded. */
  readonly path: string;
  /** Sent as JSON; undefined = no body. */
  readonly body?: unknown;
}

/** The simulator refused a call, or could not be reached; the message is meant to be shown. */
export class ApiError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'ApiError';
  }
}

const base = '/api/v1/';

/** A path of an endpoint: `endpoints/{token}/…`. */
export function endpointPath(token: string, ...levels: readonly string[]): string {
  return ['endpoints', token, ...levels].map(encodeURIComponent).join('/');
}

/**
 * Calls the control API; resolves with the JSON of its answer, undefined where there is none.
 * @throws {ApiError}
 */
export async function send({ method, path, body }: ApiRequest): Promise<unknown> {
  const init =
    body === undefined ? { method } : { method, body: textOf(body), headers: { 'content-type': 'application/json' } };
  const response = await fetch(`${base}${path}`, init).catch(() => {
    throw new ApiError('the simulator does not answer');
  });
  const text = await response.text();
  const json: unknown = text === '' ? undefined : JSON.parse(text);
  if (response.ok) return json;
  throw new ApiError(reasonOf(json) ?? `the simulator answered ${response.status}`);
}

/** The shell command for the same call. @param auth whether the simulator demands a login */
export function curlOf({ method, path, body }: ApiRequest, origin: string, auth: boolean): string {
  const words = ['curl'];
  if (method !== 'GET') words.push('-X', method);
  if (auth) words.push('-u', 'user');
  words.push(quoted(`${origin}${base}${path}`));
  if (body !== undefined) words.push('-d', quoted(textOf(body)));
  return words.join(' ');
}

function textOf(body: unknown): string {
  return JSON.stringify(body);
}

/** As a POSIX shell takes it for one word. */
function quoted(text: string): string {
  return /^[\w./:=@%+-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}

function reasonOf(json: unknown): string | undefined {
  if (typeof json !== 'object' || json === null || !('reasonPhrase' in json)) return undefined;
  const details =
    'details' in json && Array.isArray(json.details) ? (json.details as { path: string; reason: string }[]) : [];
  const [first] = details;
  return first === undefined
    ? String(json.reasonPhrase)
    : `${String(json.reasonPhrase)}: ${first.path} ${first.reason}`;
}

/** What went wrong, to be shown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
