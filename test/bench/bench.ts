/** `npm run bench`: what the nodes cost, beside MQTT.js alone and core nodes wired by hand. */
import { writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { measureBatches } from './batches/batches.ts';
import { Cleanup } from './cleanup.ts';
import { runCommand } from './command.ts';
import type { Section } from './findings.ts';
import { measureGateway } from './gateway/gateway.ts';
import { type BenchmarkName, type Options, readOptions, usage } from './options.ts';
import { measureOutbox } from './outbox/outbox.ts';
import { measurePushes } from './pushes/pushes.ts';
import { describeMachine, formatMarkdown, formatText, type Results } from './report.ts';
import { measureStartUp } from './start-up/start-up.ts';
import { measureTrips } from './trips/trips.ts';
import { measureWaiting } from './waiting/waiting.ts';

const benchmarks: Readonly<Record<BenchmarkName, (options: Options, cleanup: Cleanup) => Promise<Section<unknown>>>> = {
  trips: measureTrips,
  batches: measureBatches,
  pushes: measurePushes,
  waiting: measureWaiting,
  store: measureOutbox,
  gateway: measureGateway,
  'start-up': measureStartUp,
};

const reportFile = fileURLToPath(new URL('REPORT.md', import.meta.url));

const cleanup = new Cleanup();

async function measureAll(options: Options): Promise<Results> {
  const machine = describeMachine();
  const { repetitions, seconds } = options;
  const sections: Partial<Record<BenchmarkName, Section<unknown>>> = {};
  for (const name of options.benchmarks) sections[name] = await benchmarks[name](options, cleanup);
  return { machine, repetitions, seconds, sections };
}

await runCommand(usage, cleanup, async () => {
  const options = readOptions(process.argv.slice(2));
  if (options.help) {
    console.log(usage);
    return;
  }
  const results = await measureAll(options);
  console.log(options.json ? JSON.stringify(results, undefined, 2) : formatText(results));
  if (options.report) await writeFile(reportFile, formatMarkdown(results));
});
