import { parseArgs } from 'node:util';
import type { SimulatorOptions } from './simulator.ts';

export const usage = `Usage: kaa-simulator [options]

Plays the Kaa IoT platform for MQTT devices.

  --mqtt-port <port>      MQTT, also over WebSocket on /ws (default 1883; 0 picks a free port)
  --http-port <port>      console page, control API, and MQTT over WebSocket on /ws (default 1884; 0 picks a free port)
  --host <address>        address to listen on (default 127.0.0.1)
  --mode kpc|broker       kpc: like Kaa's own server, answers go to the connection that last spoke for the token (default);
                          broker: a plain broker, only matching subscriptions receive
  --broker <url>          use a real broker, e.g. mqtt://localhost:1883, instead of the embedded one
  --auth <user:password>  demand credentials
  --unchanged empty|null|object|304
                          say that a configuration is unchanged by an empty payload, null, {} or {"statusCode":304}
                          (default: by its configId without config)
  --state <file>          keep endpoints, metadata, commands, configurations and software in a file across restarts
                          (default: in memory only)
  --confirm-results       answer results of commands on /status too, where they carry a request ID
  --push-with-request-id  let pushes carry the ID of the last request on their path
  --json                  print {"mqtt":"...","http":"..."} in one line when ready
  --help                  print this
`;

/** The command line cannot be understood; the message says what to change. */
export class UsageError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'UsageError';
  }
}

export interface CommandLine {
  readonly help: boolean;
  readonly json: boolean;
  readonly simulator: SimulatorOptions;
}

/**
 * Reads the command line's arguments.
 * @throws {UsageError}
 */
export function readCommandLine(args: readonly string[]): CommandLine {
  const values = parse(args);
  const mqttPort = port('--mqtt-port', values['mqtt-port']);
  const httpPort = port('--http-port', values['http-port']);
  const mode = modeOption(values.mode);
  const broker = brokerOption(values.broker);
  const auth = authOption(values.auth);
  const unchanged = unchangedOption(values.unchanged);
  if (values.host === '') throw new UsageError('--host must not be empty');
  if (values.state === '') throw new UsageError('--state must not be empty');
  if (broker !== undefined && mode === 'kpc')
    throw new UsageError('--mode kpc needs the embedded broker, not --broker');
  const simulator = {
    ...(mqttPort === undefined ? {} : { mqttPort }),
    ...(httpPort === undefined ? {} : { httpPort }),
    ...(values.host === undefined ? {} : { host: values.host }),
    ...(mode === undefined ? {} : { mode }),
    ...(broker === undefined ? {} : { broker }),
    ...(auth === undefined ? {} : { auth }),
    ...(unchanged === undefined ? {} : { unchanged }),
    ...(values.state === undefined ? {} : { stateFile: values.state }),
    ...(values['confirm-results'] === true ? { confirmResults: true } : {}),
    ...(values['push-with-request-id'] === true ? { pushWithRequestId: true } : {}),
  };
  return { help: values.help === true, json: values.json === true, simulator };
}

function parse(args: readonly string[]) {
  const text = { type: 'string' } as const;
  const flag = { type: 'boolean' } as const;
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: false,
      options: {
        'mqtt-port': text,
        'http-port': text,
        host: text,
        mode: text,
        broker: text,
        auth: text,
        unchanged: text,
        state: text,
        'confirm-results': flag,
        'push-with-request-id': flag,
        json: flag,
        help: flag,
      },
    }).values;
  } catch (error) {
    const [reason = ''] = (error instanceof Error ? error.message : String(error)).split(/\. |\n/, 1);
    throw new UsageError(reason);
  }
}

function port(option: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const value = Number(text);
  if (/^\d+$/.test(text) && value <= 65_535) return value;
  throw new UsageError(`${option} must be a number from 0 to 65535, got "${text}"`);
}

function modeOption(text: string | undefined): SimulatorOptions['mode'] {
  if (text === undefined || text === 'kpc' || text === 'broker') return text;
  throw new UsageError(`--mode must be kpc or broker, got "${text}"`);
}

function brokerOption(text: string | undefined): URL | undefined {
  if (text === undefined) return undefined;
  const url = URL.parse(text);
  if (url?.protocol === 'mqtt:' && url.hostname !== '') return url;
  throw new UsageError('--broker must be like mqtt://host:port');
}

function authOption(text: string | undefined): SimulatorOptions['auth'] {
  if (text === undefined) return undefined;
  const colon = text.indexOf(':');
  if (colon < 1) throw new UsageError('--auth must be like user:password');
  return { user: text.slice(0, colon), password: text.slice(colon + 1) };
}

function unchangedOption(text: string | undefined): SimulatorOptions['unchanged'] {
  if (text === undefined || text === 'empty' || text === 'null' || text === 'object' || text === '304') return text;
  throw new UsageError(`--unchanged must be empty, null, object or 304, got "${text}"`);
}
