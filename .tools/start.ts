/** `npm start`: the simulator and Node-RED with the demo flow, until Ctrl-C. */
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { type DemoNode, demoFlow } from './demo-flow.ts';
import type * as simulatorModule from '../src/simulator/simulator.ts';

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
function prepareUserDirectory(root: string, directory: string, ports: { mqttPort: number; httpPort: number }): void {
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
  writeFlow(demoFlow(ports), directory);
}

/** Replaces the flow of an earlier start only where nobody has changed it since. */
function writeFlow(flow: readonly DemoNode[], directory: string): void {
  const [file, asWritten] = [`${directory}/flows.json`, `${directory}/flows-as-written.json`];
  const written = existsSync(asWritten) ? readFileSync(asWritten, 'utf8') : undefined;
  if (existsSync(file) && readFileSync(file, 'utf8') !== written) {
    console.log(
      `\n  The flow in ${directory} is kept as you left it, its ports included. Delete the folder for a fresh demo.`,
    );
    return;
  }
  const credentials = flow.flatMap(({ id, credentials: secret }) => (secret === undefined ? [] : [[id, secret]]));
  const text = JSON.stringify(
    flow.map(({ credentials: _, ...node }) => node),
    undefined,
    2,
  );
  for (const path of [file, asWritten]) writeFileSync(path, text);
  writeFileSync(`${directory}/flows_cred.json`, JSON.stringify(Object.fromEntries(credentials)));
}

const root = fileURLToPath(new URL('..', import.meta.url)).replace(/[\\/]$/, '');
const { port, mqttPort, httpPort } = readPorts();
await requireFree(port, '--port');
await requireFree(mqttPort, '--mqtt-port');
await requireFree(httpPort, '--http-port');

const userDirectory = `${root}/.demo`;
prepareUserDirectory(root, userDirectory, { mqttPort, httpPort });
const compiled = `${root}/dist/src/simulator/simulator.js`;
const { startSimulator } = (await import(compiled)) as typeof simulatorModule;
const simulator = await startSimulator({
  mqttPort,
  httpPort,
  // The nodes remember what they were assigned; so should the platform.
  stateFile: `${userDirectory}/simulator.json`,
  onStateFileError: ({ message }) => console.error(message),
}).catch((error: unknown) =>
  fail(`${error instanceof Error ? error.message : String(error)}\nOr delete ${userDirectory} for a fresh demo.`),
);

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
  { stdio: ['ignore', 'inherit', 'inherit'] },
);

console.log(`
  Kaa console       ${simulator.httpUrl}/        start here: five things to try
  Node-RED editor   http://127.0.0.1:${port}/        the flow behind it
  MQTT              ${simulator.mqttUrl}

  Ctrl-C stops everything.
`);

for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => nodeRed.kill('SIGTERM'));
nodeRed.on('exit', (code) => {
  void simulator.close().then(() => process.exit(code ?? 0));
});
