/** The control API; the paths of features still to come answer 501. */
import type { Platform } from '../platform/platform.ts';
import { readFaults } from '../platform/fault-schema.ts';
import { describeEndpoint } from './endpoint-view.ts';
import { streamEvents } from './event-stream.ts';
import { HttpError, type HttpAnswer, type HttpRequest } from './exchange.ts';
import type { Method, Route } from './router.ts';
import { startPage } from './start-page.ts';

const api = '/api/v1';
const endpoint = `${api}/endpoints/{token}`;

const defaultLimit = 100;

export function controlRoutes(platform: Platform): readonly Route[] {
  return [
    { path: '/', methods: { GET: () => ({ html: startPage }) } },
    { path: `${api}/endpoints`, methods: { GET: () => listEndpoints(platform) } },
    { path: endpoint, methods: { GET: (request) => showEndpoint(platform, request) } },
    { path: `${endpoint}/telemetry`, methods: { GET: (request) => showTelemetry(platform, request) } },
    { path: `${endpoint}/telemetry/count`, methods: { GET: (request) => countTelemetry(platform, request) } },
    {
      path: `${api}/faults`,
      methods: {
        GET: () => ({ statusCode: 200, json: platform.faults.list() }),
        PUT: async (request) => replaceFaults(platform, await request.json()),
        DELETE: () => {
          platform.faults.replace([]);
          return { statusCode: 204 };
        },
      },
    },
    {
      path: `${api}/state`,
      methods: {
        DELETE: () => {
          platform.endpoints.clear();
          return { statusCode: 204 };
        },
      },
    },
    {
      path: `${api}/events`,
      methods: { GET: () => ({ stream: (response) => streamEvents(platform.events, response) }) },
    },
    notYet(`${endpoint}/metadata`, ['GET', 'PUT', 'PATCH']),
    notYet(`${endpoint}/commands`, ['GET']),
    notYet(`${endpoint}/commands/{type}`, ['POST']),
    notYet(`${endpoint}/config`, ['GET', 'PUT']),
    notYet(`${endpoint}/config/{name}`, ['GET', 'PUT']),
    notYet(`${endpoint}/software`, ['GET', 'PUT']),
    notYet(`${endpoint}/blobs`, ['GET']),
    notYet('/bcx/api/v1/binary-data', ['POST']),
    notYet('/bcx/api/v1/files/{filename}', ['POST']),
  ];
}

function listEndpoints({ endpoints }: Platform): HttpAnswer {
  return { statusCode: 200, json: endpoints.list().map((each) => describeEndpoint(endpoints, each)) };
}

function showEndpoint({ endpoints }: Platform, request: HttpRequest): HttpAnswer {
  const found = endpoints.find(request.parameter('token'));
  if (found === undefined) throw new HttpError(404, 'no endpoint with this token has spoken');
  return { statusCode: 200, json: describeEndpoint(endpoints, found) };
}

function showTelemetry({ endpoints }: Platform, request: HttpRequest): HttpAnswer {
  const limit = request.integer('limit', 1) ?? defaultLimit;
  const after = request.integer('after', 0);
  return { statusCode: 200, json: endpoints.find(request.parameter('token'))?.telemetry.page(limit, after) ?? [] };
}

function countTelemetry({ endpoints }: Platform, request: HttpRequest): HttpAnswer {
  return { statusCode: 200, json: { count: endpoints.find(request.parameter('token'))?.telemetry.count ?? 0 } };
}

function replaceFaults({ faults }: Platform, body: unknown): HttpAnswer {
  const read = readFaults(body);
  if ('problems' in read) throw new HttpError(400, 'this is not a list of faults', { details: read.problems });
  faults.replace(read.faults);
  return { statusCode: 200, json: faults.list() };
}

function refuseUnimplemented(): never {
  throw new HttpError(501, 'not implemented by this simulator yet');
}

function notYet(path: string, methods: readonly Method[]): Route {
  return { path, methods: Object.fromEntries(methods.map((method) => [method, refuseUnimplemented])) };
}
