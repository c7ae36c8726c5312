import type { Endpoint } from '../platform/endpoints.ts';
import type { Outcome } from '../platform/outcome.ts';
import type { Variants } from '../platform/variants.ts';

/** A request whose topic and body are valid. */
export interface Request {
  readonly endpoint: Endpoint;
  /** The variable level of the resource path, `''` where it has none. */
  readonly name: string;
  readonly requestId?: number;
  /** As the resource's schema promises; text for plain resources, undefined where empty. */
  readonly body: unknown;
  /** ISO 8601, UTC. */
  readonly receivedAt: string;
  readonly variants: Variants;
}

/** What the platform does for one resource. */
export type Handler = (request: Request) => Outcome;
