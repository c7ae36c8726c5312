/** Milliseconds between two looks. */
const interval = 20;

/** Watches from its construction on how much memory this process has. */
export class MemoryWatch {
  #most = 0;

  constructor() {
    this.#look();
    setInterval(() => this.#look(), interval).unref();
  }

  /** Bytes. */
  get most(): number {
    this.#look();
    return this.#most;
  }

  #look(): void {
    this.#most = Math.max(this.#most, process.memoryUsage.rss());
  }
}
