/** Runs tasks one after the other, in the order in which they came. */
export class Serial {
  #last: Promise<unknown> = Promise.resolve();

  run<Value>(task: () => Promise<Value>): Promise<Value> {
    const run = this.#last.then(task);
    this.#last = run.catch(() => {});
    return run;
  }
}
