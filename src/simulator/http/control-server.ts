import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AccessRules } from '../network/access-rules.ts';
import { HttpError, HttpRequest, type HttpAnswer } from './exchange.ts';
import { findRoute, type Route } from './router.ts';

/** The HTTP side: guards, routes and answers requests. */
export function createControlServer(routes: readonly Route[], rules: AccessRules): Server {
  return createServer((message, response) => {
    void serve(message, response, routes, rules);
  });
}

async function serve(
  message: IncomingMessage,
  response: ServerResponse,
  routes: readonly Route[],
  rules: AccessRules,
): Promise<void> {
  try {
    write(response, await answer(message, routes, rules));
  } catch (error) {
    if (response.headersSent) response.destroy();
    else writeError(response, error instanceof HttpError ? error : new HttpError(500, String(error)));
  }
}

async function answer(message: IncomingMessage, routes: readonly Route[], rules: AccessRules): Promise<HttpAnswer> {
  const refused = rules.refuseOrigin(message.headers);
  if (refused !== undefined) throw new HttpError(403, refused);
  if (!rules.isAuthorized(message.headers)) {
    const headers = { 'www-authenticate': 'Basic realm="Kaa simulator"' };
    throw new HttpError(401, 'user name and password are required', { headers });
  }
  const [path = '', query = ''] = (message.url ?? '').split('?', 2);
  const { respond, parameters } = findRoute(routes, message.method ?? '', path);
  return respond(new HttpRequest(message, query, parameters));
}

function write(response: ServerResponse, found: HttpAnswer): void {
  if ('stream' in found) found.stream(response);
  else if ('html' in found) send(response, 200, 'text/html; charset=utf-8', found.html);
  else if (found.json === undefined) response.writeHead(found.statusCode).end();
  else send(response, found.statusCode, 'application/json', JSON.stringify(found.json));
}

function writeError(response: ServerResponse, { statusCode, message, headers, details }: HttpError): void {
  const body = { statusCode, reasonPhrase: message, ...(details === undefined ? {} : { details }) };
  for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
  send(response, statusCode, 'application/json', JSON.stringify(body));
}

function send(response: ServerResponse, statusCode: number, contentType: string, text: string): void {
  const headers = { 'content-type': contentType, 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' };
  response.writeHead(statusCode, headers).end(text);
}
