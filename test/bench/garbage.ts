/** What a process weighs when its garbage is collected. */
import { setTimeout as sleep } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import type { Weight } from './orders.ts';

/** Milliseconds behind a collection: freed pages go back to the system a little later. */
const pause = 300;

export async function weigh(): Promise<Weight> {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as NodeJS.GCFunction;
  // The other kinds keep the pages of what they have collected.
  collect({ type: 'major', execution: 'sync', flavor: 'last-resort' });
  await sleep(pause);
  const { rss, heapUsed } = process.memoryUsage();
  return { memory: rss, heap: heapUsed };
}
