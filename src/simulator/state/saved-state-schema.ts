/** The border check of a state file, which may have been edited or damaged. */
import { createRequire } from 'node:module';
import type { SavedState } from './saved-state.ts';

const require = createRequire(import.meta.url);

const text = { type: 'string' };
const natural = { type: 'integer', minimum: 0, maximum: Number.MAX_SAFE_INTEGER };
/** What no counting up from here brings beyond the integers that are exact. */
const commandId = { type: 'integer', minimum: 0, maximum: 2 ** 52 };
const status = { statusCode: { type: 'integer' }, reasonPhrase: text };

const assignment = {
  type: 'object',
  properties: {
    published: {
      type: 'object',
      properties: { configId: text, config: {}, publishedAt: text },
      required: ['configId', 'config', 'publishedAt'],
    },
    report: {
      type: 'object',
      properties: { configId: text, ...status, at: text },
      required: ['configId', 'statusCode', 'at'],
    },
    appliedId: text,
  },
};

const command = {
  type: 'object',
  properties: {
    id: commandId,
    type: text,
    payload: {},
    ttl: natural,
    createdAt: natural,
    deliveries: natural,
    results: natural,
    result: { type: 'object', properties: { ...status, payload: {} }, required: ['statusCode'] },
    completedAt: natural,
  },
  required: ['id', 'type', 'ttl', 'createdAt', 'deliveries', 'results'],
};

const endpoint = {
  type: 'object',
  properties: {
    token: { type: 'string', minLength: 1 },
    appVersion: text,
    firstSeenAt: text,
    lastSeenAt: text,
    metadata: { type: 'object' },
    commands: { type: 'array', items: command },
    configurations: { type: 'array', items: { type: 'array', items: [text, assignment], minItems: 2, maxItems: 2 } },
    software: assignment,
  },
  required: ['token', 'appVersion', 'firstSeenAt', 'lastSeenAt', 'metadata', 'commands', 'configurations', 'software'],
};

const state = {
  type: 'object',
  properties: {
    format: { const: 1 },
    process: { enum: ['running', 'closed'] },
    lastCommandId: commandId,
    endpoints: { type: 'array', items: endpoint },
  },
  required: ['format', 'process', 'lastCommandId', 'endpoints'],
};

/**
 * Reads what a state file holds.
 * @throws {Error} that says what is wrong with it, and where
 */
export function readSavedState(json: string): SavedState {
  const { Ajv } = require('ajv') as typeof import('ajv');
  const validate = new Ajv({ strictTypes: false, strictTuples: false }).compile<SavedState>(state);
  const value: unknown = JSON.parse(json);
  if (validate(value)) return value;
  const { format } = (value ?? {}) as { readonly format?: unknown };
  if (typeof format === 'number' && format !== 1) throw new Error('another version of the simulator wrote it');
  const [problem] = validate.errors ?? [];
  throw new Error(`${problem?.instancePath ?? ''} ${problem?.message ?? 'is not valid'}`.trim());
}
