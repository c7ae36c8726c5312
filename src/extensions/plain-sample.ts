/** Plain samples: a number, or a number with its unit (the API document, "Send plain data samples"). */
import { KaaInvalidError } from '../protocol/errors.ts';
import { resources } from '../protocol/resources.ts';
import { requestProblems } from '../protocol/validators.ts';
import { wording } from '../protocol/wording.ts';

/**
 * The text of a plain sample: `21.5`, `47%`; a space between number and unit is dropped.
 * @throws {KaaInvalidError} the payload is neither
 */
export function readPlainSample(payload: unknown): string {
  if (typeof payload === 'number' && Number.isFinite(payload)) return String(payload);
  if (typeof payload === 'bigint') return String(payload);
  if (typeof payload === 'string') {
    const text = payload.trim().replace(/^(\S+)[ \u00a0\u202f]+([^\s\d.,+-]\S*)$/, '$1$2');
    if (requestProblems(resources.plainSample, text).length === 0) return text;
  }
  throw new KaaInvalidError('payload', [{ path: '', reason: wording('reason.noPlainSample') }]);
}
