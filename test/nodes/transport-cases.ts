/** Endpoints that must connect over each transport, and endpoints that cannot, each with what a person is told and does. */
import type { ConnectionReason } from '../../src/protocol/connection-reasons.ts';
import type { Simulator } from '../../src/simulator/simulator.ts';
import { ControlApi } from '../conformance/control-api.ts';
import { type Certificate, lockedKey } from '../support/certificates.ts';
import type { TestEndpoint } from '../support/connected-flow.ts';
import { answerLogin, forwardTo, type Gate, hangUp, notFound, type Talk } from '../support/gate.ts';
import { type Door, login, otherName, passphrase, type SecuredBroker } from '../support/secured-broker.ts';

/** What the simulator demands that is no client of a broker. */
export const specialLogin = { username: 'plänt+1@tenant:"ö" ${HOME} #/%', password: ' login-secret: ß$&<> ' };

/** All servers that endpoints connect to. */
export interface Servers {
  readonly broker: SecuredBroker;
  /** With a broker of its own. */
  readonly simulator: Simulator;
}

export type Settings = Omit<TestEndpoint, 'name'>;

const protocols = ['mqtt', 'ws'] as const;

function at(door: Door, port: number): string {
  const [protocol, secured] = door.split(' ');
  return `${protocol}${secured === undefined ? '' : 's'}://127.0.0.1:${port}${protocol === 'ws' ? '/ws' : ''}`;
}

const webSocket = (httpUrl: string): string => `${httpUrl.replace(/^\w+:/, 'ws:')}/ws`;

/** Certificates as they are pasted into a tls-config node. */
function pasted(ca: string, client?: Certificate, phrase?: string): Readonly<Record<string, unknown>> {
  return {
    credentials: {
      cadata: ca,
      ...(client === undefined ? {} : { certdata: client.cert, keydata: client.key }),
      ...(phrase === undefined ? {} : { passphrase: phrase }),
    },
  };
}

/** How an endpoint has to be set up to be let in at a listener; its port may be another one that leads there. */
function letIn(door: Door, { broker }: Servers, port = broker.port(door)): Settings {
  const { authority, client } = broker.certificates;
  const url = at(door, port);
  if (!door.includes(' ')) return { url, login };
  return door.includes('clientCertificate')
    ? { url, tls: pasted(authority.ca, client) }
    : { url, tls: pasted(authority.ca), login };
}

function locked({ certificates }: SecuredBroker): Certificate {
  return { ...certificates.client, key: lockedKey(certificates.client, passphrase) };
}

/** The client's certificate and the authority's in one PKCS #12 file. */
function bundled({ broker }: Servers, phrase: string): Readonly<Record<string, unknown>> {
  const p12data = broker.certificates.bundle.toString('base64');
  return { certType: 'pfx', credentials: { p12data, passphrase: phrase } };
}

type WorkingCase = readonly [name: string, settings: (servers: Servers) => Settings | Promise<Settings>];

export const working: readonly WorkingCase[] = [
  ['mqtt-special-login', ({ simulator }) => ({ url: simulator.mqttUrl, login: specialLogin })],
  ['ws-http-port', ({ simulator }) => ({ url: webSocket(simulator.httpUrl), login: specialLogin })],
  ['ws-query', ({ simulator }) => ({ url: `${webSocket(simulator.httpUrl)}?key=url-secret`, login: specialLogin })],
  ['ws-mqtt-port', ({ simulator }) => ({ url: webSocket(simulator.mqttUrl), login: specialLogin })],
  ['mqtt-login', (servers) => letIn('mqtt', servers)],
  ['ws-login', (servers) => letIn('ws', servers)],
  ...protocols.flatMap((protocol): WorkingCase[] => [
    [`${protocol}s-private-authority`, (servers) => letIn(`${protocol} trusted`, servers)],
    [
      `${protocol}s-authority-file`,
      async (servers) => ({
        ...letIn(`${protocol} trusted`, servers),
        tls: { ca: await servers.broker.write('ca.pem', servers.broker.certificates.authority.ca) },
      }),
    ],
    [`${protocol}s-client-certificate`, (servers) => letIn(`${protocol} clientCertificate`, servers)],
    [
      `${protocol}s-client-files-passphrase`,
      async (servers) => ({
        ...letIn(`${protocol} clientCertificate`, servers),
        tls: {
          ca: await servers.broker.write('ca.pem', servers.broker.certificates.authority.ca),
          cert: await servers.broker.write('client.pem', servers.broker.certificates.client.cert),
          key: await servers.broker.write('client.key', locked(servers.broker).key),
          credentials: { passphrase },
        },
      }),
    ],
    [
      `${protocol}s-client-bundle`,
      (servers) => ({ ...letIn(`${protocol} clientCertificate`, servers), tls: bundled(servers, passphrase) }),
    ],
    [
      `${protocol}s-server-name`,
      (servers) => {
        const settings = letIn(`${protocol} otherName`, servers);
        return { ...settings, tls: { ...settings.tls, servername: otherName } };
      },
    ],
    [
      `${protocol}s-not-verified`,
      (servers) => ({ ...letIn(`${protocol} selfSigned`, servers), tls: { verifyservercert: false } }),
    ],
  ]),
];

/** What the person does whom the log told: changes the endpoint, or mends the server. */
type Mending =
  | { readonly change: (servers: Servers, port: number) => Settings }
  | { readonly serve: (servers: Servers, gate: Gate) => void | Promise<void> };

export type FailingCase = Mending & {
  readonly name: string;
  /** As Status nodes get it. */
  readonly reason: ConnectionReason;
  /** The log's line. */
  readonly says: RegExp;
  /** What the gate before the server does; absent where nothing listens. */
  readonly talk?: (servers: Servers) => Talk;
  /** The attempts end before they reach the gate. */
  readonly unseen?: true;
  /** @param port of the gate */
  readonly settings: (servers: Servers, port: number) => Settings;
};

/** A line that names the server, says what happened and then what to do. */
const line = (what: string, remedy: string): RegExp =>
  new RegExp(`^Cannot connect to \\w+://\\S+: .*${what}.*\\. .*${remedy}.*\\.`, 'i');

const checkTheProtocol = 'check (that )?the port (and|speaks) the protocol';

const through =
  (door: Door) =>
  ({ broker }: Servers): Talk =>
    forwardTo(broker.port(door));

const throughToSimulator = ({ simulator }: Servers): Talk => forwardTo(Number(new URL(simulator.mqttUrl).port));

const as =
  (door: Door, changes: Partial<Settings> = {}) =>
  (servers: Servers, port: number): Settings => ({ ...letIn(door, servers, port), ...changes });

/** From now on the gate leads to this listener. */
const ledTo =
  (door: Door) =>
  ({ broker }: Servers, gate: Gate): void => {
    gate.talk = forwardTo(broker.port(door));
  };

/** The same over TCP and WebSocket. */
const both = (make: (protocol: 'mqtt' | 'ws') => Omit<FailingCase, 'name'> & Mending, name: string): FailingCase[] =>
  protocols.map((protocol) => ({ name: `${name}-${protocol}s`, ...make(protocol) }));

/** A server whose certificate is not accepted until it has another one. */
const wrongServer = (
  name: string,
  kind: 'selfSigned' | 'foreign' | 'expired',
  reason: ConnectionReason,
  says: RegExp,
) =>
  both(
    (protocol) => ({
      reason,
      says,
      talk: through(`${protocol} ${kind}`),
      settings: as(`${protocol} ${kind}`),
      serve: ledTo(`${protocol} trusted`),
    }),
    name,
  );

const withClient =
  (protocol: 'mqtt' | 'ws', client: (broker: SecuredBroker) => Certificate | undefined, phrase?: string) =>
  (servers: Servers, port: number): Settings => ({
    url: at(`${protocol} clientCertificate`, port),
    tls: pasted(servers.broker.certificates.authority.ca, client(servers.broker), phrase),
  });

const withBundle =
  (phrase: string) =>
  (servers: Servers, port: number): Settings => ({
    url: at('mqtt clientCertificate', port),
    tls: bundled(servers, phrase),
  });

const clientTrouble = {
  reason: 'tls-client',
  says: line('client certificate', 'check certificate, key and passphrase'),
} as const;

/** A client whose certificate is not accepted until it has another one. */
const wrongClient = (name: string, client: (broker: SecuredBroker) => Certificate | undefined) =>
  both(
    (protocol) => ({
      ...clientTrouble,
      talk: through(`${protocol} clientCertificate`),
      settings: withClient(protocol, client),
      change: as(`${protocol} clientCertificate`),
    }),
    name,
  );

const loginTrouble = {
  reason: 'login-refused',
  says: line('refused the login', 'check the user name .* password'),
} as const;

const untrusted = line('certificate is not trusted', 'put .* into a TLS configuration, and choose');
const wrongLogin = { ...login, password: 'wrong-secret' };

export const failing: readonly FailingCase[] = [
  {
    name: 'unknown-host',
    reason: 'unknown-host',
    says: line('host name is unknown', 'check the name'),
    // No name server is asked for a label that long.
    settings: () => ({ url: `mqtt://${'nowhere'.repeat(10)}.invalid:1883` }),
    change: (servers) => letIn('mqtt', servers),
  },
  {
    name: 'refused',
    reason: 'refused',
    says: line('nothing listens there', 'check the port'),
    settings: as('mqtt'),
    async serve({ broker }, gate) {
      gate.talk = forwardTo(broker.port('mqtt'));
      await gate.open();
    },
  },
  {
    name: 'unreachable',
    reason: 'unreachable',
    says: line('no route to the server', 'check the network'),
    // Linux connects to no broadcast address, here the loopback network's.
    settings: () => ({ url: 'mqtt://127.255.255.255:1883' }),
    change: (servers) => letIn('mqtt', servers),
  },
  {
    name: 'closed-at-login',
    reason: 'dropped-at-login',
    says: line('closed the connection during the login', checkTheProtocol),
    talk: () => hangUp,
    settings: as('mqtt'),
    serve: ledTo('mqtt'),
  },
  ...wrongServer('self-signed', 'selfSigned', 'tls-untrusted', untrusted),
  ...wrongServer('other-authority', 'foreign', 'tls-untrusted', untrusted),
  ...wrongServer('expired', 'expired', 'tls-expired', line('is expired', 'check the certificate and the clock')),
  ...both(
    (protocol) => ({
      reason: 'tls-untrusted',
      says: untrusted,
      talk: through(`${protocol} trusted`),
      settings: (_servers, port) => ({ url: at(`${protocol} trusted`, port), login }),
      change: as(`${protocol} trusted`),
    }),
    'no-tls-configuration',
  ),
  ...both(
    (protocol) => ({
      reason: 'tls-name',
      says: line('for another host name', 'set the server name in the TLS configuration'),
      talk: through(`${protocol} otherName`),
      settings: as(`${protocol} otherName`),
      change(servers, port) {
        const settings = letIn(`${protocol} otherName`, servers, port);
        return { ...settings, tls: { ...settings.tls, servername: otherName } };
      },
    }),
    'wrong-name',
  ),
  ...both(
    (protocol) => ({
      ...loginTrouble,
      talk: through(`${protocol} trusted`),
      settings: as(`${protocol} trusted`, { login: wrongLogin }),
      change: as(`${protocol} trusted`),
    }),
    'wrong-password',
  ),
  {
    name: 'no-login',
    ...loginTrouble,
    talk: through('mqtt'),
    settings: (_servers, port) => ({ url: at('mqtt', port) }),
    change: as('mqtt'),
  },
  {
    name: 'wrong-password-simulator',
    ...loginTrouble,
    talk: throughToSimulator,
    settings: (_servers, port) => ({ url: at('ws', port), login: wrongLogin }),
    change: (_servers, port) => ({ url: at('ws', port), login: specialLogin }),
  },
  ...wrongClient('no-client-certificate', () => undefined),
  ...wrongClient('other-authority-client', ({ certificates }) => certificates.foreignClient),
  ...wrongClient('expired-client', ({ certificates }) => certificates.expiredClient),
  {
    name: 'wrong-passphrase',
    ...clientTrouble,
    talk: through('mqtt clientCertificate'),
    unseen: true,
    settings: withClient('mqtt', locked, 'wrong-secret'),
    change: withClient('mqtt', locked, passphrase),
  },
  {
    name: 'wrong-passphrase-of-bundle',
    ...clientTrouble,
    talk: through('mqtt clientCertificate'),
    unseen: true,
    settings: withBundle('wrong-secret'),
    change: withBundle(passphrase),
  },
  {
    name: 'key-of-another-certificate',
    ...clientTrouble,
    talk: through('ws clientCertificate'),
    unseen: true,
    settings: withClient('ws', ({ certificates: { client, foreignClient } }) => ({
      ...client,
      key: foreignClient.key,
    })),
    change: as('ws clientCertificate'),
  },
  {
    name: 'unreadable-authority',
    reason: 'tls-untrusted',
    says: untrusted,
    talk: through('mqtt trusted'),
    settings: as('mqtt trusted', { tls: pasted('no certificate') }),
    change: as('mqtt trusted'),
  },
  {
    name: 'client-id-refused',
    reason: 'client-id-refused',
    says: line('refused the client ID', 'leave the client ID empty'),
    talk: () => answerLogin(2),
    settings: as('mqtt'),
    serve: ledTo('mqtt'),
  },
  {
    name: 'version-refused',
    reason: 'version-refused',
    says: line('does not speak MQTT 3.1.1', '\\w'),
    talk: () => answerLogin(1),
    settings: as('mqtt'),
    serve: ledTo('mqtt'),
  },
  {
    name: 'server-unavailable',
    reason: 'server-unavailable',
    says: line('says that it is unavailable', 'trying again'),
    talk: () => answerLogin(3),
    settings: as('mqtt'),
    serve: ledTo('mqtt'),
  },
  {
    name: 'web-server',
    reason: 'no-websocket',
    says: line('no MQTT over WebSocket', 'check the path'),
    talk: () => notFound,
    settings: as('ws'),
    serve: ledTo('ws'),
  },
  {
    name: 'wrong-path',
    reason: 'no-websocket',
    says: line('no MQTT over WebSocket', 'check the path, usually /ws'),
    talk: throughToSimulator,
    settings: (_servers, port) => ({ url: `ws://127.0.0.1:${port}/mqtt`, login: specialLogin }),
    change: (_servers, port) => ({ url: at('ws', port), login: specialLogin }),
  },
  {
    name: 'mqtt-to-tls-port',
    reason: 'dropped-at-login',
    says: line('', checkTheProtocol),
    talk: through('mqtt trusted'),
    settings: as('mqtt'),
    change: as('mqtt trusted'),
  },
  {
    name: 'mqtts-to-plain-port',
    reason: 'tls',
    says: line('no secure connection', 'check that the port speaks TLS'),
    talk: through('mqtt'),
    settings: as('mqtt trusted'),
    change: as('mqtt'),
  },
  {
    name: 'ws-to-tls-port',
    reason: 'dropped-at-login',
    says: line('', checkTheProtocol),
    talk: through('ws trusted'),
    settings: as('ws'),
    change: as('ws trusted'),
  },
  {
    name: 'wss-to-plain-port',
    reason: 'tls',
    says: line('no secure connection', 'check that the port speaks TLS'),
    talk: through('ws'),
    settings: as('ws trusted'),
    change: as('ws'),
  },
  {
    name: 'mqtt-to-ws-port',
    reason: 'not-mqtt',
    says: line('', checkTheProtocol),
    talk: through('ws'),
    settings: as('mqtt'),
    change: as('ws'),
  },
  {
    name: 'ws-to-mqtt-port',
    reason: 'dropped-at-login',
    says: line('', checkTheProtocol),
    talk: through('mqtt'),
    settings: as('ws'),
    change: as('mqtt'),
  },
  {
    name: 'dropped-at-first-message',
    reason: 'dropped-first-message',
    says: /^mqtt:\S+ dropped the connection right after the first message\. Check the endpoint token/,
    talk: throughToSimulator,
    settings: (_servers, port) => ({ url: at('mqtt', port), login: specialLogin }),
    async serve({ simulator }) {
      await new ControlApi(`${simulator.httpUrl}/api/v1`).put('faults', []);
    },
  },
];
