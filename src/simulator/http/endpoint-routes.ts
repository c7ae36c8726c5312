import type { Platform } from '../platform/platform.ts';
import { api, endpointPath } from './endpoint-path.ts';
import { describeEndpoint, describeEndpointFully } from './endpoint-view.ts';
import { HttpError, type HttpAnswer, type HttpRequest } from './exchange.ts';
import type { Route } from './router.ts';

export function endpointRoutes(platform: Platform): readonly Route[] {
  return [
    { path: `${api}/endpoints`, methods: { GET: () => listEndpoints(platform) } },
    { path: endpointPath, methods: { GET: (request) => showEndpoint(platform, request) } },
  ];
}

function listEndpoints({ endpoints }: Platform): HttpAnswer {
  return { statusCode: 200, json: endpoints.list().map((each) => describeEndpoint(endpoints, each)) };
}

function showEndpoint({ endpoints }: Platform, request: HttpRequest): HttpAnswer {
  const found = endpoints.find(request.parameter('token'));
  if (found === undefined) throw new HttpError(404, 'no endpoint with this token has spoken');
  return { statusCode: 200, json: describeEndpointFully(endpoints, found) };
}
