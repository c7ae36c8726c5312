import type { UploadedBlob } from '../platform/blobs.ts';
import type { Platform } from '../platform/platform.ts';
import { endpointPath, tokenOf } from './endpoint-path.ts';
import { HttpError, type HttpAnswer, type HttpRequest } from './exchange.ts';
import type { Route } from './router.ts';

/** The paths of the upload API, as the platform has them. */
const binaryData = '/bcx/api/v1/binary-data';
const files = '/bcx/api/v1/files';

/** Largest blob, in bytes. */
const largestBlob = 10 * 1_048_576;

const longestName = 1024;

export function blobRoutes(platform: Platform): readonly Route[] {
  return [
    { path: `${endpointPath}/blobs`, methods: { GET: (request) => listBlobs(platform, request) } },
    { path: `${binaryData}/{id}`, methods: { GET: (request) => download(platform, request) } },
    { path: binaryData, ownAccess: true, methods: { POST: (request) => uploadBinaryData(platform, request) } },
    { path: `${files}/{filename}`, ownAccess: true, methods: { POST: (request) => uploadFile(platform, request) } },
  ];
}

function listBlobs({ endpoints }: Platform, request: HttpRequest): HttpAnswer {
  return { statusCode: 200, json: endpoints.find(tokenOf(request))?.blobs.list().map(describeBlob) ?? [] };
}

function describeBlob(blob: UploadedBlob): unknown {
  const { name, content, contentType, receivedAt, sha256 } = blob;
  return { name, size: content.length, contentType, receivedAt, sha256, location: locationOf(blob) };
}

function locationOf({ id }: UploadedBlob): string {
  return `${binaryData}/${id}`;
}

function download({ endpoints }: Platform, request: HttpRequest): HttpAnswer {
  const id = request.parameter('id');
  for (const { blobs } of endpoints.list()) {
    const blob = blobs.find(id);
    if (blob !== undefined) return { file: blob.content, name: blob.name };
  }
  throw new HttpError(404, 'there is no such blob, or no longer');
}

async function uploadBinaryData(platform: Platform, request: HttpRequest): Promise<HttpAnswer> {
  const blob = await upload(platform, request, request.query('name') ?? '');
  return { statusCode: 201, headers: { location: locationOf(blob) } };
}

async function uploadFile(platform: Platform, request: HttpRequest): Promise<HttpAnswer> {
  await upload(platform, request, request.parameter('filename'));
  return { statusCode: 204 };
}

/** The upload token alone decides who may upload, and for which endpoint. */
async function upload({ endpoints, events }: Platform, request: HttpRequest, name: string): Promise<UploadedBlob> {
  const uploadToken = request.header('x-auth-token') ?? '';
  const endpoint = endpoints.list().find(({ uploadTokens }) => uploadTokens.accepts(uploadToken));
  if (endpoint === undefined) throw new HttpError(403, 'x-auth-token is not a valid upload token, or no longer');
  if (name === '' || name.length > longestName) {
    throw new HttpError(400, `a name of 1 to ${longestName} characters is required`);
  }
  const content = await request.bytes(largestBlob);
  const contentType = request.header('content-type') ?? 'application/octet-stream';
  const blob = endpoint.blobs.add(name, contentType, content);
  if (blob === undefined) throw new HttpError(507, 'the blobs of other endpoints leave no room for it');
  events.upload(endpoint.token, name, content.length);
  return blob;
}
