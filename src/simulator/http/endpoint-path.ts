/** The part of the control API's paths that all features share. */
import { nameProblem, nameProblemText, type NameKind } from '../../protocol/names.ts';
import { HttpError, type HttpRequest } from './exchange.ts';

export const api = '/api/v1';

export const endpointPath = `${api}/endpoints/{token}`;

/** @throws {HttpError} 400 where it can be no endpoint's token */
export function tokenOf(request: HttpRequest): string {
  return nameOf(request, 'token', 'token');
}

/**
 * The name in a variable part of the path.
 * @throws {HttpError} 400 where it cannot become a topic level
 */
export function nameOf(request: HttpRequest, parameter: string, kind: NameKind): string {
  const name = request.parameter(parameter);
  const problem = nameProblem(kind, name);
  if (problem !== undefined) throw new HttpError(400, `${kind} ${nameProblemText[problem]}`);
  return name;
}
