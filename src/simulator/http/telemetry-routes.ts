import type { Platform } from '../platform/platform.ts';
import { endpointPath } from './endpoint-path.ts';
import type { HttpAnswer, HttpRequest } from './exchange.ts';
import type { Route } from './router.ts';

const defaultLimit = 100;

export function telemetryRoutes(platform: Platform): readonly Route[] {
  const path = `${endpointPath}/telemetry`;
  return [
    { path, methods: { GET: (request) => showTelemetry(platform, request) } },
    { path: `${path}/count`, methods: { GET: (request) => countTelemetry(platform, request) } },
  ];
}

function showTelemetry({ endpoints }: Platform, request: HttpRequest): HttpAnswer {
  const limit = request.integer('limit', 1) ?? defaultLimit;
  const after = request.integer('after', 0);
  return { statusCode: 200, json: endpoints.find(request.parameter('token'))?.telemetry.page(limit, after) ?? [] };
}

function countTelemetry({ endpoints }: Platform, request: HttpRequest): HttpAnswer {
  return { statusCode: 200, json: { count: endpoints.find(request.parameter('token'))?.telemetry.count ?? 0 } };
}
