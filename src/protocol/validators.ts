/** The compiled validators of the resource table: one Ajv instance, each schema compiled at its first use. */
import { createRequire } from 'node:module';
import type { Ajv as AjvInstance, ValidateFunction } from 'ajv';
import type { Problem } from './errors.ts';
import type { JsonSchema, Resource } from './resources.ts';
import { wording } from './wording.ts';

const require = createRequire(import.meta.url);

let ajv: AjvInstance | undefined;
const compiled = new WeakMap<JsonSchema, ValidateFunction>();

/** Ajv is loaded with the first schema, not with Node-RED. */
function compile(schema: JsonSchema): ValidateFunction {
  let validate = compiled.get(schema);
  if (validate === undefined) {
    if (ajv === undefined) {
      const { Ajv } = require('ajv') as typeof import('ajv');
      ajv = new Ajv({ allowUnionTypes: true, strictTypes: false });
    }
    validate = ajv.compile(schema);
    compiled.set(schema, validate);
  }
  return validate;
}

function check(schema: JsonSchema, value: unknown): readonly Problem[] {
  const validate = compile(schema);
  if (validate(value)) return [];
  return (validate.errors ?? []).map((error) => ({
    path: error.instancePath,
    reason: error.message ?? error.keyword,
  }));
}

/** What is wrong with a request body (`undefined` = no body); empty where it may be sent. */
export function requestProblems(resource: Resource, body: unknown): readonly Problem[] {
  if (body === undefined) return resource.emptyBody ? [] : [{ path: '', reason: wording('reason.missing') }];
  if (resource.request === undefined) return [{ path: '', reason: wording('reason.unwanted') }];
  return check(resource.request, body);
}

/** What is wrong with the body of a success answer (`undefined` = no body); empty where it is as the table promises. */
export function responseProblems(resource: Resource, body: unknown): readonly Problem[] {
  if (body === undefined) {
    return resource.emptySuccess === 'invalid' ? [{ path: '', reason: wording('reason.missing') }] : [];
  }
  return resource.response === undefined ? [] : check(resource.response, body);
}
