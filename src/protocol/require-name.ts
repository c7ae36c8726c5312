import { KaaInvalidError } from './errors.ts';
import { type NameKind, nameProblem } from './names.ts';
import { wording } from './wording.ts';

/**
 * A name from a message that becomes a topic level.
 * @param subject what holds it, e.g. `msg.token`
 * @throws {KaaInvalidError} it cannot become one
 */
export function requireName(kind: NameKind, subject: string, value: unknown): string {
  const problem = nameProblem(kind, value);
  if (problem === undefined && typeof value === 'string') return value;
  throw new KaaInvalidError(subject, [{ path: '', reason: wording(`name.${problem ?? 'type'}`) }]);
}
