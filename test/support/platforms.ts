/** The platforms that the nodes are tested against: the simulator in both modes, and behind a real Mosquitto. */
import { type Simulator, startSimulator } from '../../src/simulator/simulator.ts';
import { Mosquitto } from './mosquitto.ts';

export interface TestPlatform {
  readonly simulator: Simulator;
  /** Where the nodes connect. */
  readonly url: string;
  /** Kills what the nodes are connected to; they are dropped. */
  stopBroker(): Promise<void>;
  close(): Promise<void>;
}

export interface PlatformKind {
  readonly name: string;
  /** Undefined where the machine has no such thing. */
  start(): Promise<TestPlatform | undefined>;
}

async function embedded(mode: 'kpc' | 'broker'): Promise<TestPlatform> {
  const simulator = await startSimulator({ mqttPort: 0, httpPort: 0, mode });
  const close = (): Promise<void> => simulator.close();
  return { simulator, url: simulator.mqttUrl, stopBroker: close, close };
}

async function behindMosquitto(): Promise<TestPlatform | undefined> {
  const mosquitto = await Mosquitto.start();
  if (mosquitto === undefined) return undefined;
  const simulator = await startSimulator({ httpPort: 0, broker: new URL(mosquitto.url) });
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

export const platforms: readonly PlatformKind[] = [
  { name: 'the simulator in kpc mode', start: () => embedded('kpc') },
  { name: 'the simulator in broker mode', start: () => embedded('broker') },
  { name: 'the simulator behind Mosquitto', start: behindMosquitto },
];
