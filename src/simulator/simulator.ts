import { EmbeddedBroker, type Mode } from './broker/embedded-broker.ts';
import { createMqttServer } from './broker/mqtt-server.ts';
import { brokerAddress, RemoteBroker } from './broker/remote-broker.ts';
import { acceptWebSockets } from './broker/web-socket.ts';
import { controlRoutes } from './http/control-routes.ts';
import { createControlServer } from './http/control-server.ts';
import type { SimulatorAddresses } from './http/simulator-routes.ts';
import { AccessRules } from './network/access-rules.ts';
import { connectHost } from './network/address.ts';
import { Credentials } from './network/credentials.ts';
import { Listener } from './network/listener.ts';
import { Platform } from './platform/platform.ts';
import { usualVariants, type UnchangedForm } from './platform/variants.ts';
import { StateFile, type StateFileError } from './state/state-file.ts';

export interface SimulatorOptions {
  /** Default 1883; 0 picks a free port. Unused with `broker`. */
  readonly mqttPort?: number;
  /** Default 1884; 0 picks a free port. */
  readonly httpPort?: number;
  /** Address to listen on; default 127.0.0.1. */
  readonly host?: string;
  /** Of the embedded broker; default kpc. */
  readonly mode?: Mode;
  /** A real broker to play Kaa on, instead of the embedded one: `mqtt://host:port`. */
  readonly broker?: URL;
  /** Demanded of MQTT clients, and of HTTP clients where `host` is not a loopback address. */
  readonly auth?: { readonly user: string; readonly password: string };
  /** How the server says that the endpoint has the current configuration already; default: its `configId` alone. */
  readonly unchanged?: UnchangedForm;
  /** Answer results of commands on `/status` too, where they carry a request ID; default false. */
  readonly confirmResults?: boolean;
  /** Let pushes carry the ID of the last request on their path; default false. */
  readonly pushWithRequestId?: boolean;
  /** Where endpoints, metadata, commands, configurations and software are kept across restarts; absent = nowhere. */
  readonly stateFile?: string;
  /** Called when the state file cannot be written; it is tried again. Needed with `stateFile` only. */
  readonly onStateFileError?: (error: StateFileError) => void;
  /** Endpoints kept; default 10,000. */
  readonly maxEndpoints?: number;
  /** Samples kept per endpoint; default 1,000. */
  readonly maxSamples?: number;
}

/** A running simulator. */
export interface Simulator {
  /** Where MQTT clients connect, without trailing slash: `mqtt://127.0.0.1:1883`. */
  readonly mqttUrl: string;
  /** Where the control API is, without trailing slash: `http://127.0.0.1:1884`. */
  readonly httpUrl: string;
  readonly platform: Platform;
  /** Ends every connection, stream and timer. May be called again. */
  close(): Promise<void>;
}

/**
 * Starts a Kaa platform; it is ready for clients when the promise resolves.
 * @throws {ListenError} a port cannot be opened
 * @throws {BrokerUnreachableError} the broker cannot be used
 * @throws {StateFileError} the state file cannot be read, or written
 */
export async function startSimulator(options: SimulatorOptions = {}): Promise<Simulator> {
  const { maxEndpoints = 10_000, maxSamples = 1000, host = '127.0.0.1' } = options;
  const { unchanged, confirmResults, pushWithRequestId } = { ...usualVariants, ...options };
  const platform = new Platform({ maxEndpoints, maxSamples }, { unchanged, confirmResults, pushWithRequestId });
  const opened: Closeable[] = [platform];
  try {
    return await open(platform, host, options, opened);
  } catch (error) {
    await closeAll(opened);
    throw error;
  }
}

interface Closeable {
  close(): void | Promise<void>;
}

async function open(
  platform: Platform,
  host: string,
  options: SimulatorOptions,
  opened: Closeable[],
): Promise<Simulator> {
  const credentials = options.auth && new Credentials(options.auth.user, options.auth.password);
  const rules = new AccessRules(host, credentials);
  // Nobody is served before the state is there, and that is touched only once the ports are ours.
  const ready = Promise.withResolvers<void>();
  let mqttUrl = '';
  let httpUrl = '';
  const addresses = (): SimulatorAddresses => ({
    mqtt: mqttUrl,
    http: httpUrl,
    ...(options.broker === undefined ? { mode: options.mode ?? 'kpc' } : {}),
    auth: rules.demandsCredentials,
    mqttAuth: options.broker === undefined && credentials !== undefined,
  });
  const httpServer = createControlServer(controlRoutes(platform, addresses), rules, ready.promise);

  if (options.broker === undefined) {
    const broker = await EmbeddedBroker.start(platform, options.mode ?? 'kpc', credentials);
    opened.push(broker);
    platform.attach(broker);
    acceptWebSockets(httpServer, broker, rules, ready.promise);
    const mqttServer = createMqttServer(broker, rules, ready.promise);
    const listener = await Listener.open(mqttServer, 'mqtt', host, options.mqttPort ?? 1883);
    opened.push(listener);
    mqttUrl = `mqtt://${connectHost(host)}:${listener.port}`;
  }
  const listener = await Listener.open(httpServer, 'http', host, options.httpPort ?? 1884);
  opened.push(listener);
  httpUrl = `http://${connectHost(host)}:${listener.port}`;

  if (options.stateFile !== undefined) {
    opened.push(await StateFile.open(options.stateFile, platform, options.onStateFileError ?? (() => undefined)));
  }
  if (options.broker !== undefined) {
    const broker = await RemoteBroker.connect(platform, options.broker);
    opened.push(broker);
    platform.attach(broker);
    mqttUrl = brokerAddress(options.broker);
  }
  ready.resolve();

  let closing: Promise<void> | undefined;
  return { mqttUrl, httpUrl, platform, close: () => (closing ??= closeAll(opened)) };
}

/** The last first: the state is written while the ports are still ours. */
async function closeAll(opened: readonly Closeable[]): Promise<void> {
  for (const each of opened.toReversed()) await each.close();
}
