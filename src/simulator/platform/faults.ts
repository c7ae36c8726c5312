import { findResource } from '../../protocol/resources.ts';
import type { Topic } from '../../protocol/topic.ts';
import type { Changes } from './changes.ts';

export type FaultAction = 'drop' | 'delay' | 'error' | 'disconnect';

/** Which requests a fault is for; what is absent matches all. */
interface FaultSelection {
  readonly extension?: string;
  /** A resource path: `json`, `plain/temperature`, or without its variable level (`plain`) for all of them. */
  readonly resource?: string;
  readonly token?: string;
  /** How many more times it applies; absent = for ever. */
  readonly count?: number;
  /** 0 to 1; absent = always. */
  readonly probability?: number;
}

/** A misbehaviour of the platform on demand. */
export type Fault = FaultSelection &
  (
    | { readonly action: 'drop' | 'disconnect' }
    | { readonly action: 'delay'; readonly delayMs: number }
    | { readonly action: 'error'; readonly statusCode?: number; readonly reasonPhrase?: string }
  );

/** The faults in force, in order; the first that matches a request applies. */
export class FaultList {
  readonly #changes: Changes;
  #faults: Fault[] = [];

  constructor(changes: Changes) {
    this.#changes = changes;
  }

  list(): readonly Fault[] {
    return this.#faults;
  }

  replace(faults: readonly Fault[]): void {
    this.#faults = [...faults];
    this.#changes.note({ what: 'faults' });
  }

  /** The fault for a request, used up once; undefined where none applies. */
  take(request: Topic): Fault | undefined {
    const index = this.#faults.findIndex(
      (fault) => matches(fault, request) && Math.random() < (fault.probability ?? 1),
    );
    const fault = this.#faults[index];
    if (fault?.count !== undefined) {
      const left = fault.count - 1;
      this.#faults.splice(index, 1, ...(left > 0 ? [{ ...fault, count: left }] : []));
      this.#changes.note({ what: 'faults' });
    }
    return fault;
  }
}

function matches(fault: FaultSelection, request: Topic): boolean {
  if (fault.extension !== undefined && fault.extension !== request.extension) return false;
  if (fault.token !== undefined && fault.token !== request.token) return false;
  if (fault.resource === undefined || fault.resource === request.path) return true;
  return fault.resource === findResource(request.extension, request.path)?.resource.path;
}
