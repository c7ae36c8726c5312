/** What the benchmark and the processes of the contenders say to each other. */

/** A sample without outcome for this many milliseconds is lost, and another one takes its place. */
export const lostAfter = 2000;

export interface MeasureOrder {
  readonly kind: 'measure';
  readonly window: number;
  readonly warmUpMilliseconds: number;
  /** Round trips that the warm-up lasts at least. */
  readonly warmUpTrips?: number;
  readonly milliseconds: number;
  /** Also measures how long the event loop keeps its timers waiting, which costs a wake-up each millisecond. */
  readonly watchLoop: boolean;
}

/** `send`: one sample, whatever becomes of it. `weigh`: what is left when the garbage is collected. */
export type Order = MeasureOrder | { readonly kind: 'tell' | 'send' | 'weigh' };

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
  /** Microseconds of user and system time of the whole process. */
  readonly cpu: number;
}

/** Bytes. */
export interface Weight {
  /** Of the whole process. */
  readonly memory: number;
  /** Of the objects in it that JavaScript sees. */
  readonly heap: number;
}

/** `ready`: the first round trip worked, where the contender begins with one. */
export type Report =
  | { readonly kind: 'ready'; readonly cpu: number }
  | { readonly kind: 'sent' }
  | { readonly kind: 'measured'; readonly measurement: Measurement }
  | { readonly kind: 'told'; readonly state: ContenderState }
  | { readonly kind: 'weighed'; readonly weight: Weight };
