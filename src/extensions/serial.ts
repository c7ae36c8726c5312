/** Runs tasks one after the other, in the order in which they came. */
export class Serial {
  #last: Promise<unknown> = Promise.resolve();
  #unfinished = 0;

  get idle(): boolean {
    return this.#unfinished === 0;
  }

  async run<Value>(task: () => Promise<Value>): Promise<Value> {
    this.#unfinished += 1;
    const run = this.#last.then(task);
    this.#last = run.catch(() => {});
    try {
      return await run;
    } finally {
      this.#unfinished -= 1;
    }
  }
}
