/** What confirmed messages cost that wait for their turn, and what of it is left when they have had it. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Cleanup } from '../cleanup.ts';
import type { Contender } from '../contenders/contender.ts';
import { kaaTelemetryFlow } from '../contenders/flows.ts';
import { startNodeRed } from '../contenders/node-red.ts';
import type { Finding, Section } from '../findings.ts';
import type { Options } from '../options.ts';
import { type Server, startServer } from '../servers.ts';
import { formatTable } from '../table.ts';

/** Requests outstanding; the others wait. */
const window = 100;

/** Milliseconds between two looks, and for all messages to have their outcome. */
const lookInterval = 50;
const longestWait = 60_000;

const megabyte = 1_048_576;

/** Bytes of the whole process over what it had before. */
export interface Waiting {
  readonly waiting: number;
  readonly left: number;
  /** Messages without outcome. */
  readonly lost: number;
}

export interface WaitingResults {
  readonly messages: number;
  /** Of every repetition. */
  readonly runs: readonly Waiting[];
}

export async function measureWaiting(options: Options, cleanup: Cleanup): Promise<Section<WaitingResults>> {
  const { repetitions, waitingMessages: messages, waitingSeconds: delay } = options;
  const server = await startServer('embedded', cleanup);
  if (server === undefined) throw new Error('the simulator could not be started');
  const runs: Waiting[] = [];
  for (let repetition = 0; repetition < repetitions; repetition += 1) {
    console.error(`measuring: ${messages} waiting messages`);
    runs.push(
      await Promise.race([run(server, { messages, delay, token: `waiting-${repetition}` }, cleanup), server.ended]),
    );
  }
  await server.stop();
  const data = { messages, runs };
  return { data, findings: findingsOf(data), text: format(data) };
}

async function run(
  server: Server,
  { messages, delay, token }: { readonly messages: number; readonly delay: number; readonly token: string },
  cleanup: Cleanup,
): Promise<Waiting> {
  // Longer than the platform lets them wait.
  const use = { delivery: 'confirmed', requestTimeout: 4 * delay } as const;
  const endpoint = { url: server.url, token, qos: 0, window } as const;
  const contender = await startNodeRed('kaa-telemetry', kaaTelemetryFlow(endpoint, use), cleanup);
  // As often as later, so that all is compiled and the heap has its size.
  await sendAll(contender, messages);
  const before = await contender.weigh();
  await delayAnswers(server, delay);
  await contender.send(messages);
  const waiting = await contender.weigh();
  await settled(contender);
  const after = await contender.weigh();
  const { outstanding } = await contender.state();
  await contender.stop();
  return { waiting: waiting.memory - before.memory, left: after.memory - before.memory, lost: outstanding };
}

async function sendAll(contender: Contender, messages: number): Promise<void> {
  await contender.send(messages);
  await settled(contender);
}

async function settled(contender: Contender): Promise<void> {
  const giveUpAt = performance.now() + longestWait;
  while ((await contender.state()).outstanding > 0 && performance.now() < giveUpAt) await sleep(lookInterval);
}

async function delayAnswers({ controlUrl }: Server, delay: number): Promise<void> {
  const faults = [{ action: 'delay', extension: 'dcx', delayMs: delay * 1000, count: window }];
  const response = await fetch(`${controlUrl}/faults`, { method: 'PUT', body: JSON.stringify(faults) });
  if (!response.ok) throw new Error(`the simulator answered ${response.status}: ${await response.text()}`);
}

function findingsOf({ messages, runs }: WaitingResults): readonly Finding[] {
  const name = (what: string): string => `${messages.toLocaleString('en')} waiting confirmed messages: ${what}`;
  return [
    {
      name: name('memory'),
      bound: 'at most',
      value: 100,
      unit: 'MB',
      measured: runs.map(({ waiting }) => waiting / megabyte),
    },
    {
      name: name('memory left when they are answered'),
      bound: 'at most',
      value: 10,
      unit: 'MB',
      measured: runs.map(({ left }) => left / megabyte),
    },
  ];
}

function format({ messages, runs }: WaitingResults): string {
  return [
    `${messages} confirmed messages, all but ${window} of them waiting; memory of the process after garbage collection, over`,
    'what it had before.',
    '',
    formatTable(
      ['run', 'MB', 'MB left', 'lost'],
      runs.map(({ waiting, left, lost }, index) => [
        String(index + 1),
        (waiting / megabyte).toFixed(1),
        (left / megabyte).toFixed(1),
        String(lost),
      ]),
      1,
    ),
  ].join('\n');
}
