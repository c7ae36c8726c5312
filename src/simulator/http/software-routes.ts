import { assignSoftware } from '../platform/assign-software.ts';
import type { Platform } from '../platform/platform.ts';
import { describeAssignment } from './assignment-view.ts';
import { endpointPath, tokenOf } from './endpoint-path.ts';
import { HttpError, type HttpAnswer, type HttpRequest } from './exchange.ts';
import type { Route } from './router.ts';

export function softwareRoutes(platform: Platform): readonly Route[] {
  return [
    {
      path: `${endpointPath}/software`,
      methods: {
        GET: (request) => showSoftware(platform, request),
        PUT: (request) => putSoftware(platform, request),
      },
    },
  ];
}

/** `installed` is the version that the endpoint last said to have applied. */
function showSoftware({ endpoints }: Platform, request: HttpRequest): HttpAnswer {
  const software = endpoints.find(tokenOf(request))?.software;
  const view = describeAssignment(software);
  return { statusCode: 200, json: { version: view.configId, ...view, installed: software?.appliedId ?? null } };
}

async function putSoftware(platform: Platform, request: HttpRequest): Promise<HttpAnswer> {
  const token = tokenOf(request);
  const { version, config } = readSoftware(await request.json());
  if (!assignSoftware(platform, token, version, config)) throw new HttpError(507, 'there is no room for it');
  return { statusCode: 200, json: { configId: version } };
}

function readSoftware(body: unknown): { version: string; config: unknown } {
  if (typeof body === 'object' && body !== null && 'version' in body && 'config' in body) {
    const { version, config, ...rest } = body;
    if (typeof version === 'string' && version !== '' && Object.keys(rest).length === 0) return { version, config };
  }
  throw new HttpError(400, 'the body must be {"version", "config"}, the version a text that is not empty');
}
