import { createHash } from 'node:crypto';

/** The same for values that JSON takes for equal, whatever the order of their keys. */
export function digest(value: unknown): string {
  const text = JSON.stringify(value, (_key, field: unknown) => (isRecord(field) ? sorted(field) : field)) ?? '';
  return createHash('sha256').update(text).digest('base64url');
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function sorted(record: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(record).toSorted(([a], [b]) => (a < b ? -1 : 1)));
}
