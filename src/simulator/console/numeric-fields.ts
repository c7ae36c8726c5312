/** Finds what of a sample can be drawn. */

/** A sample, as the control API gives it. */
export interface Sample {
  readonly seq: number;
  readonly receivedAt: string;
  readonly requestId?: number;
  readonly metric?: string;
  readonly sample: unknown;
  readonly value?: number;
  readonly unit?: string;
}

export interface NumericField {
  readonly value: number;
  readonly unit?: string;
}

/** Milliseconds that a clock may be ahead; beyond that it is something else than a time, or in another unit. */
const farthestAhead = 86_400_000;

const deepest = 5;

/** Fields of one sample that are looked at. */
const most = 100;

/** The name under which a sample that is just a number is drawn. */
const alone = 'value';

/** The numbers of a sample by their names, dotted where they stand deeper; yes and no count as 1 and 0. */
export function numericFields(sample: Sample): Map<string, NumericField> {
  const found = new Map<string, NumericField>();
  if (sample.metric === undefined) collect(sample.sample, '', deepest, found);
  else {
    const value = sample.value ?? sample.sample;
    if (typeof value === 'number')
      found.set(sample.metric, { value, ...(sample.unit === undefined ? {} : { unit: sample.unit }) });
  }
  return found;
}

function collect(value: unknown, name: string, depth: number, found: Map<string, NumericField>): void {
  if (found.size >= most) return;
  if (typeof value === 'number') found.set(name === '' ? alone : name, { value });
  else if (typeof value === 'boolean') found.set(name === '' ? alone : name, { value: Number(value) });
  else if (typeof value === 'object' && value !== null && depth > 0) {
    for (const [key, inner] of Object.entries(value)) {
      if (name === '' && key === 'timestamp') continue;
      collect(inner, name === '' ? key : `${name}.${key}`, depth - 1, found);
    }
  }
}

/**
 * When a sample was taken, in milliseconds since 1970: its own `timestamp` (milliseconds or seconds since 1970, or
 * ISO 8601), undefined where it has none, or one far in the future.
 */
export function ownTime({ sample, receivedAt }: Sample): number | undefined {
  if (typeof sample !== 'object' || sample === null || !('timestamp' in sample)) return undefined;
  const time = readTime(sample.timestamp);
  return time !== undefined && time <= Date.parse(receivedAt) + farthestAhead ? time : undefined;
}

function readTime(timestamp: unknown): number | undefined {
  if (typeof timestamp === 'number')
    return timestamp > 1e11 ? timestamp : timestamp > 1e8 ? timestamp * 1000 : undefined;
  const time = typeof timestamp === 'string' ? Date.parse(timestamp) : Number.NaN;
  return Number.isNaN(time) ? undefined : time;
}

/** Milliseconds from the taking of a sample to its arrival; 0 where it does not say when it was taken. */
export function delayOf(sample: Sample): number {
  const arrival = Date.parse(sample.receivedAt);
  return Math.max(0, arrival - (ownTime(sample) ?? arrival));
}
