import { jsonSize } from './json-text.ts';
import type { Storage } from './storage.ts';

/** A configuration or a software version, as it was assigned to an endpoint. */
export interface Publication {
  /** Of software: the version. */
  readonly configId: string;
  readonly config: unknown;
  /** ISO 8601, UTC. */
  readonly publishedAt: string;
}

/** 7/CMP: what an endpoint reported about a publication, which need not be the current one. */
export interface AppliedReport {
  readonly configId: string;
  /** 2xx: applied; anything else: rejected. */
  readonly statusCode: number;
  readonly reasonPhrase?: string;
  /** ISO 8601, UTC. */
  readonly at: string;
}

/** Whether the endpoint says that it applied what the report is about. */
export function isApplied({ statusCode }: AppliedReport): boolean {
  return statusCode >= 200 && statusCode < 300;
}

/** All that an assignment holds. */
export interface AssignmentState {
  readonly published?: Publication;
  readonly report?: AppliedReport;
  readonly appliedId?: string;
}

/** What is assigned to an endpoint under one name, and what the endpoint reported about it. */
export class Assignment {
  readonly #storage: Storage;
  #state: AssignmentState = {};
  #bytes = 0;

  constructor(storage: Storage) {
    this.#storage = storage;
  }

  get state(): AssignmentState {
    return this.#state;
  }

  /** Undefined where nothing is assigned. */
  get published(): Publication | undefined {
    return this.#state.published;
  }

  /** The last report; a rejection of what is published stays while the endpoint reports what it runs instead. */
  get report(): AppliedReport | undefined {
    return this.#state.report;
  }

  /** What the endpoint last said to have applied. */
  get appliedId(): string | undefined {
    return this.#state.appliedId;
  }

  /** False, and nothing changes, where there is no room. */
  publish(published: Publication): boolean {
    return this.restore({ ...this.#state, published });
  }

  /** False, and nothing changes, where there is no room. */
  reported(report: AppliedReport): boolean {
    const { published, report: before } = this.#state;
    const isRejected = before !== undefined && before.configId === published?.configId && !isApplied(before);
    const shown = isRejected && report.configId !== before.configId ? before : report;
    const applied = isApplied(report) ? { appliedId: report.configId } : {};
    return this.restore({ ...this.#state, report: shown, ...applied });
  }

  /** False, and nothing changes, where there is no room. */
  restore(state: AssignmentState): boolean {
    const bytes = jsonSize(state);
    if (!this.#storage.take(bytes - this.#bytes)) return false;
    this.#state = state;
    this.#bytes = bytes;
    return true;
  }

  clear(): void {
    this.#storage.give(this.#bytes);
    this.#state = {};
    this.#bytes = 0;
  }
}
