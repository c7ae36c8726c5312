/** Counts the commands that reach a contender, in its process; the same for all of them. */
import type { Reception } from '../orders.ts';

/** Milliseconds without a command after which none is expected any more. */
const patience = 5000;

export class Receiver {
  #awaited = 0;
  #count = 0;
  #next = 0;
  #inOrder = true;
  #all: (() => void) | undefined;

  /** A command has come. */
  received(sequence: number): void {
    if (sequence !== this.#next) this.#inOrder = false;
    this.#next = sequence + 1;
    this.#count += 1;
    if (this.#count === this.#awaited) this.#all?.();
  }

  /** Resolves when as many have come, numbered from 0, or when no more come. */
  async receive(count: number): Promise<Reception> {
    this.#awaited = count;
    this.#count = 0;
    this.#next = 0;
    this.#inOrder = true;
    const cpuBefore = process.cpuUsage();
    await this.#allReceived();
    const endedAt = performance.timeOrigin + performance.now();
    const { user, system } = process.cpuUsage(cpuBefore);
    return {
      endedAt,
      cpuPerCommand: (user + system) / count,
      isInOrder: this.#inOrder,
      missing: count - this.#count,
    };
  }

  async #allReceived(): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    let before = -1;
    const lookForEnd = setInterval(() => {
      if (this.#count === before) resolve();
      before = this.#count;
    }, patience);
    this.#all = resolve;
    await promise;
    this.#all = undefined;
    clearInterval(lookForEnd);
  }
}
