import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';

/** Ends a child at once; nothing in it is worth keeping. */
export async function killChild(child: ChildProcess): Promise<void> {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, 'exit');
  child.kill('SIGKILL');
  await exited;
}

/** Rejects when a child ends; nobody has to listen. */
export function endOf(child: ChildProcess, label: string): Promise<never> {
  const ended = once(child, 'exit').then(([code, signal]) => {
    throw new Error(`${label} ended with ${String(signal ?? code)}`);
  });
  ended.catch(() => undefined);
  return ended;
}
