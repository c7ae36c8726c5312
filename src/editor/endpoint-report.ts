/** What the sidebar shows; see `src/runtime/admin/routes.ts`. */
export interface LiveReport {
  readonly endpoints: readonly EndpointReport[];
  readonly misuse: readonly Misuse[];
}

/** Misuse that was found at the last deploy. */
export interface Misuse {
  readonly nodeId: string;
  readonly text: string;
}

/** What the runtime tells of an endpoint; see `src/runtime/admin/endpoint-report.ts`. Times in milliseconds since 1970. */
export interface EndpointReport {
  readonly id: string;
  readonly state: 'connecting' | 'connected' | 'offline' | 'closed';
  readonly reason?: string;
  readonly server?: string;
  readonly endpoints: number;
  readonly nodes: number;
  readonly roundTrips?: {
    readonly last: number;
    readonly median: number;
    readonly slowest: number;
    readonly count: number;
  };
  readonly inFlight: number;
  readonly waiting: number;
  readonly backlog: {
    readonly samples: number;
    readonly oldestAt?: number;
    readonly held: boolean;
    readonly trouble?: string;
  };
  readonly errors: readonly {
    readonly at: number;
    readonly code: string;
    readonly message: string;
    readonly count: number;
  }[];
  readonly observed: { readonly count: number; readonly list: readonly { resource: string; endpoints: number }[] };
  readonly commands: {
    readonly count: number;
    readonly list: readonly { type: string; id: number; askedAt: number }[];
  };
}
