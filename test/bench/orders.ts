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

/** Commands that will be pushed, numbered from 0. */
export interface ReceiveOrder {
  readonly kind: 'receive';
  readonly count: number;
}

/** Samples that are sent all at once. */
export interface SendOrder {
  readonly kind: 'send';
  readonly count: number;
}

/** `weigh`: what is left when the garbage is collected. */
export type Order = MeasureOrder | ReceiveOrder | SendOrder | { readonly kind: 'tell' | 'weigh' };

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

/** A burst of commands that has come. */
export interface Reception {
  /** When the last one had come, in milliseconds since 1970. */
  readonly endedAt: number;
  /** Microseconds of user and system time of the whole process, per command. */
  readonly cpuPerCommand: number;
  readonly isInOrder: boolean;
  readonly missing: number;
}

/** What has become of a contender since its start. */
export interface ContenderState {
  /** Samples that had their outcome, measured or not. */
  readonly settled: number;
  /** Samples that were sent all at once and have no outcome yet. */
  readonly outstanding: number;
  /** Bytes of memory of the whole process, at most since its start. */
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
  | { readonly kind: 'received'; readonly reception: Reception }
  | { readonly kind: 'told'; readonly state: ContenderState }
  | { readonly kind: 'weighed'; readonly weight: Weight };
