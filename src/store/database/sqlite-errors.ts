import { type Words, wording } from '../../protocol/wording.ts';
import { StoreFailure } from '../store-failure.ts';

/** SQLite's result codes (the primary ones), as far as they decide what is done next. */
const busy = 5;
const full = 13;
/** Read-only, input or output, cannot open. */
const broken = [8, 10, 14];
/** Corrupt, not a database. */
const damaged = [11, 26];

function codeOf(error: unknown): number | undefined {
  if (!(error instanceof Error) || !('errcode' in error) || typeof error.errcode !== 'number') return undefined;
  // The upper bits say more closely what happened.
  return error.errcode & 0xff;
}

export function isDiskFull(error: unknown): boolean {
  return codeOf(error) === full;
}

/** What the file holds cannot be read. */
export function isDamage(error: unknown): boolean {
  return damaged.includes(codeOf(error) ?? 0);
}

/** What failed, in words to act on where there are some. */
export function reasonOf(error: unknown): Words {
  if (error instanceof StoreFailure) return error.reason;
  if (isDiskFull(error)) return wording('store.diskFull');
  if (codeOf(error) === busy) return wording('store.inUse');
  return error instanceof Error ? error.message : wording('store.unknown');
}

/** The file has to be opened anew: it is damaged, or it has gone. */
export function wantsReopening(error: unknown): boolean {
  const isGone = error instanceof Error && 'code' in error && error.code === 'ENOENT';
  return isGone || isDamage(error) || broken.includes(codeOf(error) ?? 0);
}
