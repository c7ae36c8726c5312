/** What the benchmark and the processes of the contenders say to each other. */

/** A sample without outcome for this many milliseconds is lost, and another one takes its place. */
export const lostAfter = 2000;

export interface MeasureOrder {
  readonly kind: 'measure';
  readonly window: number;
  readonly warmUpMilliseconds: number;
  readonly milliseconds: number;
  /** Also measures how long the event loop keeps its timers waiting, which costs a wake-up each millisecond. */
  readonly watchLoop: boolean;
}

export type Order = MeasureOrder | { readonly kind: 'tell' };

/** The figures of one measurement. */
export interface Measurement {
  readonly tripsPerSecond: number;
  /** Microseconds from input to outcome. */
  readonly p50: number;
  readonly p99: number;
  /** Microseconds of user and system time of the whole process, per round trip. */
  readonly cpuPerTrip: number;
  /** CPU time per elapsed time: near 1 the process itself is the limit. */
  readonly busy: number;
  readonly lost: number;
  /** Milliseconds that the event loop was late, where that was watched. */
  readonly loopDelayP99?: number;
}

/** What has become of a contender since its start. */
export interface ContenderState {
  /** Samples that had their outcome, measured or not. */
  readonly settled: number;
  /** Bytes of memory of the whole process, at most since its flows started. */
  readonly mostMemory: number;
}

/** `ready`: the first round trip worked. */
export type Report =
  | { readonly kind: 'ready' }
  | { readonly kind: 'measured'; readonly measurement: Measurement }
  | { readonly kind: 'told'; readonly state: ContenderState };
