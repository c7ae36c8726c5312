/** Times, sizes and JSON as the page writes them. */

const pad = (number: number, digits = 2): string => String(number).padStart(digits, '0');

/** `14:03:07`, in the time zone of the browser. @param iso ISO 8601 */
export function clock(iso: string): string {
  const date = new Date(iso);
  return `${pad(date.getHours())}:${pad(date.getMinutes())}:${pad(date.getSeconds())}`;
}

/** `14:03:07.123` */
export function preciseClock(iso: string): string {
  return `${clock(iso)}.${pad(new Date(iso).getMilliseconds(), 3)}`;
}

/** `just now`, `12 s ago`, `5 min ago`, `3 h ago`, `2 d ago` */
export function ago(iso: string, now = Date.now()): string {
  const seconds = Math.round((now - Date.parse(iso)) / 1000);
  return seconds < 2 ? 'just now' : `${span(seconds * 1000)} ago`;
}

/** `0.12 s`, `12 s`, `5 min`, `3 h`, `2 d` */
export function span(milliseconds: number): string {
  const seconds = milliseconds / 1000;
  if (seconds < 10) return `${seconds.toFixed(seconds < 1 ? 2 : 1)} s`;
  if (seconds < 120) return `${Math.round(seconds)} s`;
  if (seconds < 7200) return `${Math.round(seconds / 60)} min`;
  if (seconds < 172_800) return `${Math.round(seconds / 3600)} h`;
  return `${Math.round(seconds / 86_400)} d`;
}

/** `512 B`, `1.5 KB`, `12 MB` */
export function size(bytes: number): string {
  if (bytes < 1024) return `${bytes} B`;
  const [number, unit] = bytes < 1_048_576 ? [bytes / 1024, 'KB'] : [bytes / 1_048_576, 'MB'];
  return `${number < 10 ? number.toFixed(1) : Math.round(number)} ${unit}`;
}

export function count(number: number): string {
  return number.toLocaleString('en');
}

/** A measured value, with as many digits as say something. */
export function value(number: number): string {
  if (!Number.isFinite(number)) return '–';
  const magnitude = Math.abs(number);
  if (magnitude >= 1e12 || (magnitude < 1e-6 && number !== 0)) return number.toExponential(3);
  return Number.isInteger(number)
    ? count(number)
    : Number(number.toPrecision(5)).toLocaleString('en', { maximumFractionDigits: 6 });
}

/** JSON in one line, shortened. */
export function brief(json: unknown, longest = 2000): string {
  const text = json === undefined ? '' : JSON.stringify(json);
  return text.length <= longest ? text : `${text.slice(0, longest)}…`;
}

/** JSON for a text field. */
export function pretty(json: unknown): string {
  return json === undefined ? '' : JSON.stringify(json, undefined, 2);
}

/** `1 sample`, `12 samples` */
export function counted(number: number, thing: string): string {
  return `${count(number)} ${thing}${number === 1 ? '' : 's'}`;
}
