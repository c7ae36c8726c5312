/** The endpoints behind one connection, and what goes over the wire for each of them. */
import { appVersion } from '../endpoint.ts';

/** What a contender is given. */
export interface Gateway {
  readonly url: string;
  /** How many endpoints it speaks for. */
  readonly endpoints: number;
}

/** Observe requests outstanding at most. */
export const observeWindow = 100;

export const commandType = 'restart';

export function tokensOf({ endpoints }: Pick<Gateway, 'endpoints'>): readonly string[] {
  return Array.from({ length: endpoints }, (_, index) => `endpoint-${String(index).padStart(5, '0')}`);
}

/** Topic of the observe request, to which the request ID is appended. */
export function commandTopic(token: string): string {
  return `kp1/${appVersion}/cex/${token}/command/${commandType}`;
}

/** What kaa-command subscribes for an endpoint. */
export function commandFilters(token: string): readonly string[] {
  const topic = commandTopic(token);
  return [`${topic}/+/status`, `${topic}/+/error`, `${topic}/status`, `${topic}/error`];
}

/** What kaa-telemetry subscribes for samples with this topic. */
export function sampleFilters(topic: string): readonly string[] {
  return [`${topic}/+/status`, `${topic}/+/error`, `${topic}/error`];
}
