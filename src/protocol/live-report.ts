/** What the runtime tells the editor of endpoints. Times are milliseconds since 1970; no secret is in it. */
import type { KaaErrorCode } from './errors.ts';
import type { ReportedText } from './reported-text.ts';

/** What the sidebar shows. */
export interface LiveReport {
  readonly endpoints: readonly EndpointReport[];
  /** What was found at the last deploy, and endpoints that take something away from each other now. */
  readonly misuse: readonly Misuse[];
}

export interface Misuse {
  /** Of a node in a subflow, its id in the subflow. */
  readonly nodeId: string;
  readonly text: ReportedText;
}

export interface EndpointReport {
  /** With which the kaa-endpoint node runs. */
  readonly id: string;
  /** Its id in the flow file; of one in a subflow, that of the template. */
  readonly nodeId: string;
  /** The subflow instances that it runs in, from the outermost, by their ids in the flow file. */
  readonly instances: readonly string[];
  /** As it was deployed; may be empty. */
  readonly name: string;
  readonly state: 'connecting' | 'connected' | 'offline' | 'closed';
  /** Why it is offline, or what is wrong with the connection. */
  readonly reason?: ReportedText;
  /** Host and port; absent while there is no connection. */
  readonly server?: string;
  /** Endpoints on the connection. */
  readonly endpoints: number;
  readonly nodes: number;
  /** Milliseconds. */
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
    /** Why nothing is forwarded. */
    readonly trouble?: ReportedText;
  };
  readonly errors: readonly RecentError[];
  readonly observed: { readonly count: number; readonly list: readonly ObservedResource[] };
  readonly commands: { readonly count: number; readonly list: readonly CommandInWork[] };
}

export interface RecentError {
  /** The last time. */
  readonly at: number;
  readonly code: KaaErrorCode | 'other';
  readonly text: ReportedText;
  /** How often it came in a row. */
  readonly count: number;
}

export interface ObservedResource {
  /** Such as `cex/command/reboot`. */
  readonly resource: string;
  readonly endpoints: number;
}

export interface CommandInWork {
  readonly type: string;
  readonly id: number;
  /** When Kaa last asked for it. */
  readonly askedAt: number;
}

/** One stage of a connection test, as it ends. */
export interface StageReport {
  /** Counts the servers, of which several may have the same address. */
  readonly server: number;
  /** With its protocol, and without what may be secret in it. */
  readonly address: string;
  readonly stage: 'lookup' | 'tcp' | 'tls' | 'login' | 'subscribe' | 'request';
  readonly state: 'passed' | 'failed' | 'skipped';
  /** Why it failed and what to do, or why there was nothing to try. */
  readonly text?: ReportedText;
}

/** Why the runtime did not do what it was asked for; a line of a connection test, where that fails as a whole. */
export interface Refusal {
  readonly message: ReportedText;
}
