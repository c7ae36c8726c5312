/** The kaa-endpoint node's settings, checked and complete. */
import { createHash } from 'node:crypto';
import { hostname } from 'node:os';
import type { ClientOptions, TlsOptions } from '../client/options.ts';
import { choices } from '../protocol/choices.ts';
import { KaaConfigError } from '../protocol/errors.ts';
import { extensionProperties } from '../protocol/extension-properties.ts';
import { type NameKind, nameProblem } from '../protocol/names.ts';
import type { ExtensionName } from '../protocol/resources.ts';
import { type Wording, wording } from '../protocol/wording.ts';
import type { StoreFile } from '../store/operations.ts';
import { choiceProperty, numberProperty, type Properties, textProperty, verbatimProperty } from './properties.ts';

export interface Endpoint {
  readonly client: ClientOptions;
  /** The endpoint's own token; absent in a pure gateway. */
  readonly token: string | undefined;
  readonly appVersion: string | undefined;
  /** Base URL of the HTTP upload API, without slash at its end. */
  readonly blobUrl: string;
  readonly outbox: Omit<StoreFile, 'path'>;
}

/** What an endpoint needs to know beside its properties. */
export interface EndpointSurroundings {
  readonly nodeId: string;
  readonly userDir: string;
  readonly credentials: Properties;
  /** Of the core tls-config node; undefined where none is chosen. */
  readonly tls: TlsOptions | undefined;
  /** Fills in `${ENV}` anywhere in a text. */
  readonly resolve: (text: string) => string;
}

const defaultUrl = 'mqtts://mqtt.cloud.kaaiot.com:8883';

/** MQTT 3.1.1, 1.5.3: bytes of a string. */
const longestString = 65_535;

const protocols = ['mqtt:', 'mqtts:', 'ws:', 'wss:'];

/**
 * @throws {KaaConfigError} a property that cannot be used, with what to do about it
 */
export function readEndpoint(properties: Properties, surroundings: EndpointSurroundings): Endpoint {
  const { nodeId, userDir, credentials, tls, resolve } = surroundings;
  const username = loginProperty(credentials, 'username');
  const password = loginProperty(credentials, 'password');
  if (password !== '' && username === '') throw new KaaConfigError(wording('config.passwordAlone'));
  const urls = readUrls(resolve(textProperty(properties, 'url', defaultUrl)));
  if (tls !== undefined) for (const url of urls) requireTls(url);
  return {
    token: optionalName('token', textProperty(credentials, 'token', '')),
    blobUrl: readBlobUrl(resolve(textProperty(properties, 'blobUrl', '')), urls[0]),
    appVersion: optionalName('appVersion', textProperty(properties, 'appVersion', '')),
    client: {
      urls,
      clientId: readClientId(properties) || generatedClientId(userDir, nodeId),
      ...(username === '' ? {} : { username }),
      ...(password === '' ? {} : { password }),
      ...(tls === undefined ? {} : { tls }),
      qos: readQos(properties),
      keepAlive: numberProperty(properties, 'keepalive'),
      requestTimeout: numberProperty(properties, 'requestTimeout'),
      maxInFlight: numberProperty(properties, 'maxInFlight'),
      maxPayload: 1024 * numberProperty(properties, 'maxPayload'),
      requestIdMax: numberProperty(properties, 'requestIdMax'),
      extensions: readExtensions(properties),
    },
    outbox: {
      mostBytes: 1_048_576 * numberProperty(properties, 'outboxMaxMegabytes'),
      longestAge: 86_400_000 * numberProperty(properties, 'outboxMaxDays'),
      overflow: choiceProperty(properties, 'outboxOverflow', choices['kaa-endpoint'].outboxOverflow),
    },
  };
}

function readUrls(text: string): readonly [string, ...string[]] {
  const [first, ...rest] = text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '')
    .map(readUrl);
  if (first === undefined) throw new KaaConfigError(wording('config.noUrl'));
  return [first, ...rest];
}

function readUrl(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || !protocols.includes(url.protocol) || url.hostname === '') {
    throw new KaaConfigError(wording('config.url'));
  }
  if (url.username !== '' || url.password !== '') {
    throw new KaaConfigError(wording('config.urlCredentials'));
  }
  return text;
}

/** On Kaa's public cloud the upload API is at the MQTT host without `mqtt.`, with https. */
function readBlobUrl(text: string, serverUrl: string): string {
  if (text === '') return `https://${new URL(serverUrl).hostname.replace(/^mqtt\./, '')}`;
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || !['http:', 'https:'].includes(url.protocol)) {
    throw new KaaConfigError(wording('config.blobUrl'));
  }
  if (url.username !== '' || url.password !== '') {
    throw new KaaConfigError(wording('config.blobUrlCredentials'));
  }
  return text.replace(/\/+$/, '');
}

/** With a TLS configuration beside a plain URL, the login would go in clear although TLS was meant. */
function requireTls(url: string): void {
  const { protocol } = new URL(url);
  if (protocol === 'mqtts:' || protocol === 'wss:') return;
  throw new KaaConfigError(wording('config.plainUrl', { protocol: protocol.slice(0, -1) }));
}

/** User name or password: blanks count. */
function loginProperty(credentials: Properties, name: string): string {
  const value = verbatimProperty(credentials, name);
  if (Buffer.byteLength(value) > longestString) throw new KaaConfigError(wording('config.loginTooLong', { name }));
  return value;
}

function readQos(properties: Properties): 'auto' | 0 | 1 {
  const { qos } = properties;
  const choice = choiceProperty(
    { qos: typeof qos === 'number' ? String(qos) : qos },
    'qos',
    choices['kaa-endpoint'].qos,
  );
  return choice === 'auto' ? 'auto' : choice === '1' ? 1 : 0;
}

function readExtensions(properties: Properties): Record<ExtensionName, string> {
  const instance = (extension: ExtensionName): string => {
    const property = extensionProperties[extension];
    const label = wording('label.instance', { extension });
    return requireName('extension', label, textProperty(properties, property, extension));
  };
  const names = {
    dcx: instance('dcx'),
    epmx: instance('epmx'),
    cex: instance('cex'),
    cmx: instance('cmx'),
    cmx_ota: instance('cmx_ota'),
    bcx: instance('bcx'),
  };
  if (new Set(Object.values(names)).size < Object.keys(names).length) {
    throw new KaaConfigError(wording('config.sameInstances'));
  }
  return names;
}

function optionalName(kind: 'token' | 'appVersion', value: string): string | undefined {
  return value === '' ? undefined : requireName(kind, wording(`label.${kind}`), value);
}

function requireName(kind: NameKind, label: Wording, value: string): string {
  const problem = nameProblem(kind, value);
  if (problem === undefined) return value;
  throw new KaaConfigError(wording('config.endpointName', { label, problem: wording(`name.${problem}`) }));
}

function readClientId(properties: Properties): string {
  const clientId = textProperty(properties, 'clientId', '');
  if (Buffer.byteLength(clientId) > longestString) throw new KaaConfigError(wording('config.clientIdTooLong'));
  return clientId;
}

/** Stable, and different on every machine that a flow is rolled out to; 23 characters are what every server accepts. */
function generatedClientId(userDir: string, nodeId: string): string {
  const hash = createHash('sha256').update(`${hostname()}\n${userDir}\n${nodeId}`).digest('hex');
  return `nodered-${hash.slice(0, 15)}`;
}
