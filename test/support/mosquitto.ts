/** A real Mosquitto on a free loopback port. */
import { type ChildProcess, spawn } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Below those that the system gives to whoever asks for any port: what was free stays so until it is used. */
const [lowest, highest] = [20_000, 32_000];

/** Test files that run at the same time, in processes of their own, share no port: one has the even ones. */
const processes = 2;
const own = Number(process.env['MOCHA_WORKER_ID'] ?? 0) % processes;

const given = new Set<number>();

/** A loopback port that nobody listens on. */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = randomInt(lowest / processes, highest / processes) * processes + own;
    if (given.has(port) || !(await isFree(port))) continue;
    given.add(port);
    return port;
  }
}

async function isFree(port: number): Promise<boolean> {
  const server = createServer();
  try {
    server.listen(port, '127.0.0.1');
    await once(server, 'listening');
  } catch {
    return false;
  }
  server.close();
  await once(server, 'close');
  return true;
}

async function accepts(port: number): Promise<boolean> {
  const socket = connect(port, '127.0.0.1');
  try {
    await once(socket, 'connect');
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}

export class Mosquitto {
  readonly port: number;
  readonly #directory: string;
  #child: ChildProcess | undefined;

  private constructor(directory: string, port: number) {
    this.#directory = directory;
    this.port = port;
  }

  /** Undefined where Mosquitto is not installed. */
  static async start(settings = ''): Promise<Mosquitto | undefined> {
    const directory = await mkdtemp(join(tmpdir(), 'kaa-mosquitto-'));
    const port = await freePort();
    const configuration = `listener ${port} 127.0.0.1\nallow_anonymous true\nset_tcp_nodelay true\n${settings}`;
    await writeFile(join(directory, 'mosquitto.conf'), configuration);
    const broker = new Mosquitto(directory, port);
    if (await broker.run()) return broker;
    await broker.remove();
    return undefined;
  }

  get url(): string {
    return `mqtt://127.0.0.1:${this.port}`;
  }

  /** Starts the process; false where there is no such program. */
  async run(): Promise<boolean> {
    const child = spawn('mosquitto', ['-c', join(this.#directory, 'mosquitto.conf')], {
      stdio: 'ignore',
      env: { ...process.env, PATH: `${process.env['PATH'] ?? ''}:/usr/sbin:/usr/local/sbin` },
    });
    const started = await Promise.race([
      once(child, 'spawn').then(() => true),
      new Promise<boolean>((resolve) => {
        child.once('error', () => resolve(false));
      }),
    ]);
    if (!started) return false;
    this.#child = child;
    while (child.exitCode === null && !(await accepts(this.port)));
    return true;
  }

  /** Hangs: connections stay open, and nothing is answered any more. */
  hang(): void {
    this.#child?.kill('SIGSTOP');
  }

  async stop(): Promise<void> {
    const child = this.#child;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const exited = once(child, 'exit');
    // SIGTERM is lost where it comes before the main loop runs.
    child.kill('SIGKILL');
    await exited;
  }

  async remove(): Promise<void> {
    await this.stop();
    await rm(this.#directory, { recursive: true, force: true });
  }
}
