/** A certificate authority, and certificates of servers and clients, made with openssl for one test run. */
import { execFile } from 'node:child_process';
import { createPrivateKey } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

const newKey = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'];

export interface Certificate {
  readonly cert: string;
  readonly key: string;
}

/** The key of a certificate, to be opened with a passphrase. */
export function lockedKey({ key }: Certificate, passphrase: string): string {
  const form = { type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase } as const;
  return createPrivateKey(key).export(form).toString();
}

export class Authority {
  readonly #directory: string;
  readonly ca: string;

  private constructor(directory: string, ca: string) {
    this.#directory = directory;
    this.ca = ca;
  }

  static async create(): Promise<Authority> {
    const directory = await mkdtemp(join(tmpdir(), 'kaa-certificates-'));
    const options = ['-x509', ...newKey, '-days', '2'];
    const subject = ['-subj', '/CN=Test authority', '-addext', 'basicConstraints=critical,CA:TRUE'];
    await run('openssl', ['req', ...options, ...subject, '-keyout', 'ca.key', '-out', 'ca.pem'], { cwd: directory });
    return new Authority(directory, await readFile(join(directory, 'ca.pem'), 'utf8'));
  }

  /**
   * A server certificate.
   * @param name alternative name, such as `IP:127.0.0.1`
   * @param days validity; negative for one that has expired
   */
  async issue(name: string, days = 2): Promise<Certificate> {
    return this.#issue('server', `subjectAltName=${name}`, days);
  }

  /**
   * A client certificate.
   * @param name common name
   * @param days validity; negative for one that has expired
   */
  async issueClient(name: string, days = 2): Promise<Certificate> {
    return this.#issue(name, 'extendedKeyUsage=clientAuth', days);
  }

  /** A server certificate that no authority has signed. */
  async selfSigned(name: string): Promise<Certificate> {
    const files = ['-keyout', 'self.key', '-out', 'self.pem'];
    const subject = ['-subj', '/CN=server', '-addext', `subjectAltName=${name}`];
    await run('openssl', ['req', '-x509', ...newKey, '-days', '2', ...subject, ...files], { cwd: this.#directory });
    return this.#read('self');
  }

  /** A certificate, its key and the one of the authority in one file (PKCS #12). */
  async bundle({ cert, key }: Certificate, passphrase: string): Promise<Buffer> {
    const cwd = this.#directory;
    await writeFile(join(cwd, 'bundled.pem'), cert);
    await writeFile(join(cwd, 'bundled.key'), key);
    const parts = ['-in', 'bundled.pem', '-inkey', 'bundled.key', '-certfile', 'ca.pem'];
    await run('openssl', ['pkcs12', '-export', ...parts, '-passout', `pass:${passphrase}`, '-out', 'bundle.p12'], {
      cwd,
    });
    return readFile(join(cwd, 'bundle.p12'));
  }

  async remove(): Promise<void> {
    await rm(this.#directory, { recursive: true, force: true });
  }

  async #issue(commonName: string, extension: string, days: number): Promise<Certificate> {
    const cwd = this.#directory;
    const subject = ['-subj', `/CN=${commonName}`];
    await run('openssl', ['req', ...newKey, ...subject, '-keyout', 'issued.key', '-out', 'issued.csr'], { cwd });
    await writeFile(join(cwd, 'extensions'), `${extension}\n`);
    const signer = ['-CA', 'ca.pem', '-CAkey', 'ca.key', '-set_serial', '2', '-days', String(days)];
    const files = ['-in', 'issued.csr', '-extfile', 'extensions', '-out', 'issued.pem'];
    await run('openssl', ['x509', '-req', ...signer, ...files], { cwd });
    return this.#read('issued');
  }

  async #read(name: string): Promise<Certificate> {
    return {
      cert: await readFile(join(this.#directory, `${name}.pem`), 'utf8'),
      key: await readFile(join(this.#directory, `${name}.key`), 'utf8'),
    };
  }
}
