/** The API document, "Binary data upload". */
import assert from 'node:assert/strict';
import { member } from './control-api.ts';
import type { RequestCases } from './request-cases.ts';

export const blobTokenCases: readonly RequestCases[] = [
  {
    path: 'bcx/token',
    withId: 'status',
    withoutId: 'status',
    success: (body) => {
      const token = member(body, 'token');
      assert.ok(typeof token === 'string' && token !== '');
      assert.deepEqual(body, { token });
    },
    valid: { 'an empty payload': '' },
    invalid: {},
  },
];
