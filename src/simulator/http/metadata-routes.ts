import { resources } from '../../protocol/resources.ts';
import { responseProblems } from '../../protocol/validators.ts';
import type { Endpoints } from '../platform/endpoints.ts';
import { mostMetadataBytes } from '../platform/metadata.ts';
import type { Platform } from '../platform/platform.ts';
import { endpointPath, tokenOf } from './endpoint-path.ts';
import { HttpError, type HttpAnswer, type HttpRequest } from './exchange.ts';
import type { Route } from './router.ts';

type Attributes = Readonly<Record<string, unknown>>;

export function metadataRoutes({ endpoints }: Platform): readonly Route[] {
  return [
    {
      path: `${endpointPath}/metadata`,
      methods: {
        GET: (request) => ({ statusCode: 200, json: endpoints.find(tokenOf(request))?.metadata.all() ?? {} }),
        PUT: (request) => change(endpoints, request, 'replace'),
        PATCH: (request) => change(endpoints, request, 'merge'),
      },
    },
  ];
}

/** Answers with all metadata as they are then. */
async function change(endpoints: Endpoints, request: HttpRequest, how: 'replace' | 'merge'): Promise<HttpAnswer> {
  const token = tokenOf(request);
  const attributes = readAttributes(await request.json());
  const { metadata } = endpoints.findOrCreate(token);
  if (metadata[how](attributes)) return { statusCode: 200, json: metadata.all() };
  throw new HttpError(413, `the metadata would be larger than ${mostMetadataBytes} bytes`);
}

function readAttributes(body: unknown): Attributes {
  const problems = responseProblems(resources.metadata, body);
  if (problems.length === 0) return body as Attributes;
  throw new HttpError(400, 'this is no object of metadata attributes', { details: problems });
}
