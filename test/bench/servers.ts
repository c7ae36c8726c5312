/** What the contenders connect to. Everything that answers runs in processes of its own. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { Mosquitto } from '../support/mosquitto.ts';
import type { Cleanup } from './cleanup.ts';
import { endOf, killChild } from './processes.ts';

export const serverNames = ['embedded', 'mosquitto'] as const;

/** `embedded`: the simulator's own broker; `mosquitto`: the simulator as a client of Mosquitto. */
export type ServerName = (typeof serverNames)[number];

const simulatorScript = fileURLToPath(new URL('../../dist/src/simulator/command-line.js', import.meta.url));

export interface Server {
  readonly url: string;
  /** Of the simulator's control API. */
  readonly controlUrl: string;
  /** Rejects when what answers has ended before it should. */
  readonly ended: Promise<never>;
  /** Ends the simulator. */
  readonly stop: () => Promise<void>;
}

/**
 * Starts a server; undefined where it is not installed.
 * @param mode of the simulator's own broker
 */
export async function startServer(
  name: ServerName,
  cleanup: Cleanup,
  { mode = 'kpc' }: { readonly mode?: 'kpc' | 'broker' } = {},
): Promise<Server | undefined> {
  if (name === 'embedded') return startSimulator(['--mqtt-port', '0', '--mode', mode], cleanup);
  const mosquitto = await Mosquitto.start();
  if (mosquitto === undefined) return undefined;
  cleanup.add(() => mosquitto.remove());
  return startSimulator(['--broker', mosquitto.url], cleanup);
}

async function startSimulator(args: readonly string[], cleanup: Cleanup): Promise<Server> {
  const child = spawn(process.execPath, [simulatorScript, '--json', '--http-port', '0', ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const stop = cleanup.add(() => killChild(child));
  const ended = endOf(child, 'the simulator');
  const printed = once(createInterface(child.stdout), 'line') as Promise<[string]>;
  const [line] = await Promise.race([printed, ended]);
  const { mqtt, http } = JSON.parse(line) as { mqtt: string; http: string };
  return { url: mqtt, controlUrl: `${http}/api/v1`, ended, stop };
}
