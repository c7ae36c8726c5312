/** The value below which `fraction` of the sorted values lie; NaN where there are none. */
export function percentile(sorted: ArrayLike<number>, fraction: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * fraction))] ?? Number.NaN;
}

/** The middle value, or the mean of the middle two. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length / 2;
  return ((sorted[Math.ceil(middle) - 1] ?? Number.NaN) + (sorted[Math.floor(middle)] ?? Number.NaN)) / 2;
}

/** The figure of each of ours, divided by that of the other of the same repetition. */
export function ratiosOf<Item>(
  ours: readonly Item[],
  others: readonly Item[],
  figure: (item: Item) => number,
): readonly number[] {
  return ours.map((each, repetition) => {
    const other = others[repetition];
    return figure(each) / (other === undefined ? Number.NaN : figure(other));
  });
}

/** The median of a figure of each. */
export function medianOf<Item>(items: readonly Item[], figure: (item: Item) => number): number {
  return median(items.map(figure));
}
