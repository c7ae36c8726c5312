/** What has to be undone at the end, however the benchmark ends. */
export class Cleanup {
  readonly #pending = new Set<() => Promise<void>>();

  /** Returns what undoes it now; it is done once, now or at the end. */
  add(undo: () => Promise<void>): () => Promise<void> {
    const undoOnce = async (): Promise<void> => {
      if (this.#pending.delete(undoOnce)) await undo();
    };
    this.#pending.add(undoOnce);
    return undoOnce;
  }

  async run(): Promise<void> {
    await Promise.allSettled([...this.#pending].map(async (undo) => undo()));
  }
}
