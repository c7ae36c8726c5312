/** Messages of the flow: which endpoint they speak for, and what leaves a node. */
import type { NodeMessageInFlow } from 'node-red';
import type { EndpointAddress } from '../client/channel.ts';
import { KaaConfigError } from '../protocol/errors.ts';
import { requireName } from '../protocol/require-name.ts';
import type { ExtensionName } from '../protocol/resources.ts';
import { wording } from '../protocol/wording.ts';
import type { QueueAddress } from '../store/store.ts';
import type { Endpoint } from './endpoint.ts';

/** What `msg.kaa` tells about an outcome; fields that do not apply are absent. */
export interface KaaProperty {
  readonly extension: ExtensionName;
  readonly resource: string;
  readonly requestId?: number;
  readonly statusCode?: number;
  readonly reasonPhrase?: string;
  readonly roundTripMs?: number;
  /** Samples in the message that carried this one (telemetry). */
  readonly samples?: number;
  /** Whether Kaa has answered (results of commands). */
  readonly confirmed?: boolean;
  /** On disk, and sent as soon as Kaa can be reached (stored samples, results of commands). */
  readonly stored?: true;
}

export interface FlowMessage extends NodeMessageInFlow {
  token?: unknown;
  appVersion?: unknown;
  error?: unknown;
  statusCode?: unknown;
  reasonPhrase?: unknown;
  operation?: unknown;
  action?: unknown;
  command?: unknown;
  commandId?: unknown;
  configId?: unknown;
  configName?: unknown;
  version?: unknown;
  unchanged?: unknown;
  redelivered?: unknown;
  refresh?: unknown;
  filename?: unknown;
  method?: unknown;
  url?: unknown;
  headers?: unknown;
  kaa?: KaaProperty;
}

/**
 * The endpoint that a message speaks for. Only an absent property means the endpoint's own: a lookup in the flow that
 * found nothing must not send one machine's data in another's name.
 * @throws {KaaInvalidError} `msg.token` or `msg.appVersion` cannot be used
 * @throws {KaaConfigError} neither the message nor the endpoint names one
 */
export function addressOf(message: FlowMessage, endpoint: Endpoint): EndpointAddress {
  return {
    token: 'token' in message ? requireName('token', 'msg.token', message.token) : ownToken(endpoint),
    appVersion:
      'appVersion' in message
        ? requireName('appVersion', 'msg.appVersion', message.appVersion)
        : ownAppVersion(endpoint),
  };
}

/**
 * The endpoint's own address.
 * @throws {KaaConfigError} it has none
 */
export function ownAddress(endpoint: Endpoint): EndpointAddress {
  return { token: ownToken(endpoint), appVersion: ownAppVersion(endpoint) };
}

function ownToken({ token }: Endpoint): string {
  return required('token', token);
}

function ownAppVersion({ appVersion }: Endpoint): string {
  return required('appVersion', appVersion);
}

function required(property: 'token' | 'appVersion', value: string | undefined): string {
  if (value !== undefined) return value;
  throw new KaaConfigError(wording('config.noOwn', { label: wording(`label.${property}`), property }));
}

/**
 * In which queue samples of an endpoint wait. Those of the own one go with the token and application version that are
 * valid when they are sent.
 */
export function queueOf({ token, appVersion }: EndpointAddress, endpoint: Endpoint): QueueAddress {
  if (token !== endpoint.token) return { token, appVersion };
  return { token: '', appVersion: appVersion === endpoint.appVersion ? '' : appVersion };
}

/**
 * Whose samples wait in a queue.
 * @throws {KaaConfigError} the endpoint has no token or application version of its own any more
 */
export function addressOfQueue({ token, appVersion }: QueueAddress, endpoint: Endpoint): EndpointAddress {
  return {
    token: token === '' ? ownToken(endpoint) : token,
    appVersion: appVersion === '' ? ownAppVersion(endpoint) : appVersion,
  };
}

/** The address as message properties: nothing for the endpoint's own, whose token is a secret. */
export function addressProperties(
  address: EndpointAddress,
  endpoint: Endpoint,
): { token?: string; appVersion?: string } {
  return {
    ...(address.token === endpoint.token ? {} : { token: address.token }),
    ...(address.appVersion === endpoint.appVersion ? {} : { appVersion: address.appVersion }),
  };
}

/**
 * The input message with its outcome, on its way out; a copy where the flow has frozen it.
 * @param properties what the outcome changes beside `kaa`; undefined removes what an earlier node has left
 */
export function withOutcome(
  message: FlowMessage,
  address: EndpointAddress,
  endpoint: Endpoint,
  kaa: KaaProperty,
  properties: Partial<FlowMessage> = {},
): FlowMessage {
  const output = Object.isExtensible(message) ? message : { ...message };
  // To delete what is not there would cost more than to look.
  if ('token' in output) delete output.token;
  if ('appVersion' in output) delete output.appVersion;
  Object.assign(output, properties, addressProperties(address, endpoint), { kaa });
  for (const [name, value] of Object.entries(properties)) if (value === undefined) delete output[name];
  return output;
}
