/** The border check of `PUT faults`. */
import { createRequire } from 'node:module';
import type { ValidateFunction } from 'ajv';
import type { Detail } from '../../protocol/errors.ts';
import type { Fault } from './faults.ts';

const require = createRequire(import.meta.url);

const faultListSchema = {
  type: 'array',
  maxItems: 1000,
  items: {
    type: 'object',
    properties: {
      extension: { type: 'string' },
      resource: { type: 'string' },
      token: { type: 'string' },
      action: { enum: ['drop', 'delay', 'error', 'disconnect'] },
      statusCode: { type: 'integer', minimum: 100, maximum: 599 },
      reasonPhrase: { type: 'string' },
      delayMs: { type: 'number', minimum: 0, maximum: 3_600_000 },
      count: { type: 'integer', minimum: 1 },
      probability: { type: 'number', minimum: 0, maximum: 1 },
    },
    required: ['action'],
    additionalProperties: false,
    if: { properties: { action: { const: 'delay' } } },
    // oxlint-disable-next-line unicorn/no-thenable -- a keyword of JSON schema
    then: { required: ['delayMs'] },
  },
};

let validate: ValidateFunction<readonly Fault[]> | undefined;

/** Reads a list of faults, or tells what is wrong with it. */
export function readFaults(value: unknown): { faults: readonly Fault[] } | { problems: readonly Detail[] } {
  if (validate === undefined) {
    const { Ajv } = require('ajv') as typeof import('ajv');
    validate = new Ajv({ allErrors: true, strictTypes: false }).compile<readonly Fault[]>(faultListSchema);
  }
  if (validate(value)) return { faults: value };
  const errors = validate.errors ?? [];
  return { problems: errors.map((error) => ({ path: error.instancePath, reason: error.message ?? error.keyword })) };
}
