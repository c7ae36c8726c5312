/**
 * Pushes that come while the nodes that receive them are being replaced: kept in their order, and handed over when
 * somebody observes again. The platform sends some of them only once.
 */
import type { AnswerTopic } from '../protocol/topic.ts';

/** A push as it came. */
export interface HeldPush {
  readonly topic: AnswerTopic;
  readonly payload: Buffer;
}

export interface HeldPushesListener {
  /** Whether somebody hears of a push now. */
  isObserved(push: HeldPush): boolean;
  /** Whether it is for an endpoint that is spoken for. */
  isKnown(push: HeldPush): boolean;
  /** Tells whoever hears of it. */
  deliver(push: HeldPush): void;
  /** What is not observed now will not be observed again. */
  over(): void;
}

/** At most this many are held, and this many bytes of payloads; then the first ones go to whoever observes. */
const mostHeld = 1000;
const mostBytes = 16 * 1_048_576;

/** Milliseconds for which new observers may come for what was held. */
const handingOver = 5000;

type Phase =
  | { readonly name: 'passing' }
  | { readonly name: 'holding' }
  /** Some observers are still to come. */
  | { readonly name: 'handing over'; readonly timer: NodeJS.Timeout };

export class HeldPushes {
  readonly #listener: HeldPushesListener;
  #held: HeldPush[] = [];
  #bytes = 0;
  #phase: Phase = { name: 'passing' };
  #looking = false;

  constructor(listener: HeldPushesListener) {
    this.#listener = listener;
  }

  /** From now on what nobody hears of is held. */
  hold(): void {
    this.#endHandingOver();
    this.#phase = { name: 'holding' };
  }

  /** Hands over what was held, some of it a little later: its observers may still be on their way. */
  release(): void {
    if (this.#phase.name !== 'holding') return;
    const timer = setTimeout(() => {
      this.clear();
      this.#listener.over();
    }, handingOver);
    this.#phase = { name: 'handing over', timer };
    this.#handOver();
  }

  /** Whether pushes need not be taken here, because none is held and none will be. */
  get passing(): boolean {
    return this.#phase.name === 'passing' && this.#held.length === 0;
  }

  /** A push has come. */
  take(push: HeldPush): void {
    const passes = this.#phase.name === 'passing' || this.#listener.isObserved(push);
    if (passes && !this.#isBehindOthers(push)) {
      this.#listener.deliver(push);
      return;
    }
    if (!this.#listener.isKnown(push)) return;
    this.#held.push(push);
    this.#bytes += push.payload.length;
    while (this.#held.length > mostHeld || this.#bytes > mostBytes) {
      const first = this.#held.shift();
      if (first === undefined) return;
      this.#bytes -= first.payload.length;
      this.#listener.deliver(first);
    }
  }

  /** Somebody new observes. */
  observersChanged(): void {
    if (this.#phase.name === 'passing' || this.#looking) return;
    this.#looking = true;
    // Thousands come at once.
    queueMicrotask(() => {
      this.#looking = false;
      this.#handOver();
    });
  }

  /** Forgets what is held, and holds nothing any more. */
  clear(): void {
    this.#endHandingOver();
    this.#phase = { name: 'passing' };
    this.#held = [];
    this.#bytes = 0;
  }

  /** Whether earlier ones of the same topic are still held. */
  #isBehindOthers({ topic: { requestTopic } }: HeldPush): boolean {
    return this.#held.some(({ topic }) => topic.requestTopic === requestTopic);
  }

  #handOver(): void {
    const held = this.#held;
    this.#held = [];
    this.#bytes = 0;
    for (const push of held) {
      if (this.#listener.isObserved(push)) this.#listener.deliver(push);
      else {
        this.#held.push(push);
        this.#bytes += push.payload.length;
      }
    }
  }

  #endHandingOver(): void {
    if (this.#phase.name === 'handing over') clearTimeout(this.#phase.timer);
  }
}
