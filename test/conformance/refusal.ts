import assert from 'node:assert/strict';
import { member } from './control-api.ts';
import type { Arrived } from './endpoint.ts';

/** 1/KP, "Error response format": one message on `/error`, a status code and a reason and nothing else in it. */
export function assertRefused(arrived: readonly Arrived[], topic: string, statusCode: number): void {
  assert.deepEqual(
    arrived.map(([each]) => each),
    [`${topic}/error`],
  );
  const body = arrived[0]?.[1];
  const reasonPhrase = member(body, 'reasonPhrase');
  assert.equal(typeof reasonPhrase, 'string');
  assert.deepEqual(body, { statusCode, reasonPhrase });
}
