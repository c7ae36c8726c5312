/**
 * The table of resources of the Kaa MQTT Device API: client, simulator, validators and dialogs are derived from it.
 * This file imports nothing, so that the browser can load it too. Adding a resource is adding a row.
 *
 * Sources: the API document; 1/KP (topics and request IDs), 2/DCP, 7/CMP, 10/EPMP, 11/CEP.
 */

/** The extensions by their default instance names. */
export type ExtensionName = 'dcx' | 'epmx' | 'cex' | 'cmx' | 'cmx_ota' | 'bcx';

/** A JSON schema without `$schema` (Ajv refuses the drafts that the API document names). */
export type JsonSchema = Readonly<Record<string, unknown>>;

/** What the last, variable level of a resource path names. */
export type ResourceNameKind = 'metric' | 'commandType' | 'configName';

/** How a request body is written: JSON, plain text (a number, or a number with its unit), or no body at all. */
export type BodyFormat = 'json' | 'plain' | 'none';

export interface Resource {
  readonly extension: ExtensionName;
  /** The fixed part of the resource path, without leading slash. */
  readonly path: string;
  /** The variable level that follows `path`, if the resource has one. */
  readonly name?: { readonly kind: ResourceNameKind; readonly required: boolean };
  /** Whether a request is answered only when it carries a request ID (1/KP). */
  readonly requestId: 'required' | 'optional';
  readonly body: BodyFormat;
  /** Schema of the request body; absent where the request has none. An empty body is allowed if `emptyBody` says so. */
  readonly request?: JsonSchema;
  readonly emptyBody: boolean;
  /** Schema of the body of a success answer; absent where success carries nothing. */
  readonly response?: JsonSchema;
  /** Whether the platform pushes to `{path}/status` by itself once asked to observe. */
  readonly observable: boolean;
  /** What a success without a body means. */
  readonly emptySuccess: 'accepted' | 'unchanged' | 'invalid';
  /** What the platform promises to answer: success and failure, or failure only (11/CEP results). */
  readonly answers: 'status' | 'error-only';
}

const metadataKey = '^[a-zA-Z0-9_]+$';

const sample = { type: ['object', 'number', 'boolean'] };

const metadata: JsonSchema = {
  type: 'object',
  patternProperties: { [metadataKey]: {} },
  additionalProperties: false,
};

const metadataKeys: JsonSchema = {
  type: 'array',
  items: { type: 'string', pattern: metadataKey },
  uniqueItems: true,
};

const atLeastOneKey: JsonSchema = { ...metadataKeys, minItems: 1 };

const observeOnly: JsonSchema = {
  type: 'object',
  properties: { observe: { type: 'boolean' } },
  additionalProperties: false,
};

const observeWithConfigId: JsonSchema = {
  type: 'object',
  properties: { configId: { type: 'string' }, observe: { type: 'boolean' } },
  additionalProperties: false,
};

/** 7/CMP: also `null`, `{}` and a `configId` without `config`, the forms in which servers say "unchanged". */
const configuration: JsonSchema = {
  type: ['object', 'null'],
  properties: {
    id: { type: 'integer' },
    configId: { type: 'string' },
    statusCode: { type: 'integer' },
    reasonPhrase: { type: 'string' },
    config: {},
  },
};

const applied: JsonSchema = {
  type: 'object',
  properties: {
    configId: { type: 'string' },
    statusCode: { type: 'number' },
    reasonPhrase: { type: 'string' },
  },
  required: ['configId'],
  additionalProperties: false,
};

/** A number, or a number directly followed by its unit, such as `47%`, `200C` or `12.5m/s`. */
const plainValue: JsonSchema = {
  type: ['number', 'string'],
  pattern: '^[+-]?(\\d+(\\.\\d*)?|\\.\\d+)([eE][+-]?\\d+)?([^\\s\\d.,+\\-]\\S*)?$',
};

/** Every resource by the name that the code of this project uses for it. */
export const resources = {
  /** 2/DCP: one sample, or an array of samples as a batch; the platform answers once per message. */
  samples: {
    extension: 'dcx',
    path: 'json',
    requestId: 'optional',
    body: 'json',
    request: { anyOf: [sample, { type: 'array', minItems: 1, items: sample }] },
    emptyBody: false,
    observable: false,
    emptySuccess: 'accepted',
    answers: 'status',
  },
  /** The API document, "Send plain data samples": stored as `{metric}-value` and `{metric}-unit`. */
  plainSample: {
    extension: 'dcx',
    path: 'plain',
    name: { kind: 'metric', required: true },
    requestId: 'optional',
    body: 'plain',
    request: plainValue,
    emptyBody: false,
    observable: false,
    emptySuccess: 'accepted',
    answers: 'status',
  },
  /** 10/EPMP: the names of all metadata attributes. */
  metadataKeys: {
    extension: 'epmx',
    path: 'get/keys',
    requestId: 'required',
    body: 'none',
    emptyBody: true,
    response: metadataKeys,
    observable: false,
    emptySuccess: 'invalid',
    answers: 'status',
  },
  /** 10/EPMP: all metadata attributes, or those named in `keys`. */
  metadata: {
    extension: 'epmx',
    path: 'get',
    requestId: 'required',
    body: 'json',
    request: { type: 'object', properties: { keys: metadataKeys }, additionalProperties: false },
    emptyBody: true,
    response: metadata,
    observable: false,
    emptySuccess: 'invalid',
    answers: 'status',
  },
  /** 10/EPMP: replaces the metadata; attributes not named are deleted. */
  metadataUpdate: {
    extension: 'epmx',
    path: 'update',
    requestId: 'optional',
    body: 'json',
    request: { ...metadata, minProperties: 1 },
    emptyBody: false,
    observable: false,
    emptySuccess: 'accepted',
    answers: 'status',
  },
  /** 10/EPMP: merges into the metadata; attributes not named stay. */
  metadataUpdateKeys: {
    extension: 'epmx',
    path: 'update/keys',
    requestId: 'optional',
    body: 'json',
    request: { ...metadata, minProperties: 1 },
    emptyBody: false,
    observable: false,
    emptySuccess: 'accepted',
    answers: 'status',
  },
  /** 10/EPMP: deletes the named metadata attributes. */
  metadataDeleteKeys: {
    extension: 'epmx',
    path: 'delete/keys',
    requestId: 'optional',
    body: 'json',
    request: atLeastOneKey,
    emptyBody: false,
    observable: false,
    emptySuccess: 'accepted',
    answers: 'status',
  },
  /** 11/CEP: all outstanding commands of a type; the API document's response schema is a copy of its request's. */
  commands: {
    extension: 'cex',
    path: 'command',
    name: { kind: 'commandType', required: true },
    requestId: 'optional',
    body: 'json',
    request: observeOnly,
    emptyBody: true,
    response: {
      type: 'array',
      items: {
        type: 'object',
        // An ID that a number cannot hold exactly would come back as another one.
        properties: { id: { type: 'integer', minimum: -9007199254740991, maximum: 9007199254740991 }, payload: {} },
        required: ['id'],
      },
    },
    observable: true,
    emptySuccess: 'invalid',
    answers: 'status',
  },
  /** 11/CEP: results of commands; only failure is promised an answer. */
  commandResults: {
    extension: 'cex',
    path: 'result',
    name: { kind: 'commandType', required: true },
    requestId: 'optional',
    body: 'json',
    request: {
      type: 'array',
      items: {
        type: 'object',
        properties: {
          id: { type: 'integer' },
          statusCode: { type: 'integer' },
          reasonPhrase: { type: 'string' },
          payload: {},
        },
        required: ['id', 'statusCode'],
        additionalProperties: false,
      },
    },
    emptyBody: false,
    observable: false,
    emptySuccess: 'accepted',
    answers: 'error-only',
  },
  /** 7/CMP: the endpoint's configuration, default or named. */
  configuration: {
    extension: 'cmx',
    path: 'config/json',
    name: { kind: 'configName', required: false },
    requestId: 'optional',
    body: 'json',
    request: observeWithConfigId,
    emptyBody: true,
    response: configuration,
    observable: true,
    emptySuccess: 'unchanged',
    answers: 'status',
  },
  /** 7/CMP: a configuration was applied (2xx) or rejected (anything else). */
  configurationApplied: {
    extension: 'cmx',
    path: 'applied/json',
    name: { kind: 'configName', required: false },
    requestId: 'optional',
    body: 'json',
    request: applied,
    emptyBody: false,
    observable: false,
    emptySuccess: 'accepted',
    answers: 'status',
  },
  /** The API document, "Software OTA": only `observe` is allowed in the request; `configId` is the software version. */
  software: {
    extension: 'cmx_ota',
    path: 'config/json',
    requestId: 'optional',
    body: 'json',
    request: observeOnly,
    emptyBody: true,
    response: configuration,
    observable: true,
    emptySuccess: 'unchanged',
    answers: 'status',
  },
  /** The API document, "Report applied software update request". */
  softwareApplied: {
    extension: 'cmx_ota',
    path: 'applied/json',
    requestId: 'optional',
    body: 'json',
    request: applied,
    emptyBody: false,
    observable: false,
    emptySuccess: 'accepted',
    answers: 'status',
  },
  /** The API document, "Get upload token": valid for one hour at the HTTP upload. */
  blobToken: {
    extension: 'bcx',
    path: 'token',
    requestId: 'optional',
    body: 'none',
    emptyBody: true,
    response: {
      type: 'object',
      properties: { token: { type: 'string', minLength: 1 } },
      required: ['token'],
    },
    observable: false,
    emptySuccess: 'invalid',
    answers: 'status',
  },
} as const satisfies Record<string, Resource>;

/** The name of a row of the table. */
export type ResourceKey = keyof typeof resources;

/** A row found for a path, with the value of its variable level (`''` where an optional name is absent). */
export interface ResourceMatch {
  readonly key: ResourceKey;
  readonly resource: Resource;
  readonly name: string;
}

const rows = Object.entries(resources) as [ResourceKey, Resource][];

/** The row that serves `path` in `extension`, or undefined where the API has no such resource. */
export function findResource(extension: string, path: string): ResourceMatch | undefined {
  for (const [key, resource] of rows) {
    if (resource.extension !== extension) continue;
    if (path === resource.path && resource.name?.required !== true) return { key, resource, name: '' };
    if (resource.name === undefined || !path.startsWith(`${resource.path}/`)) continue;
    const name = path.slice(resource.path.length + 1);
    if (name !== '' && !name.includes('/')) return { key, resource, name };
  }
  return undefined;
}

/** The resource path of a row: `plain` and `temperature` give `plain/temperature`; an empty name gives the fixed part. */
export function resourcePath(resource: Resource, name = ''): string {
  return name === '' ? resource.path : `${resource.path}/${name}`;
}
