/** A command of the repository that starts processes: its end is orderly also where it fails or is interrupted. */
import { inspect } from 'node:util';
import type { Cleanup } from './cleanup.ts';
import { UsageError } from './options.ts';

/** Runs `work`; `cleanup` is run at its end, whatever that is. */
export async function runCommand(usage: string, cleanup: Cleanup, work: () => Promise<void>): Promise<void> {
  const interruption = new AbortController();
  for (const [signal, exitCode] of [
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const) {
    process.once(signal, () => {
      interruption.abort();
      void cleanup.run().then(() => process.exit(exitCode));
    });
  }
  try {
    await work();
  } catch (error) {
    // Ctrl-C ends the children too, and their end is no news then.
    if (interruption.signal.aborted) return;
    process.stderr.write(`${error instanceof UsageError ? `${error.message}\n\n${usage}` : inspect(error)}\n`);
    process.exitCode = error instanceof UsageError ? 2 : 1;
  } finally {
    await cleanup.run();
  }
}
