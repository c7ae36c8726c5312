/**
 * Pushes that come while the nodes that receive them are being replaced: kept in their order, and handed over when
 * somebody observes again. The platform sends some of them only once.
 */
import type { Topic } from '../protocol/topic.ts';

/** A push as it came. */
export interface HeldPush {
  readonly topic: Topic;
  readonly payload: Buffer;
}

/** At most this many are held, and this many bytes of payloads; then the first ones go to whoever observes. */
const mostHeld = 1000;
const mostBytes = 16 * 1_048_576;

/** Milliseconds for which new observers may come for what was held. */
const handingOver = 5000;

type Phase =
  | { readonly name: 'passing' }
  | { readonly name: 'holding' }
  /** Some wait for observers that are still to come. */
  | { readonly name: 'handing over'; readonly timer: NodeJS.Timeout };

export class HeldPushes {
  readonly #isObserved: (push: HeldPush) => boolean;
  readonly #deliver: (push: HeldPush) => void;
  #held: HeldPush[] = [];
  #bytes = 0;
  #phase: Phase = { name: 'passing' };
  #looking = false;

  /**
   * @param isObserved whether somebody hears of a push now
   * @param deliver tells whoever hears of it
   */
  constructor(isObserved: (push: HeldPush) => boolean, deliver: (push: HeldPush) => void) {
    this.#isObserved = isObserved;
    this.#deliver = deliver;
  }

  /** From now on pushes are held. */
  hold(): void {
    this.#endHandingOver();
    this.#phase = { name: 'holding' };
  }

  /** Hands over what was held, some of it a little later: its observers may still be on their way. */
  release(): void {
    if (this.#phase.name !== 'holding') return;
    this.#phase = { name: 'handing over', timer: setTimeout(() => this.clear(), handingOver) };
    this.#handOver();
  }

  /** A push has come. */
  take(push: HeldPush): void {
    if (this.#phase.name !== 'holding') {
      this.#deliver(push);
      return;
    }
    this.#held.push(push);
    this.#bytes += push.payload.length;
    while (this.#held.length > mostHeld || this.#bytes > mostBytes) {
      const first = this.#held.shift();
      if (first === undefined) return;
      this.#bytes -= first.payload.length;
      this.#deliver(first);
    }
  }

  /** Somebody new observes. */
  observersChanged(): void {
    if (this.#phase.name !== 'handing over' || this.#looking) return;
    this.#looking = true;
    // Thousands come at once.
    queueMicrotask(() => {
      this.#looking = false;
      if (this.#phase.name === 'handing over') this.#handOver();
    });
  }

  /** Forgets what is held, and holds nothing any more. */
  clear(): void {
    this.#endHandingOver();
    this.#phase = { name: 'passing' };
    this.#held = [];
    this.#bytes = 0;
  }

  #handOver(): void {
    const held = this.#held;
    this.#held = [];
    for (const push of held) {
      if (this.#isObserved(push)) this.#deliver(push);
      else this.#held.push(push);
    }
    if (this.#held.length === 0) this.clear();
  }

  #endHandingOver(): void {
    if (this.#phase.name === 'handing over') clearTimeout(this.#phase.timer);
  }
}
