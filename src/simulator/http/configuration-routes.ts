import type { Platform } from '../platform/platform.ts';
import { publishConfiguration } from '../platform/publish-configuration.ts';
import { describeAssignment } from './assignment-view.ts';
import { endpointPath, nameOf, tokenOf } from './endpoint-path.ts';
import { HttpError, type HttpAnswer, type HttpRequest } from './exchange.ts';
import type { Route } from './router.ts';

export function configurationRoutes(platform: Platform): readonly Route[] {
  const path = `${endpointPath}/config`;
  const named = (request: HttpRequest): string => nameOf(request, 'name', 'configName');
  return [
    {
      path,
      methods: {
        GET: (request) => show(platform, request, ''),
        PUT: (request) => publish(platform, request, ''),
      },
    },
    {
      path: `${path}/{name}`,
      methods: {
        GET: (request) => show(platform, request, named(request)),
        PUT: (request) => publish(platform, request, named(request)),
      },
    },
  ];
}

function show({ endpoints }: Platform, request: HttpRequest, name: string): HttpAnswer {
  return { statusCode: 200, json: describeAssignment(endpoints.find(tokenOf(request))?.configurations.find(name)) };
}

async function publish(platform: Platform, request: HttpRequest, name: string): Promise<HttpAnswer> {
  const token = tokenOf(request);
  const configId = publishConfiguration(platform, token, name, await request.json());
  if (configId === undefined)
    throw new HttpError(507, 'this endpoint has too many named configurations, or there is no room for it');
  return { statusCode: 200, json: { configId } };
}
