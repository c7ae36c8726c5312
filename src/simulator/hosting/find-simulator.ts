import { connectHost } from '../network/address.ts';

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
  host: string,
  ports: { readonly mqttPort: number; readonly httpPort: number },
  signal: AbortSignal,
): Promise<FoundSimulator | undefined> {
  const httpUrl = `http://${connectHost(host)}:${ports.httpPort}`;
  try {
    const response = await fetch(`${httpUrl}/api/v1/simulator`, {
      redirect: 'error',
      signal: AbortSignal.any([signal, AbortSignal.timeout(patience)]),
    });
    const { kaaSimulator, mqtt, connected } = (await response.json()) as Readonly<Record<string, unknown>>;
    if (kaaSimulator !== 1 || typeof mqtt !== 'string' || typeof connected !== 'number') return undefined;
    return Number(URL.parse(mqtt)?.port) === ports.mqttPort ? { mqttUrl: mqtt, httpUrl, connected } : undefined;
  } catch {
    return undefined;
  }
}
