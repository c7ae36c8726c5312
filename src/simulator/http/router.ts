import { HttpError, type HttpAnswer, type HttpRequest } from './exchange.ts';

export type Method = 'GET' | 'PUT' | 'PATCH' | 'POST' | 'DELETE';

type Respond = (request: HttpRequest) => HttpAnswer | Promise<HttpAnswer>;

/** One row of a table of routes. A level of `path` in braces is variable and named by what they enclose. */
export interface Route {
  readonly path: string;
  readonly methods: Readonly<Partial<Record<Method, Respond>>>;
  /** It checks by itself who may use it, in place of the credentials of the simulator. */
  readonly ownAccess?: true;
}

/** The route of a path, with the values of its variable levels. */
export interface RouteMatch {
  readonly route: Route;
  readonly parameters: ReadonlyMap<string, string>;
}

/**
 * Finds the route of a path.
 * @throws {HttpError} 400 where the path is badly encoded, 404 where it is unknown
 */
export function findRoute(routes: readonly Route[], path: string): RouteMatch {
  const levels = path.split('/').map(decode);
  for (const route of routes) {
    const parameters = match(route.path.split('/'), levels);
    if (parameters !== undefined) return { route, parameters };
  }
  throw new HttpError(404, 'unknown path');
}

/**
 * What answers a method.
 * @throws {HttpError} 405 where the route has no such method
 */
export function respondTo({ path, methods }: Route, method: string): Respond {
  const allowed = Object.entries(methods);
  const [, respond] = allowed.find(([name]) => name === method) ?? [];
  if (respond !== undefined) return respond;
  const allow = allowed.map(([name]) => name).join(', ');
  throw new HttpError(405, `${path} allows ${allow} only`, { headers: { allow } });
}

function match(pattern: readonly string[], levels: readonly string[]): Map<string, string> | undefined {
  if (pattern.length !== levels.length) return undefined;
  const parameters = new Map<string, string>();
  for (const [index, expected] of pattern.entries()) {
    const level = levels[index] ?? '';
    if (expected.startsWith('{')) parameters.set(expected.slice(1, -1), level);
    else if (expected !== level) return undefined;
  }
  return parameters;
}

function decode(level: string): string {
  try {
    return decodeURIComponent(level);
  } catch {
    throw new HttpError(400, 'the path is not percent-encoded correctly');
  }
}
