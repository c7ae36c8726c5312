import { connectHost } from '../network/address.ts';
import type { HostedSettings } from './hosted-simulator.ts';

/** A Kaa simulator of another program. */
export interface FoundSimulator {
  /** `mqtt://127.0.0.1:1883` */
  readonly mqttUrl: string;
  /** `http://127.0.0.1:1884` */
  readonly httpUrl: string;
  /** Endpoints whose connection is open. */
  readonly connected: number;
}

/** Milliseconds within which it has to answer. */
const patience = 2000;

/**
 * Asks whoever holds the HTTP port whether it is a Kaa simulator with this MQTT port. Undefined where it is not, or there
 * is none.
 */
export async function findSimulator(
  { host, mqttPort, httpPort, auth }: HostedSettings,
  signal: AbortSignal,
): Promise<FoundSimulator | undefined> {
  const httpUrl = `http://${connectHost(host)}:${httpPort}`;
  try {
    const response = await fetch(`${httpUrl}/api/v1/simulator`, {
      redirect: 'error',
      headers: auth === undefined ? {} : { authorization: basic(auth) },
      signal: AbortSignal.any([signal, AbortSignal.timeout(patience)]),
    });
    const { kaaSimulator, mqtt, mode, connected } = (await response.json()) as Readonly<Record<string, unknown>>;
    // One without mode plays on a broker elsewhere: nothing of it listens on the MQTT port here.
    const isKnown = kaaSimulator === 1 && typeof mode === 'string';
    if (!isKnown || typeof mqtt !== 'string' || typeof connected !== 'number') return undefined;
    return Number(URL.parse(mqtt)?.port) === mqttPort ? { mqttUrl: mqtt, httpUrl, connected } : undefined;
  } catch {
    return undefined;
  }
}

function basic({ user, password }: NonNullable<HostedSettings['auth']>): string {
  return `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;
}
