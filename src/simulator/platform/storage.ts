/** Bytes, as JSON, of what all endpoints together have beside samples and blobs. */
export const mostStorageBytes = 256 * 1_048_576;

/** What keeping anything with a name costs beside its text, in bytes. */
export const entryOverhead = 200;

/** Bytes of all blobs together. */
export const mostBlobBytes = 256 * 1_048_576;

/** Memory that the endpoints share; what does not fit is refused. */
export class Storage {
  #left: number;

  constructor(most: number) {
    this.#left = most;
  }

  /** False, and nothing is taken, where there is too little left; a negative number of bytes gives back. */
  take(bytes: number): boolean {
    if (bytes > this.#left && bytes > 0) return false;
    this.#left -= bytes;
    return true;
  }

  give(bytes: number): void {
    this.#left += bytes;
  }
}
