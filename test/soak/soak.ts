/**
 * `npm run soak`: thousands of endpoints over one connection, for a long time, on a broker that is killed again and again.
 */
import { Cleanup } from '../bench/cleanup.ts';
import { runCommand } from '../bench/command.ts';
import { UsageError } from '../bench/options.ts';
import { readOptions, usage } from './options.ts';
import { formatResults } from './report.ts';
import { soak } from './run.ts';

const cleanup = new Cleanup();

await runCommand(usage, cleanup, async () => {
  const options = readOptions(process.argv.slice(2));
  if (options.help) {
    process.stdout.write(usage);
    return;
  }
  const results = await soak(options, cleanup);
  if (results === undefined) throw new UsageError('Mosquitto is not installed');
  process.stdout.write(`${options.json ? JSON.stringify(results, undefined, 2) : formatResults(results)}\n`);
  if (results.failures.length > 0) process.exitCode = 1;
});
// Where it failed, something may still be waited for.
process.exit();
