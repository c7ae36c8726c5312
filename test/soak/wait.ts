import { setTimeout as sleep } from 'node:timers/promises';

/** Milliseconds between two looks. */
const interval = 50;

/** Waits until a condition holds; false where it does not until `deadline`, on the clock of `Date`. */
export async function holdsBefore(deadline: number, condition: () => boolean | Promise<boolean>): Promise<boolean> {
  while (!(await condition())) {
    if (Date.now() > deadline) return false;
    await sleep(interval);
  }
  return true;
}
