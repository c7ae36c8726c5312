/** A burst of commands that the platform pushes: how fast they reach the flow, beside MQTT.js alone. */
import { setTimeout as sleep } from 'node:timers/promises';
import { connectAsync, type MqttClient } from 'mqtt';
import type { Cleanup } from '../cleanup.ts';
import type { Contender } from '../contenders/contender.ts';
import type { Finding, Section } from '../findings.ts';
import { commandTopic, type Gateway, tokensOf } from '../gateway/endpoints.ts';
import { awaitObserved } from '../gateway/observations.ts';
import type { Options } from '../options.ts';
import type { Reception } from '../orders.ts';
import { type Server, type ServerName, startServer } from '../servers.ts';
import { ratiosOf } from '../statistics.ts';
import { endpoints, type PushesName, pushesLabels, pushesNames, startReceiver } from './contenders.ts';
import { formatPushes } from './report.ts';

/** One of an array that is pushed. */
export interface Command {
  readonly id: number;
  readonly payload: { readonly sequence: number };
}

export interface Burst extends Reception {
  readonly perSecond: number;
}

/** The last burst to a contender. */
export interface LastBurst extends Burst {
  /** Of the first one. */
  readonly firstPerSecond: number;
}

/** Of one server. */
export interface Pushes {
  readonly server: ServerName;
  /** Commands in a burst, each in a message of its own. */
  readonly commands: number;
  /** Of every repetition. */
  readonly bursts: Readonly<Record<PushesName, readonly LastBurst[]>>;
  /** Commands per second to those of MQTT.js alone. */
  readonly ratios: readonly number[];
}

/** Milliseconds for the order to receive to arrive. */
const readiness = 100;

export async function measurePushes(options: Options, cleanup: Cleanup): Promise<Section<readonly Pushes[]>> {
  const data: Pushes[] = [];
  for (const name of options.servers) {
    // The simulator's broker forwards what we push then.
    const server = await startServer(name, cleanup, { mode: 'broker' });
    if (server === undefined) continue;
    data.push(await measureServer(name, server, options, cleanup));
    await server.stop();
  }
  return { data, findings: data.flatMap(findingsOf), text: formatPushes(data) };
}

async function measureServer(
  name: ServerName,
  server: Server,
  { repetitions, pushes: commands }: Pick<Options, 'repetitions' | 'pushes'>,
  cleanup: Cleanup,
): Promise<Pushes> {
  const pusher = await connectAsync(server.url, { protocolVersion: 4, reconnectPeriod: 0 });
  const stopPusher = cleanup.add(() => pusher.endAsync(true));
  const bursts: Record<PushesName, LastBurst[]> = { raw: [], kaa: [] };
  for (let repetition = 0; repetition < repetitions; repetition += 1) {
    for (const contender of pushesNames) {
      console.error(`measuring: ${commands} pushed commands, ${name}, ${pushesLabels[contender]}`);
      const gateway = { url: server.url, endpoints };
      const burst = measureContender(contender, gateway, commands, { server, pusher, cleanup });
      bursts[contender].push(await Promise.race([burst, server.ended]));
    }
  }
  await stopPusher();
  const ratios = ratiosOf(bursts.kaa, bursts.raw, ({ perSecond }) => perSecond);
  return { server: name, commands, bursts, ratios };
}

function findingsOf({ server, commands, ratios }: Pushes): readonly Finding[] {
  return [
    {
      name: `burst of ${commands.toLocaleString('en')} pushed commands, ${server}: rate to MQTT.js alone`,
      bound: 'at least',
      value: 0.75,
      unit: 'ratio',
      measured: ratios,
    },
  ];
}

interface Surroundings {
  readonly server: Server;
  readonly pusher: MqttClient;
  readonly cleanup: Cleanup;
}

async function measureContender(
  name: PushesName,
  gateway: Gateway,
  commands: number,
  { server, pusher, cleanup }: Surroundings,
): Promise<LastBurst> {
  const startedAt = Date.now();
  const contender = await startReceiver(name, gateway, cleanup);
  const tokens = tokensOf(gateway);
  if (name === 'kaa') await awaitObserved(server, tokens, startedAt);
  const [first = '', ...others] = tokens;
  const firstBurst = await push(contender, pusher, first, commands);
  let burst = firstBurst;
  for (const token of others) {
    const next = await push(contender, pusher, token, commands);
    burst = { ...next, isInOrder: burst.isInOrder && next.isInOrder, missing: burst.missing + next.missing };
  }
  await contender.stop();
  return { ...burst, firstPerSecond: firstBurst.perSecond };
}

async function push(contender: Contender, pusher: MqttClient, token: string, commands: number): Promise<Burst> {
  const received = contender.receive(commands);
  await sleep(readiness);
  const startedAt = performance.timeOrigin + performance.now();
  for (let sequence = 0; sequence < commands; sequence += 1) {
    const command: Command = { id: 1 + sequence, payload: { sequence } };
    pusher.publish(`${commandTopic(token)}/status`, JSON.stringify([command]), { qos: 0 });
  }
  const reception = await received;
  return { ...reception, perSecond: (1000 * (commands - reception.missing)) / (reception.endedAt - startedAt) };
}
