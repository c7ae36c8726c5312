/** The platforms that the nodes are tested against: the simulator in both modes, and behind a real Mosquitto. */
import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { Aedes } from 'aedes';
import { type Simulator, type SimulatorOptions, startSimulator } from '../../src/simulator/simulator.ts';
import { Mosquitto } from './mosquitto.ts';

export interface TestPlatform {
  readonly simulator: Simulator;
  /** Where the nodes connect. */
  readonly url: string;
  /** Kills what the nodes are connected to; they are dropped. */
  stopBroker(): Promise<void>;
  close(): Promise<void>;
}

/** The ways in which Kaa servers are known to differ. */
export type Variants = Pick<SimulatorOptions, 'unchanged' | 'confirmResults' | 'pushWithRequestId'>;

export interface PlatformKind {
  readonly name: string;
  /** Undefined where the machine has no such thing. */
  start(variants?: Variants): Promise<TestPlatform | undefined>;
}

async function embedded(mode: 'kpc' | 'broker', variants: Variants = {}): Promise<TestPlatform> {
  const simulator = await startSimulator({ mqttPort: 0, httpPort: 0, mode, ...variants });
  const close = (): Promise<void> => simulator.close();
  return { simulator, url: simulator.mqttUrl, stopBroker: close, close };
}

async function behindMosquitto(variants: Variants = {}): Promise<TestPlatform | undefined> {
  const mosquitto = await Mosquitto.start();
  if (mosquitto === undefined) return undefined;
  const simulator = await startSimulator({ httpPort: 0, broker: new URL(mosquitto.url), ...variants });
  return {
    simulator,
    url: mosquitto.url,
    stopBroker: () => mosquitto.stop(),
    close: async () => {
      await simulator.close();
      await mosquitto.remove();
    },
  };
}

/** As behind any broker, which here tells what the nodes subscribe to, in order. */
export async function behindWatchedBroker(): Promise<TestPlatform & { readonly subscribed: string[] }> {
  const aedes = await Aedes.createBroker();
  const server = createServer({ noDelay: true }, (socket) => void aedes.handle(socket));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `mqtt://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const simulator = await startSimulator({ httpPort: 0, broker: new URL(url) });
  const subscribed: string[] = [];
  aedes.on('subscribe', (subscriptions, { id }) => {
    if (!id.startsWith('kaa-simulator')) subscribed.push(...subscriptions.map(({ topic }) => topic));
  });
  const stopBroker = async (): Promise<void> => {
    await new Promise<void>((resolve) => {
      aedes.close(resolve);
    });
    server.close();
  };
  return {
    simulator,
    url,
    subscribed,
    stopBroker,
    close: async () => {
      await simulator.close();
      await stopBroker();
    },
  };
}

export const kpc: PlatformKind = {
  name: 'the simulator in kpc mode',
  start: (variants) => embedded('kpc', variants),
};

export const broker: PlatformKind = {
  name: 'the simulator in broker mode',
  start: (variants) => embedded('broker', variants),
};

export const platforms: readonly PlatformKind[] = [
  kpc,
  broker,
  { name: 'the simulator behind Mosquitto', start: behindMosquitto },
];
