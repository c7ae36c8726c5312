import { hash } from 'node:crypto';

/** The same for values that JSON takes for equal, whatever the order of their keys. */
export function digest(value: unknown): string {
  return hash('sha256', JSON.stringify(isSorted(value) ? value : sorted(value)) ?? '', 'base64url');
}

/** Most payloads are, and need no copy. */
function isSorted(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return true;
  if (Array.isArray(value)) return value.every(isSorted);
  let last = '';
  for (const [key, field] of Object.entries(value)) {
    if (key < last || !isSorted(field)) return false;
    last = key;
  }
  return true;
}

function sorted(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(sorted);
  const fields = Object.entries(value).map(([key, field]): [string, unknown] => [key, sorted(field)]);
  return Object.fromEntries(fields.toSorted(([a], [b]) => (a < b ? -1 : 1)));
}
