import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AccessRules } from '../network/access-rules.ts';
import { HttpError, HttpRequest, type HttpAnswer } from './exchange.ts';
import { findRoute, respondTo, type Route } from './router.ts';

/** The HTTP side: guards, routes and answers requests, as soon as the simulator is ready. */
export function createControlServer(routes: readonly Route[], rules: AccessRules, ready: Promise<void>): Server {
  return createServer((message, response) => {
    void ready.then(() => serve(message, response, routes, rules));
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
  const [path = '', query = ''] = (message.url ?? '').split('?', 2);
  const { route, parameters } = findRoute(routes, path);
  if (route.ownAccess !== true && !rules.isAuthorized(message.headers)) {
    const headers = { 'www-authenticate': 'Basic realm="Kaa simulator"' };
    throw new HttpError(401, 'user name and password are required', { headers });
  }
  return respondTo(route, message.method ?? '')(new HttpRequest(message, query, parameters));
}

function write(response: ServerResponse, found: HttpAnswer): void {
  if ('stream' in found) found.stream(response);
  else if ('asset' in found) {
    setHeaders(response, found.headers);
    send(response, 200, found.contentType, found.asset);
  } else if ('file' in found) sendFile(response, found.name, found.file);
  else {
    setHeaders(response, found.headers ?? {});
    if (found.json === undefined) response.writeHead(found.statusCode).end();
    else send(response, found.statusCode, 'application/json', JSON.stringify(found.json));
  }
}

function setHeaders(response: ServerResponse, headers: Readonly<Record<string, string>>): void {
  for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
}

function writeError(response: ServerResponse, { statusCode, message, headers, details }: HttpError): void {
  const body = { statusCode, reasonPhrase: message, ...(details === undefined ? {} : { details }) };
  setHeaders(response, headers);
  send(response, statusCode, 'application/json', JSON.stringify(body));
}

/** To be saved, whatever it is: a browser must not take what was uploaded for a page of this origin. */
function sendFile(response: ServerResponse, name: string, content: Buffer): void {
  // RFC 8187: what encodeURIComponent leaves beyond the characters allowed there.
  const encoded = encodeURIComponent(name).replace(
    /['()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16)}`,
  );
  response.setHeader('content-disposition', `attachment; filename*=UTF-8''${encoded}`);
  send(response, 200, 'application/octet-stream', content);
}

function send(response: ServerResponse, statusCode: number, contentType: string, text: string | Buffer): void {
  const headers = { 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' };
  const length = Buffer.byteLength(text);
  response.writeHead(statusCode, { 'content-type': contentType, 'content-length': length, ...headers }).end(text);
}
