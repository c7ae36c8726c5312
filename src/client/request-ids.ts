/**
 * Request IDs (1/KP): unique among the outstanding ones of an endpoint and extension, counting up from a random start.
 * An ID whose outcome was reported without its answer is retired for a while, because the answer may still come.
 */
import { randomInt } from 'node:crypto';

/** Why an ID is retired: its request timed out, or had its receipt (PUBACK) and wanted no answer. */
export interface Retirement {
  readonly reason: 'timed-out' | 'acknowledged';
  /** Called where the success of the request arrives after all. */
  readonly answeredLate?: (() => void) | undefined;
}

/** The IDs in use by one endpoint in one extension: outstanding requests by ID, and retired IDs. */
export class RequestIdScope<Request> {
  readonly outstanding = new Map<number, Request>();
  readonly retired = new Map<number, Retirement>();
}

interface RetiredId {
  readonly scope: RequestIdScope<unknown>;
  readonly requestId: number;
  readonly until: number;
}

export class RequestIds {
  readonly #largest: number;
  readonly #retirement: number;
  readonly #retired = new Set<RetiredId>();
  #last: number;

  /**
   * @param largest the ID after which counting starts again at 1
   * @param retirement milliseconds for which a late answer is expected
   */
  constructor(largest: number, retirement: number) {
    this.#largest = largest;
    this.#retirement = retirement;
    this.#last = randomInt(largest);
  }

  available({ outstanding, retired }: RequestIdScope<unknown>): boolean {
    this.#release();
    return outstanding.size + retired.size < this.#largest;
  }

  /** A free ID; there must be one `available`. */
  next({ outstanding, retired }: RequestIdScope<unknown>): number {
    do {
      this.#last = this.#last >= this.#largest ? 1 : this.#last + 1;
    } while (outstanding.has(this.#last) || retired.has(this.#last));
    return this.#last;
  }

  retire(scope: RequestIdScope<unknown>, requestId: number, why: Retirement): void {
    this.#release();
    scope.retired.set(requestId, why);
    this.#retired.add({ scope, requestId, until: performance.now() + this.#retirement });
  }

  /** All retire for the same time, so that the oldest is the first to be released. */
  #release(): void {
    const now = performance.now();
    for (const id of this.#retired) {
      if (id.until > now) return;
      this.#retired.delete(id);
      id.scope.retired.delete(id.requestId);
    }
  }
}
