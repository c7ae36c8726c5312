import { HttpError, type HttpAnswer, type HttpRequest } from './exchange.ts';

export type Method = 'GET' | 'PUT' | 'PATCH' | 'POST' | 'DELETE';

type Respond = (request: HttpRequest) => HttpAnswer | Promise<HttpAnswer>;

/** One row of a table of routes. A level of `path` in braces is variable and named by what they enclose. */
export interface Route {
  readonly path: string;
  readonly methods: Readonly<Partial<Record<Method, Respond>>>;
}

/** A route for a method and a path, with the values of the variable levels. */
export interface RouteMatch {
  readonly respond: Respond;
  readonly parameters: ReadonlyMap<string, string>;
}

/**
 * Finds the route of a request.
 * @throws {HttpError} 400 where the path is badly encoded, 404 where it is unknown, 405 where it has no such method
 */
export function findRoute(routes: readonly Route[], method: string, path: string): RouteMatch {
  const levels = path.split('/').map(decode);
  for (const route of routes) {
    const parameters = match(route.path.split('/'), levels);
    if (parameters === undefined) continue;
    const allowed = Object.entries(route.methods);
    const [, respond] = allowed.find(([name]) => name === method) ?? [];
    if (respond !== undefined) return { respond, parameters };
    const allow = allowed.map(([name]) => name).join(', ');
    throw new HttpError(405, `${path} allows ${allow} only`, { headers: { allow } });
  }
  throw new HttpError(404, 'unknown path');
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
