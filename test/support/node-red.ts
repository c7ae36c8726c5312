/** A real Node-RED as a process of its own, with the package installed into it as npm would. */
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { rmSync } from 'node:fs';
import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { freePort } from './mosquitto.ts';

const run = promisify(execFile);

const root = fileURLToPath(new URL('../..', import.meta.url));

export const runtimes = [
  { version: '5', script: join(root, 'node_modules/node-red/red.js') },
  { version: '4.1', script: join(root, 'node_modules/node-red-4/red.js') },
] as const;

export type Runtime = (typeof runtimes)[number];

/** An empty folder into which the packed package was installed; made once for all tests. */
let installed: Promise<string> | undefined;

async function installPacked(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'kaa-packed-'));
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
  const npm = process.env['npm_execpath'] ?? join(root, 'node_modules/.bin/npm');
  const [command, ...prefix] = npm.endsWith('.js') ? [process.execPath, npm] : ['npm'];
  const options = { cwd: root, env: { ...process.env, npm_config_loglevel: 'error' } };
  const packed = await run(
    command ?? 'npm',
    [...prefix, 'pack', '--ignore-scripts', '--json', '--pack-destination', folder],
    options,
  );
  const [{ filename }] = JSON.parse(packed.stdout) as [{ filename: string }];
  await writeFile(join(folder, 'package.json'), '{ "name": "user-directory", "private": true }');
  const install = ['install', '--no-audit', '--no-fund', '--prefer-offline', join(folder, filename)];
  await run(command ?? 'npm', [...prefix, ...install], { ...options, cwd: folder });
  return folder;
}

export interface FlowNode {
  readonly id: string;
  readonly type: string;
  readonly [property: string]: unknown;
}

export class NodeRed {
  readonly userDirectory: string;
  readonly url: string;
  readonly #runtime: Runtime;
  readonly #port: number;
  #child: ChildProcess | undefined;
  #output = '';

  private constructor(runtime: Runtime, userDirectory: string, port: number) {
    this.#runtime = runtime;
    this.userDirectory = userDirectory;
    this.#port = port;
    this.url = `http://127.0.0.1:${port}`;
  }

  /**
   * Starts Node-RED on an empty user directory with the package in it.
   * @param settings code of further settings, and what else settings.js may hold behind its own
   */
  static async start(runtime: Runtime, settings: { inside?: string; behind?: string } = {}): Promise<NodeRed> {
    installed ??= installPacked();
    const userDirectory = await mkdtemp(join(tmpdir(), 'kaa-node-red-'));
    await cp(await installed, userDirectory, { recursive: true });
    await writeFile(
      join(userDirectory, 'settings.cjs'),
      "module.exports = { uiHost: '127.0.0.1', flowFile: 'flows.json', credentialSecret: 'test', telemetry: { enabled: false }, editorTheme: { tours: false }, " +
        `${settings.inside ?? ''} };\n${settings.behind ?? ''}`,
    );
    const nodeRed = new NodeRed(runtime, userDirectory, await freePort());
    await nodeRed.run();
    return nodeRed;
  }

  /** Of its process. */
  get pid(): number | undefined {
    return this.#child?.pid;
  }

  get running(): boolean {
    return this.#child !== undefined && this.#child.exitCode === null && this.#child.signalCode === null;
  }

  /** Everything that it printed. */
  get output(): string {
    return this.#output;
  }

  async run(): Promise<void> {
    const settings = join(this.userDirectory, 'settings.cjs');
    const args = [
      this.#runtime.script,
      '--userDir',
      this.userDirectory,
      '--settings',
      settings,
      '--port',
      String(this.#port),
    ];
    const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'], cwd: this.userDirectory });
    this.#child = child;
    const started = Promise.withResolvers<void>();
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8');
      stream.on('data', (text: string) => {
        this.#output += text;
        if (/Started flows|Server now running/.test(text)) started.resolve();
      });
    }
    child.once('exit', (code) => started.reject(new Error(`Node-RED ended with ${code}:\n${this.#output}`)));
    await started.promise;
    while (!(await this.#answers())) await new Promise((resolve) => setImmediate(resolve));
  }

  async #answers(): Promise<boolean> {
    return fetch(`${this.url}/settings`).then(
      // With adminAuth it asks for a login.
      ({ ok, status }) => ok || status === 401,
      () => false,
    );
  }

  async get(path: string, accept = 'application/json'): Promise<Response> {
    return fetch(`${this.url}/${path}`, { headers: { accept } });
  }

  /** Deploys a flow; credentials stand in the nodes as `credentials`. */
  async deploy(flow: readonly FlowNode[], type: 'full' | 'nodes' | 'flows' = 'full'): Promise<void> {
    const response = await fetch(`${this.url}/flows`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'Node-RED-Deployment-Type': type },
      body: JSON.stringify(flow),
    });
    if (!response.ok) throw new Error(`deploy: ${response.status} ${await response.text()}`);
  }

  /** Ends it as a power failure would. */
  async kill(): Promise<void> {
    const child = this.#child;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const exited = once(child, 'exit');
    child.kill('SIGKILL');
    await exited;
  }

  /** Asks it to end as a service would, and tells how many milliseconds that took. */
  async stop(): Promise<number> {
    const child = this.#child;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return 0;
    const started = performance.now();
    const exited = once(child, 'exit');
    child.kill('SIGTERM');
    await exited;
    return performance.now() - started;
  }

  async remove(): Promise<void> {
    this.#child?.kill('SIGKILL');
    await rm(this.userDirectory, { recursive: true, force: true });
  }
}
