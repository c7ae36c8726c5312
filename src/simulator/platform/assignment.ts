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

/** What is assigned to an endpoint under one name, and what the endpoint reported about it. */
export class Assignment {
  #published: Publication | undefined;
  #report: AppliedReport | undefined;
  #appliedId: string | undefined;

  /** Undefined where nothing is assigned. */
  get published(): Publication | undefined {
    return this.#published;
  }

  /** The last report. */
  get report(): AppliedReport | undefined {
    return this.#report;
  }

  /** What the endpoint last said to have applied. */
  get appliedId(): string | undefined {
    return this.#appliedId;
  }

  publish(publication: Publication): void {
    this.#published = publication;
  }

  reported(report: AppliedReport): void {
    this.#report = report;
    if (isApplied(report)) this.#appliedId = report.configId;
  }
}
