/** Tells those who listen. */
export class Signal<Value> {
  readonly #listeners = new Set<(value: Value) => void>();

  /** Returns the function that ends the listening. */
  listen(listener: (value: Value) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  emit(value: Value): void {
    for (const listener of this.#listeners) listener(value);
  }
}
