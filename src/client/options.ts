import type { SecureContextOptions } from 'node:tls';
import type { ExtensionName } from '../protocol/resources.ts';

/** TLS settings of a core tls-config node. */
export interface TlsOptions extends Pick<SecureContextOptions, 'ca' | 'cert' | 'key' | 'passphrase'> {
  readonly rejectUnauthorized?: boolean;
  readonly servername?: string;
}

/** Everything a client needs to know, checked and complete; durations in seconds, sizes in bytes. */
export interface ClientOptions {
  /** `mqtt:`, `mqtts:`, `ws:` or `wss:`, without credentials; tried in turn. */
  readonly urls: readonly [string, ...string[]];
  readonly clientId: string;
  readonly username?: string;
  readonly password?: string;
  readonly tls?: TlsOptions;
  readonly keepAlive: number;
  /** `auto`: QoS 1 where the PUBACK is the only receipt, else 0. */
  readonly qos: 'auto' | 0 | 1;
  readonly requestTimeout: number;
  /** Outstanding requests; more wait in order, fairly by token. */
  readonly maxInFlight: number;
  readonly maxPayload: number;
  /** Request IDs count up from a random start and wrap here. */
  readonly requestIdMax: number;
  /** Names of the extension instances. */
  readonly extensions: Readonly<Record<ExtensionName, string>>;
}
