#!/usr/bin/env node
import { BrokerUnreachableError } from './broker/remote-broker.ts';
import { readCommandLine, usage, UsageError, type CommandLine } from './command-line-options.ts';
import { opennessWarning } from './network/address.ts';
import { ListenError } from './network/listener.ts';
import { startSimulator, type Simulator } from './simulator.ts';
import { StateFileError } from './state/state-file.ts';

function fail(message: string, exitCode: number): void {
  process.stderr.write(`kaa-simulator: ${message}\n`);
  process.exitCode = exitCode;
}

function describe({ mqttUrl, httpUrl }: Simulator, { simulator }: CommandLine): string {
  const webSocket = simulator.broker === undefined ? [`  WebSocket  ${mqttUrl.replace('mqtt:', 'ws:')}/ws`] : [];
  const mode = simulator.broker === undefined ? `mode ${simulator.mode ?? 'kpc'}` : 'on a broker elsewhere';
  return [
    `Kaa simulator, ${mode}`,
    `  MQTT       ${mqttUrl}`,
    ...webSocket,
    `  Console    ${httpUrl}/`,
    'Open the console in a browser. Ctrl+C stops everything.',
  ].join('\n');
}

function warnIfOpen({ host = '127.0.0.1', auth }: CommandLine['simulator']): void {
  const warning = opennessWarning(host, auth !== undefined);
  if (warning !== undefined) process.stderr.write(`kaa-simulator: warning: ${warning} with --auth\n`);
}

async function run(commandLine: CommandLine): Promise<void> {
  warnIfOpen(commandLine.simulator);
  const onStateFileError = ({ message }: Error): void => {
    process.stderr.write(`kaa-simulator: ${message}\n`);
  };
  const simulator = await startSimulator({ ...commandLine.simulator, onStateFileError });
  const stop = (): void => {
    process.off('SIGINT', stop);
    process.off('SIGTERM', stop);
    void simulator.close();
  };
  process.on('SIGINT', stop);
  process.on('SIGTERM', stop);
  const addresses = JSON.stringify({ mqtt: simulator.mqttUrl, http: simulator.httpUrl });
  process.stdout.write(`${commandLine.json ? addresses : describe(simulator, commandLine)}\n`);
}

async function main(args: readonly string[]): Promise<void> {
  try {
    const commandLine = readCommandLine(args);
    if (commandLine.help) process.stdout.write(usage);
    else await run(commandLine);
  } catch (error) {
    if (error instanceof UsageError) fail(`${error.message}; see --help`, 2);
    else if (error instanceof ListenError && error.taken) {
      fail(`${error.message}; choose another with --${error.purpose}-port`, 1);
    } else if (isExpected(error)) fail(error.message, 1);
    else throw error;
  }
}

function isExpected(error: unknown): error is Error {
  return [ListenError, BrokerUnreachableError, StateFileError].some((type) => error instanceof type);
}

await main(process.argv.slice(2));
