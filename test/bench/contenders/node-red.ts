/** Node-RED with a flow, as a contender. */
import { copyFile, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runtimes } from '../../support/node-red.ts';
import type { Cleanup } from '../cleanup.ts';
import { Contender } from './contender.ts';
import { endpointId, type Flow } from './flows.ts';

const root = fileURLToPath(new URL('../../..', import.meta.url));

interface Package {
  readonly name: string;
  readonly folder: string;
}

const kaaPackage: Package = { name: '@kaa-community/node-red-kaa', folder: root };
const driverPackage: Package = {
  name: 'kaa-bench-driver',
  folder: fileURLToPath(new URL('../driver', import.meta.url)),
};

/** Without editor and HTTP: nothing measured here needs a port. */
const settings = {
  uiHost: '127.0.0.1',
  httpAdminRoot: false,
  httpNodeRoot: false,
  flowFile: 'flows.json',
  credentialSecret: false,
  telemetry: { enabled: false },
};

/** What Node-RED finds when it starts. */
export interface Found {
  /** Whether our package is there. */
  readonly isInstalled?: boolean;
  /** File that the kaa-endpoint has as its store. */
  readonly store?: string;
  /** Global context. */
  readonly globals?: Readonly<Record<string, unknown>>;
}

/** Starts Node-RED 5 with `flow`, which holds the driver node. */
export async function startNodeRed(
  label: string,
  flow: Flow,
  cleanup: Cleanup,
  { isInstalled = true, store, globals = {} }: Found = {},
): Promise<Contender> {
  const userDirectory = await mkdtemp(join(tmpdir(), 'kaa-bench-'));
  cleanup.add(() => rm(userDirectory, { recursive: true, force: true, maxRetries: 3 }));
  await prepare(userDirectory, flow, globals, isInstalled ? [kaaPackage, driverPackage] : [driverPackage]);
  if (store !== undefined) {
    await mkdir(join(userDirectory, 'kaa'));
    await copyFile(store, join(userDirectory, 'kaa', `${endpointId}.sqlite`));
  }
  const [{ script }] = runtimes;
  const args = ['--userDir', userDirectory, '--settings', join(userDirectory, 'settings.cjs')];
  return Contender.start(label, script, args, cleanup);
}

async function prepare(
  userDirectory: string,
  { nodes, credentials }: Flow,
  globals: Readonly<Record<string, unknown>>,
  packages: readonly Package[],
): Promise<void> {
  await mkdir(join(userDirectory, 'node_modules/@kaa-community'), { recursive: true });
  for (const { name, folder } of packages) {
    await symlink(folder, join(userDirectory, 'node_modules', name), 'junction');
  }
  const files = {
    'package.json': JSON.stringify({ name: 'user-directory', private: true }),
    'settings.cjs': `module.exports = ${JSON.stringify({ ...settings, functionGlobalContext: globals })};`,
    'flows.json': JSON.stringify(nodes),
    'flows_cred.json': JSON.stringify(credentials),
  };
  for (const [name, content] of Object.entries(files)) await writeFile(join(userDirectory, name), content);
}
