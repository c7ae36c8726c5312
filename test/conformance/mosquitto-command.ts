/** Command lines of Mosquitto's clients, as the API document writes them. */
import { execFile } from 'node:child_process';
import type { Simulator } from '../../src/simulator/simulator.ts';

export async function isInstalled(): Promise<boolean> {
  return new Promise((resolve) => {
    execFile('mosquitto_rr', ['--help'], (error) => resolve(error === null || error.code !== 'ENOENT'));
  });
}

/** Runs a command line of the document in a shell, against the simulator, and gives what it prints. */
export async function run(
  commandLine: string,
  { mqttUrl }: Simulator,
  token: string,
  ...options: string[]
): Promise<string> {
  const text = commandLine
    .replace('-h mqtt.cloud.kaaiot.com', `-h 127.0.0.1 -p ${new URL(mqttUrl).port}`)
    .replaceAll('<command_type>', 'reboot');
  const env = { ...process.env, APP_VERSION: 'demo-v1', ENDPOINT_TOKEN: token };
  return new Promise((resolve, reject) => {
    execFile('sh', ['-c', `exec ${[text, ...options].join(' ')}`], { env, timeout: 8000 }, (error, stdout, stderr) => {
      if (error === null) resolve(stdout);
      else reject(new Error(`${commandLine}\nended with ${error.code ?? error.signal}: ${stderr}${stdout}`));
    });
  });
}

/** Where the document shows no payload, the clients want to be told that there is none. */
export function noPayload(commandLine: string): string[] {
  return commandLine.includes(' -m ') ? [] : ['-n'];
}

/** The one message in what a client printed. */
export function bodyOf(output: string): unknown {
  return output.trim() === '' ? undefined : JSON.parse(output);
}
