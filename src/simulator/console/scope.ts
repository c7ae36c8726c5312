import type { Signal } from './signal.ts';

/** Owns what a part of the page listens to and its timers, and ends them with it. */
export class Scope {
  readonly #ends: (() => void)[] = [];
  #closed = false;

  get closed(): boolean {
    return this.#closed;
  }

  on<Value>(signal: Signal<Value>, listener: (value: Value) => void): void {
    this.#ends.push(signal.listen(listener));
  }

  /** Calls an action again and again. @param milliseconds between two calls */
  every(milliseconds: number, action: () => void): void {
    const timer = setInterval(action, milliseconds);
    this.#ends.push(() => clearInterval(timer));
  }

  /** Makes an action that runs once for all its calls within a time. */
  together(milliseconds: number, action: () => void): () => void {
    let timer: number | undefined;
    this.#ends.push(() => clearTimeout(timer));
    return () => {
      if (this.#closed) return;
      timer ??= window.setTimeout(() => {
        timer = undefined;
        action();
      }, milliseconds);
    };
  }

  /** Calls this at the end. */
  atEnd(action: () => void): void {
    this.#ends.push(action);
  }

  close(): void {
    this.#closed = true;
    for (const end of this.#ends.splice(0)) end();
  }
}
