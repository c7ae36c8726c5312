import { resources } from '../../protocol/resources.ts';
import { detailsOf } from '../../protocol/errors.ts';
import { responseProblems } from '../../protocol/validators.ts';
import { noRoomForMetadata } from '../platform/metadata.ts';
import type { Platform } from '../platform/platform.ts';
import { endpointPath, tokenOf } from './endpoint-path.ts';
import { HttpError, type HttpAnswer, type HttpRequest } from './exchange.ts';
import type { Route } from './router.ts';

type Attributes = Readonly<Record<string, unknown>>;

export function metadataRoutes(platform: Platform): readonly Route[] {
  const { endpoints } = platform;
  return [
    {
      path: `${endpointPath}/metadata`,
      methods: {
        GET: (request) => ({ statusCode: 200, json: endpoints.find(tokenOf(request))?.metadata.all() ?? {} }),
        PUT: (request) => change(platform, request, 'replace'),
        PATCH: (request) => change(platform, request, 'merge'),
      },
    },
  ];
}

/** Answers with all metadata as they are then. */
async function change(platform: Platform, request: HttpRequest, how: 'replace' | 'merge'): Promise<HttpAnswer> {
  const token = tokenOf(request);
  const attributes = readAttributes(await request.json());
  const { metadata } = platform.endpoints.findOrCreate(token);
  if (!metadata[how](attributes)) throw new HttpError(413, noRoomForMetadata);
  platform.changes.note({ what: 'metadata', token });
  return { statusCode: 200, json: metadata.all() };
}

function readAttributes(body: unknown): Attributes {
  const problems = responseProblems(resources.metadata, body);
  if (problems.length === 0) return body as Attributes;
  throw new HttpError(400, 'this is no object of metadata attributes', { details: detailsOf(problems) });
}
