/** A certificate authority and server certificates, made with openssl for one test run. */
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

export interface Certificate {
  readonly cert: string;
  readonly key: string;
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
    const options = ['-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '2'];
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
    const cwd = this.#directory;
    await run(
      'openssl',
      [
        'req',
        '-newkey',
        'ec',
        '-pkeyopt',
        'ec_paramgen_curve:P-256',
        '-nodes',
        '-subj',
        '/CN=server',
        '-keyout',
        'server.key',
        '-out',
        'server.csr',
      ],
      { cwd },
    );
    await writeFile(join(cwd, 'extensions'), `subjectAltName=${name}\n`);
    await run(
      'openssl',
      [
        'x509',
        '-req',
        '-in',
        'server.csr',
        '-CA',
        'ca.pem',
        '-CAkey',
        'ca.key',
        '-set_serial',
        '2',
        '-days',
        String(days),
        '-extfile',
        'extensions',
        '-out',
        'server.pem',
      ],
      { cwd },
    );
    return {
      cert: await readFile(join(cwd, 'server.pem'), 'utf8'),
      key: await readFile(join(cwd, 'server.key'), 'utf8'),
    };
  }

  async remove(): Promise<void> {
    await rm(this.#directory, { recursive: true, force: true });
  }
}
