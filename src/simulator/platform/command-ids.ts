/** The last ID given by any simulator of this process: one that is started again must not repeat its predecessor's. */
let last = 0;

/** IDs of commands: they count up from the epoch second of the start, and no state that is deleted sets them back. */
export class CommandIds {
  readonly #first = Math.floor(Date.now() / 1000);

  next(): number {
    last = Math.max(last + 1, this.#first);
    return last;
  }
}
