/** The last errors of an endpoint, for people who look at it; what came several times in a row stands there once. */
import { KaaError } from '../protocol/errors.ts';
import type { RecentError } from '../protocol/live-report.ts';
import { type ReportedText, reportedText } from '../protocol/reported-text.ts';

const most = 10;

export class RecentErrors {
  #errors: readonly RecentError[] = [];
  #newestMessage: string | undefined;

  /** The newest first. */
  get list(): readonly RecentError[] {
    return this.#errors;
  }

  add(error: Error): void {
    const code = error instanceof KaaError ? error.code : 'other';
    const { message } = error;
    const [newest] = this.#errors;
    const isSame = newest !== undefined && message === this.#newestMessage && newest.code === code;
    const added = { at: Date.now(), code, text: textOfError(error), count: isSame ? newest.count + 1 : 1 } as const;
    this.#errors = [added, ...(isSame ? this.#errors.slice(1) : this.#errors)].slice(0, most);
    this.#newestMessage = message;
  }
}

/** Other errors than ours stay as they are. */
export function textOfError(error: Error): ReportedText {
  return error instanceof KaaError ? reportedText(error.wording) : error.message;
}
