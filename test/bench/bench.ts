/**
 * `npm run bench`: what a confirmed sample costs, beside MQTT.js alone and core nodes wired by hand, what it costs to
 * store samples before they are forwarded, and what many endpoints behind one connection cost.
 */
import { Cleanup } from './cleanup.ts';
import { runCommand } from './command.ts';
import { measureGateway } from './gateway/gateway.ts';
import { measureCase } from './measure.ts';
import { type BenchCase, type Options, readOptions, usage } from './options.ts';
import { measureOutbox } from './outbox/outbox.ts';
import { type CaseResult, caseResult, describeMachine, formatResults, type Results, type Trips } from './report.ts';
import { type Server, type ServerName, startServer } from './servers.ts';

const cleanup = new Cleanup();

async function measureServer(name: ServerName, { url, ended }: Server, options: Options): Promise<CaseResult[]> {
  const results: CaseResult[] = [];
  for (const qos of options.qualities) {
    for (const window of options.windows) {
      console.error(`measuring: ${name}, QoS ${qos}, window ${window}`);
      const benchCase: BenchCase = { server: name, qos, window };
      const figures = await Promise.race([measureCase(benchCase, url, options, cleanup), ended]);
      results.push(caseResult(benchCase, figures));
    }
  }
  return results;
}

async function measureTrips(options: Options): Promise<Trips> {
  const cases: CaseResult[] = [];
  const skipped: ServerName[] = [];
  for (const name of options.servers) {
    const server = await startServer(name, cleanup);
    if (server === undefined) skipped.push(name);
    else cases.push(...(await measureServer(name, server, options)));
  }
  return { skipped, cases };
}

async function measureAll(options: Options): Promise<Results> {
  const machine = describeMachine();
  const { repetitions, seconds, benchmarks } = options;
  return {
    machine,
    repetitions,
    seconds,
    ...(benchmarks.includes('trips') ? { trips: await measureTrips(options) } : {}),
    ...(benchmarks.includes('store') ? { outbox: await measureOutbox(options, cleanup) } : {}),
    ...(benchmarks.includes('gateway') ? { gateway: await measureGateway(options, cleanup) } : {}),
  };
}

await runCommand(usage, cleanup, async () => {
  const options = readOptions(process.argv.slice(2));
  if (options.help) {
    console.log(usage);
    return;
  }
  const results = await measureAll(options);
  console.log(options.json ? JSON.stringify(results, undefined, 2) : formatResults(results));
});
