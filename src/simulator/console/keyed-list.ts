/** An element of a list, which stays the same while what it shows changes: a press and the focus are not lost. */
export interface Entry<Item> {
  readonly element: HTMLElement;
  readonly update: (item: Item) => void;
}

/** A list in the page that changes no more than it has to. */
export class KeyedList<Item> {
  readonly element: HTMLElement;
  readonly #keyOf: (item: Item, index: number) => string | number;
  readonly #make: (item: Item, index: number) => Entry<Item>;
  readonly #entries = new Map<string | number, Entry<Item>>();

  constructor(
    element: HTMLElement,
    keyOf: (item: Item, index: number) => string | number,
    make: (item: Item, index: number) => Entry<Item>,
  ) {
    this.element = element;
    this.#keyOf = keyOf;
    this.#make = make;
  }

  show(items: readonly Item[]): void {
    const keys = new Set(items.map(this.#keyOf));
    for (const [key, { element }] of this.#entries) {
      if (keys.has(key)) continue;
      element.remove();
      this.#entries.delete(key);
    }
    let next = this.element.firstElementChild;
    for (const [index, item] of items.entries()) {
      const element = this.#updated(item, index);
      if (element === next) next = next.nextElementSibling;
      else this.element.insertBefore(element, next);
    }
  }

  #updated(item: Item, index: number): HTMLElement {
    const key = this.#keyOf(item, index);
    const entry = this.#entries.get(key) ?? this.#make(item, index);
    this.#entries.set(key, entry);
    entry.update(item);
    return entry.element;
  }
}

/** An entry that never changes. */
export function fixed(element: HTMLElement): Entry<unknown> {
  return { element, update: () => undefined };
}
