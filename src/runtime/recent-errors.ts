/** The last errors of an endpoint, for people who look at it; what came several times in a row stands there once. */
import { KaaError, type KaaErrorCode } from '../protocol/errors.ts';

const most = 10;

export interface RecentError {
  /** Milliseconds since 1970, of the last time. */
  readonly at: number;
  readonly code: KaaErrorCode | 'other';
  readonly message: string;
  /** How often it came in a row. */
  readonly count: number;
}

export class RecentErrors {
  #errors: readonly RecentError[] = [];

  /** The newest first. */
  get list(): readonly RecentError[] {
    return this.#errors;
  }

  add(error: Error): void {
    const code = error instanceof KaaError ? error.code : 'other';
    const { message } = error;
    const [newest] = this.#errors;
    const isSame = newest?.message === message && newest.code === code;
    const added: RecentError = { at: Date.now(), code, message, count: isSame ? newest.count + 1 : 1 };
    this.#errors = [added, ...(isSame ? this.#errors.slice(1) : this.#errors)].slice(0, most);
  }
}
