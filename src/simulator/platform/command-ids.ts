/** The last ID given by any simulator of this process: one that is started again must not repeat its predecessor's. */
let last = 0;

/** IDs of commands: they count up from the epoch second of the start, and no state that is deleted sets them back. */
export class CommandIds {
  readonly #first = Math.floor(Date.now() / 1000);

  /** No ID up to this one is given any more. */
  get last(): number {
    return Math.max(last, this.#first - 1);
  }

  next(): number {
    last = this.last + 1;
    return last;
  }

  /** Gives IDs above this one only. */
  continueAfter(id: number): void {
    last = Math.max(last, id);
  }
}
