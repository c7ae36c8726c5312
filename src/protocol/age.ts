/** How long ago something was, in the unit that suits it: loaded by the browser, too. */
export interface Age {
  readonly number: number;
  readonly unit: 'seconds' | 'minutes' | 'hours' | 'days';
}

/** @param milliseconds a clock that was set back makes none */
export function ageIn(milliseconds: number): Age {
  const seconds = Math.max(0, Math.floor(milliseconds / 1000));
  if (seconds < 120) return { number: seconds, unit: 'seconds' };
  const minutes = Math.floor(seconds / 60);
  if (minutes < 120) return { number: minutes, unit: 'minutes' };
  const hours = Math.floor(minutes / 60);
  return hours < 48 ? { number: hours, unit: 'hours' } : { number: Math.floor(hours / 24), unit: 'days' };
}
