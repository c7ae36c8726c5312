/**
 * `npm run soak`: thousands of endpoints over one connection, for a long time, on a broker that is killed again and again.
 */
import { inspect } from 'node:util';
import { Cleanup } from '../bench/cleanup.ts';
import { UsageError } from '../bench/options.ts';
import { readOptions, usage } from './options.ts';
import { formatResults } from './report.ts';
import { soak } from './run.ts';

const cleanup = new Cleanup();
let interrupted = false;

async function main(): Promise<void> {
  try {
    const options = readOptions(process.argv.slice(2));
    if (options.help) {
      process.stdout.write(usage);
      return;
    }
    const results = await soak(options, cleanup);
    if (results === undefined) throw new UsageError('Mosquitto is not installed');
    process.stdout.write(`${options.json ? JSON.stringify(results, undefined, 2) : formatResults(results)}\n`);
    if (results.failures.length > 0) process.exitCode = 1;
  } catch (error) {
    // Ctrl-C ends the children too, and their end is no news then.
    if (interrupted) return;
    process.stderr.write(`${error instanceof UsageError ? `${error.message}\n\n${usage}` : inspect(error)}\n`);
    process.exitCode = error instanceof UsageError ? 2 : 1;
  } finally {
    await cleanup.run();
  }
}

for (const [signal, exitCode] of [
  ['SIGINT', 130],
  ['SIGTERM', 143],
] as const) {
  process.once(signal, () => {
    interrupted = true;
    void cleanup.run().then(() => process.exit(exitCode));
  });
}

await main();
// Where it failed, something may still be waited for.
process.exit();
