/** A Mosquitto with a listener of every kind, the simulator behind it as its client, and the certificates for both sides. */
import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { type Simulator, startSimulator } from '../../src/simulator/simulator.ts';
import { Authority, type Certificate } from './certificates.ts';
import { freePort, Mosquitto } from './mosquitto.ts';

const run = promisify(execFile);

/** What the listeners without client certificates demand. */
export const login = { username: 'plant@tenant', password: 'login-secret' } as const;

/** Of locked keys and bundles. */
export const passphrase = 'key-secret';

/** The host name in the certificate of the listeners `otherName`. */
export const otherName = 'broker.example';

const protocols = ['mqtt', 'ws'] as const;

/** Listeners with TLS, by what is special about them. */
const secured = ['trusted', 'otherName', 'selfSigned', 'foreign', 'expired', 'clientCertificate'] as const;

export type Door = (typeof protocols)[number] | `${(typeof protocols)[number]} ${(typeof secured)[number]}`;

/** The authorities that nodes may know, and certificates for them. */
export interface TestCertificates {
  readonly authority: Authority;
  readonly client: Certificate;
  /** The client's and the authority's in one PKCS #12 file. */
  readonly bundle: Buffer;
  readonly expiredClient: Certificate;
  /** Of another authority. */
  readonly foreignClient: Certificate;
}

export class SecuredBroker {
  readonly simulator: Simulator;
  readonly certificates: TestCertificates;
  /** A folder for files that the nodes read. */
  readonly folder: string;
  readonly #ports: ReadonlyMap<Door, number>;
  readonly #mosquitto: Mosquitto;
  readonly #foreign: Authority;

  private constructor(
    simulator: Simulator,
    certificates: TestCertificates,
    folder: string,
    ports: ReadonlyMap<Door, number>,
    mosquitto: Mosquitto,
    foreign: Authority,
  ) {
    this.simulator = simulator;
    this.certificates = certificates;
    this.folder = folder;
    this.#ports = ports;
    this.#mosquitto = mosquitto;
    this.#foreign = foreign;
  }

  /** Undefined where Mosquitto is not installed. */
  static async start(): Promise<SecuredBroker | undefined> {
    const folder = await mkdtemp(join(tmpdir(), 'kaa-broker-'));
    const authority = await Authority.create();
    const foreign = await Authority.create();
    const client = await authority.issueClient('press-7');
    const certificates = {
      authority,
      client,
      bundle: await authority.bundle(client, passphrase),
      expiredClient: await authority.issueClient('press-7', -1),
      foreignClient: await foreign.issueClient('press-7'),
    };
    const good = await authority.issue('IP:127.0.0.1');
    const servers = {
      trusted: good,
      otherName: await authority.issue(`DNS:${otherName}`),
      selfSigned: await authority.selfSigned('IP:127.0.0.1'),
      foreign: await foreign.issue('IP:127.0.0.1'),
      expired: await authority.issue('IP:127.0.0.1', -1),
      clientCertificate: good,
    };
    const file = async (name: string, content: string): Promise<string> => {
      const path = join(folder, name);
      await writeFile(path, content);
      return path;
    };
    const ca = await file('authority.pem', authority.ca);
    const settings = [`user ${userInfo().username}`, 'allow_anonymous false'];
    const ports = new Map<Door, number>();
    for (const protocol of protocols) {
      const listener = async (door: Door): Promise<void> => {
        let port = await freePort();
        while ([...ports.values()].includes(port)) port = await freePort();
        ports.set(door, port);
        settings.push(`listener ${port} 127.0.0.1`, 'socket_domain ipv4');
        if (protocol === 'ws') settings.push('protocol websockets');
      };
      await listener(protocol);
      for (const kind of secured) {
        await listener(`${protocol} ${kind}`);
        const { cert, key } = servers[kind];
        settings.push(`certfile ${await file(`${kind}.pem`, cert)}`, `keyfile ${await file(`${kind}.key`, key)}`);
        if (kind === 'clientCertificate') {
          settings.push(`cafile ${ca}`, 'require_certificate true', 'use_identity_as_username true');
        }
      }
    }
    const passwords = await file('passwords', '');
    settings.push(`password_file ${passwords}`);
    const remove = (): Promise<unknown> =>
      Promise.all([authority.remove(), foreign.remove(), rm(folder, { recursive: true, force: true })]);
    try {
      await run('mosquitto_passwd', ['-b', passwords, login.username, login.password]);
    } catch {
      await remove();
      return undefined;
    }
    const mosquitto = await Mosquitto.start(`${settings.join('\n')}\n`);
    if (mosquitto === undefined) {
      await remove();
      return undefined;
    }
    const broker = new URL(mosquitto.url);
    broker.username = encodeURIComponent(login.username);
    broker.password = login.password;
    const simulator = await startSimulator({ httpPort: 0, broker });
    return new SecuredBroker(simulator, certificates, folder, ports, mosquitto, foreign);
  }

  port(door: Door): number {
    const port = this.#ports.get(door);
    if (port === undefined) throw new Error(`no listener ${door}`);
    return port;
  }

  /** Writes a file for the nodes to read, and gives its path. */
  async write(name: string, content: string): Promise<string> {
    const path = join(this.folder, name);
    await writeFile(path, content);
    return path;
  }

  async close(): Promise<void> {
    await this.simulator.close();
    await this.#mosquitto.remove();
    await Promise.all([this.certificates.authority.remove(), this.#foreign.remove()]);
    await rm(this.folder, { recursive: true, force: true });
  }
}
