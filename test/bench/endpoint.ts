/** What every contender sends, and where to. */

/** One contender's place on a server; tokens differ, because Kaa answers to whoever last spoke for a token. */
export interface BenchEndpoint {
  readonly url: string;
  readonly token: string;
  readonly qos: 0 | 1;
  /** Samples outstanding at most. */
  readonly window: number;
}

export const appVersion = 'bench-v1';

/** Request IDs wrap here, as those of kaa-endpoint do by default. */
export const largestRequestId = 99_999;

/** Topic of JSON samples, to which the request ID is appended. */
export function sampleTopic({ token }: Pick<BenchEndpoint, 'token'>): string {
  return `kp1/${appVersion}/dcx/${token}/json`;
}

/** A small machine sample, a new object each time as a flow would make it. */
export function sample(counter: number): object {
  return { temperature: 21.5, pressure: 1.013, running: true, counter };
}
