/** `npm start`: the simulator and Node-RED with the demo flow, until Ctrl-C. */
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import type * as simulatorModule from '../src/simulator/simulator.ts';

interface FlowNode {
  readonly id: string;
  readonly type: string;
  url?: string;
}

const usage = 'npm start -- [--port 1880] [--mqtt-port 1883] [--http-port 1884]';

function fail(message: string): never {
  console.error(message);
  process.exit(1);
}

function readPorts(): { port: number; mqttPort: number; httpPort: number } {
  const options = {
    port: { type: 'string', default: '1880' },
    'mqtt-port': { type: 'string', default: '1883' },
    'http-port': { type: 'string', default: '1884' },
  } as const;
  try {
    const { values } = parseArgs({ options });
    const [port, mqttPort, httpPort] = [values.port, values['mqtt-port'], values['http-port']].map((text) => {
      const number = Number(text);
      if (!Number.isInteger(number) || number < 1 || number > 65_535) throw new Error(`${text} is no port number.`);
      return number;
    }) as [number, number, number];
    return { port, mqttPort, httpPort };
  } catch (error) {
    return fail(`${error instanceof Error ? error.message : String(error)}\nUsage: ${usage}`);
  }
}

/** Node-RED would start and then stop with a stack trace. */
async function requireFree(port: number, option: string): Promise<void> {
  const server = createServer();
  await new Promise<void>((resolve) => {
    server.once('error', () => fail(`Port ${port} is in use. Choose another one: npm start -- ${option} ${port + 10}`));
    server.listen(port, '127.0.0.1', resolve);
  });
  await new Promise((resolve) => server.close(resolve));
}

/** A user directory of its own; the flow is kept between starts, so that it can be played with. */
function prepareUserDirectory(root: string, directory: string, httpUrl: string): void {
  const scope = `${directory}/node_modules/@kaa-community`;
  mkdirSync(scope, { recursive: true });
  // Made anew: the checkout may have been moved or copied.
  rmSync(`${scope}/node-red-kaa`, { force: true });
  symlinkSync(root, `${scope}/node-red-kaa`, 'junction');
  writeFileSync(`${directory}/package.json`, '{ "name": "kaa-demo", "private": true }\n');
  writeFileSync(
    `${directory}/settings.cjs`,
    `module.exports = {
  uiHost: '127.0.0.1',
  flowFile: 'flows.json',
  credentialSecret: false,
  telemetry: { enabled: false },
  editorTheme: { tours: false, header: { title: 'Kaa demo' } },
};
`,
  );
  if (existsSync(`${directory}/flows.json`)) return;
  const flow = demoFlow(root, httpUrl);
  const credentials: Record<string, { token: string }> = {};
  for (const node of flow.filter(({ type }) => type === 'kaa-endpoint')) {
    // Given through the environment, so that another port needs no change of the flow.
    node.url = '${KAA_SERVER}';
    credentials[node.id] = { token: 'demo-machine' };
  }
  writeFileSync(`${directory}/flows.json`, JSON.stringify(flow, undefined, 2));
  writeFileSync(`${directory}/flows_cred.json`, JSON.stringify(credentials));
}

/** All examples, a tab each, with the one endpoint that they share. */
function demoFlow(root: string, httpUrl: string): FlowNode[] {
  const files = readdirSync(`${root}/examples`).toSorted();
  const first = 'machine-telemetry.json';
  const nodes = [first, ...files.filter((file) => file !== first)].flatMap((file) => {
    const text = readFileSync(`${root}/examples/${file}`, 'utf8').replaceAll('http://127.0.0.1:1884', httpUrl);
    return JSON.parse(text) as FlowNode[];
  });
  return [...new Map(nodes.map((node) => [node.id, node])).values()];
}

const root = fileURLToPath(new URL('..', import.meta.url)).replace(/[\\/]$/, '');
const { port, mqttPort, httpPort } = readPorts();
await requireFree(port, '--port');
await requireFree(mqttPort, '--mqtt-port');
await requireFree(httpPort, '--http-port');

const compiled = `${root}/dist/src/simulator/simulator.js`;
const { startSimulator } = (await import(compiled)) as typeof simulatorModule;
const simulator = await startSimulator({ mqttPort, httpPort });

const userDirectory = `${root}/.demo`;
prepareUserDirectory(root, userDirectory, simulator.httpUrl);
const nodeRed = spawn(
  process.execPath,
  [
    `${root}/node_modules/node-red/red.js`,
    '--userDir',
    userDirectory,
    '--settings',
    `${userDirectory}/settings.cjs`,
    '--port',
    String(port),
  ],
  { stdio: ['ignore', 'inherit', 'inherit'], env: { ...process.env, KAA_SERVER: simulator.mqttUrl } },
);

console.log(`
  Node-RED editor   http://127.0.0.1:${port}/
  Kaa simulator     ${simulator.httpUrl}/
  its MQTT broker   ${simulator.mqttUrl}
  Samples received  ${simulator.httpUrl}/api/v1/endpoints/demo-machine/telemetry?limit=5

  Ctrl-C stops everything.
`);

for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => nodeRed.kill('SIGTERM'));
nodeRed.on('exit', (code) => {
  void simulator.close().then(() => process.exit(code ?? 0));
});
