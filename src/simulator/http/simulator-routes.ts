import type { Platform } from '../platform/platform.ts';
import { api } from './endpoint-path.ts';
import type { HttpAnswer } from './exchange.ts';
import type { Route } from './router.ts';

/** How a running simulator can be reached. */
export interface SimulatorAddresses {
  /** `mqtt://127.0.0.1:1883` */
  readonly mqtt: string;
  /** `http://127.0.0.1:1884` */
  readonly http: string;
  /** Absent on a broker elsewhere. */
  readonly mode?: 'kpc' | 'broker';
  /** Whether HTTP clients have to log in. */
  readonly auth: boolean;
  /** Whether MQTT clients have to log in. */
  readonly mqttAuth: boolean;
}

/** What the control API says of the simulator itself. */
export interface SimulatorView extends SimulatorAddresses {
  /** By this another program knows what it talks to; counts up when this description changes. */
  readonly kaaSimulator: 1;
  readonly endpoints: number;
  /** Those whose connection is open. */
  readonly connected: number;
}

/** @param addresses known only when the ports are open */
export function simulatorRoutes(platform: Platform, addresses: () => SimulatorAddresses): readonly Route[] {
  const show = (): HttpAnswer => ({ statusCode: 200, json: describe(platform, addresses()) });
  return [{ path: `${api}/simulator`, methods: { GET: show } }];
}

function describe({ endpoints }: Platform, addresses: SimulatorAddresses): SimulatorView {
  return { kaaSimulator: 1, ...addresses, endpoints: endpoints.count, connected: endpoints.countConnected() };
}
