/** The course of the soak. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Cleanup } from '../bench/cleanup.ts';
import { Mosquitto } from '../support/mosquitto.ts';
import { brokerSettings, restartBroker } from './broker.ts';
import { provokedNodes, tokensOf } from './flow.ts';
import { Gateway } from './gateway.ts';
import { memoryOf, memoryOver } from './memory.ts';
import type { Options } from './options.ts';
import { Orders } from './orders.ts';
import { Platform } from './platform.ts';
import type { ProbeReport } from './probe.ts';
import { failuresOf, type Findings, type Pending, type Restart, type Results } from './results.ts';
import { countSamples, drain, finishCommands } from './settling.ts';
import { measureThroughput } from './throughput.ts';
import { holdsBefore } from './wait.ts';

/** Milliseconds in which all endpoints should observe. */
const patience = 180_000;

/** The parts, which all run. */
interface Parts {
  readonly mosquitto: Mosquitto;
  readonly platform: Platform;
  readonly gateway: Gateway;
  readonly tokens: readonly string[];
}

/** Undefined where Mosquitto is not installed. */
export async function soak(options: Options, cleanup: Cleanup): Promise<Results | undefined> {
  const mosquitto = await Mosquitto.start(brokerSettings);
  if (mosquitto === undefined) return undefined;
  cleanup.add(() => mosquitto.remove());
  const platform = await Platform.start(mosquitto.url, cleanup);
  const tokens = tokensOf(options.endpoints);
  const gateway = await Gateway.start(tokens, cleanup);
  const parts = { mosquitto, platform, gateway, tokens };
  const gatewayFindings = await Promise.race([run(options, parts, cleanup), platform.ended]);
  const findings = { ...gatewayFindings, throughput: await measureThroughput(options, cleanup, tell) };
  return { options, failures: failuresOf(findings), ...findings };
}

async function run(options: Options, parts: Parts, cleanup: Cleanup): Promise<Omit<Findings, 'throughput'>> {
  const { mosquitto, platform, gateway, tokens } = parts;
  const deployedAt = Date.now();
  await gateway.deploy(mosquitto.url);
  if (!(await holdsBefore(deployedAt + patience, () => platform.observing === tokens.length))) {
    throw new Error(`only ${platform.observing} of ${tokens.length} endpoints observe after the start`);
  }
  const firstObserving = (Date.now() - deployedAt) / 1000;
  tell(`all endpoints observe after ${firstObserving.toFixed(1)} s`);

  const orders = new Orders(platform);
  const before = await gateway.look();
  const messagesBefore = platform.messages;
  await gateway.feed(options.rate);
  const ending = new AbortController();
  cleanup.add(() => Promise.resolve(ending.abort()));
  const around = Promise.all([
    gateway.watch(ending.signal),
    orders.orderAll(tokens, options.commandRate, ending.signal),
  ]);
  const { restarts, warmAt, warmHeap } = await Promise.race([
    restartAll(options, parts, ending.signal),
    failureOf(around),
  ]);
  ending.abort();
  await around;
  await gateway.feed(0);
  const after = await gateway.look();
  const liveHeap = await gateway.liveHeap();
  const messages = platform.messages - messagesBefore;
  const measured = gateway.looks.filter(({ at }) => at >= warmAt);
  const seconds = (after.at - before.at) / 1000;

  const drainSeconds = await drain(gateway);
  tell(`nothing waits ${drainSeconds.toFixed(1)} s after the last sample`);
  const commands = await finishCommands(platform, gateway, orders, tokens);
  tell(`the last commands are done after ${commands.lastSeconds.toFixed(1)} s`);
  const samples = await countSamples(platform, gateway, tokens, drainSeconds);
  const last = await gateway.look();
  const provoked = await gateway.provoke();
  const stopSeconds = await gateway.stop();
  return {
    firstObserving,
    restarts,
    commands,
    samples,
    pending: { ...pendingOf(provoked), timersBefore: before.timers, timers: last.timers },
    resident: memoryOver(measured.map(({ residentMemory }) => residentMemory)),
    heap: memoryOf(warmHeap, liveHeap),
    cpu: (after.cpu - before.cpu) / seconds,
    messages: messages / seconds,
    loopDelayP99: after.loopDelayP99,
    startDelay: before.longestDelay,
    longestDelay: Math.max(...gateway.looks.filter(({ at }) => at > before.at).map(({ longestDelay }) => longestDelay)),
    stopSeconds,
    errors: last.errors,
    eventGaps: platform.gaps,
  };
}

/** Restarts the broker as often as ordered; from `warmAt` on memory should not grow any more. */
async function restartAll(
  { restarts: count, warmUpRestarts, restartSeconds, outageSeconds }: Options,
  { mosquitto, platform, gateway, tokens }: Parts,
  signal: AbortSignal,
): Promise<{ restarts: readonly Restart[]; warmAt: number; warmHeap: number }> {
  const startedAt = Date.now();
  const dueAt = (number: number): number => startedAt + number * restartSeconds * 1000;
  const restarts: Restart[] = [];
  let warmAt = startedAt;
  let warmHeap = await gateway.liveHeap();
  for (let number = 1; number <= count; number += 1) {
    await sleep(Math.max(0, dueAt(number) - Date.now()), undefined, { signal });
    const deadline = number === count ? Date.now() + patience : dueAt(number + 1);
    const order = { endpoints: tokens.length, outageSeconds, deadline, signal };
    const restart = await restartBroker(mosquitto, platform, gateway, order);
    restarts.push(restart);
    if (number <= warmUpRestarts) {
      warmHeap = await gateway.liveHeap();
      warmAt = Date.now();
    }
    const { connected, observing, endpoints } = restart;
    tell(
      `restart ${number}: connected after ${connected.toFixed(1)} s, ${endpoints} observe after ${observing.toFixed(1)} s`,
    );
  }
  return { restarts, warmAt, warmHeap };
}

/** All nodes tell of the same connection. */
function pendingOf({ statuses }: ProbeReport): Pick<Pending, 'inFlight' | 'backlog'> {
  const shown = provokedNodes.map((node) => statuses[node]);
  return {
    inFlight: Math.max(...shown.map((status) => status?.inFlight ?? Number.NaN)),
    backlog: Math.max(...shown.map((status) => status?.backlog ?? Number.NaN)),
  };
}

/** Rejects where it fails; its success is waited for elsewhere. */
async function failureOf(work: Promise<unknown>): Promise<never> {
  await work;
  return new Promise(() => {});
}

/** Shows how far it is, while it runs. */
function tell(text: string): void {
  process.stderr.write(`soak, ${process.uptime().toFixed(0)} s: ${text}\n`);
}
