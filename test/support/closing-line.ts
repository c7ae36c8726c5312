/** The last line of a test run, for tools to read. */
export interface Counts {
  readonly passes: number;
  readonly failures: number;
  readonly pending: number;
}

export function closingLine({ passes, failures, pending }: Counts): string {
  return `${passes} passed, ${failures} failed${pending > 0 ? `, ${pending} skipped` : ''}`;
}
