import assert from 'node:assert/strict';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { readCommandLine } from '../../src/simulator/command-line-options.ts';
import { Bench } from './support.ts';

const file = fileURLToPath(new URL('../../src/simulator/command-line.ts', import.meta.url));

describe('kaa-simulator', function commandLine() {
  this.timeout(10_000);
  let bench: Bench;
  const children: ChildProcess[] = [];

  beforeEach(() => {
    bench = new Bench();
  });

  afterEach(async () => {
    for (const child of children.splice(0)) child.kill('SIGKILL');
    await bench.close();
  });

  function run(...args: string[]): ChildProcess & { stdout: NodeJS.ReadableStream; stderr: NodeJS.ReadableStream } {
    const child = spawn(process.execPath, [file, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
    children.push(child);
    return child;
  }

  async function outcome(...args: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
    const child = run(...args);
    const [[code], stdout, stderr] = await Promise.all([once(child, 'exit'), text(child.stdout), text(child.stderr)]);
    return { code: code as number, stdout, stderr };
  }

  it('prints one line of JSON when ready, serves, and stops on SIGINT and SIGTERM', async () => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) {
      const child = run('--json', '--mqtt-port', '0', '--http-port', '0');
      const lines: string[] = [];
      const output = createInterface(child.stdout).on('line', (line) => lines.push(line));
      await once(output, 'line');
      const { mqtt, http } = JSON.parse(lines[0] ?? '') as { mqtt: string; http: string };
      assert.match(mqtt, /^mqtt:\/\/127\.0\.0\.1:\d+$/);
      assert.match(http, /^http:\/\/127\.0\.0\.1:\d+$/);
      const device = await bench.device(mqtt);
      await device.accepted('kp1/app/dcx/token/json/1', '1');
      const events = await fetch(`${http}/api/v1/events`);
      assert.equal(events.status, 200);
      const exited = once(child, 'exit');
      child.kill(signal);
      assert.deepEqual(await exited, [0, null]);
      assert.equal(lines.length, 1);
      await assert.rejects(events.text());
    }
  });

  it('prints readable lines without --json', async () => {
    const child = run('--mqtt-port', '0', '--http-port', '0', '--mode', 'broker');
    const output = createInterface(child.stdout);
    const lines: string[] = [];
    for await (const line of output) {
      lines.push(line);
      if (line.includes('Ctrl+C')) child.kill();
    }
    assert.match(lines.join('\n'), /mode broker\n.*mqtt:\/\/.*\n.*ws:\/\/.*\/ws\n.*http:\/\/.*\/\n.*Ctrl\+C/);
  });

  it('says that a port is in use and which option to change', async () => {
    const other = await bench.simulator();
    const mqttPort = new URL(other.mqttUrl).port;
    const httpPort = new URL(other.httpUrl).port;
    const mqtt = await outcome('--mqtt-port', mqttPort, '--http-port', '0');
    assert.equal(mqtt.code, 1);
    assert.equal(mqtt.stderr, `kaa-simulator: port ${mqttPort} is in use; choose another with --mqtt-port\n`);
    const http = await outcome('--mqtt-port', '0', '--http-port', httpPort);
    assert.equal(http.code, 1);
    assert.equal(http.stderr, `kaa-simulator: port ${httpPort} is in use; choose another with --http-port\n`);
  });

  it('says that a broker cannot be reached', async () => {
    const other = await bench.simulator();
    await other.close();
    const { code, stderr } = await outcome('--broker', other.mqttUrl, '--http-port', '0');
    assert.equal(code, 1);
    assert.match(stderr, /^kaa-simulator: cannot use the broker mqtt:\/\/127\.0\.0\.1:\d+: .+\n$/);
  });

  it('says that an address is not its own', async () => {
    const { code, stderr } = await outcome('--host', '192.0.2.1', '--mqtt-port', '0', '--auth', 'user:pass');
    assert.equal(code, 1);
    assert.match(stderr, /^kaa-simulator: cannot listen on 192\.0\.2\.1 port 0: .+\n$/);
  });

  it('warns where it listens beyond loopback without credentials', async () => {
    const { stderr } = await outcome('--host', '192.0.2.1', '--mqtt-port', '0');
    assert.match(stderr, /warning: everyone who can reach 192\.0\.2\.1 may use this simulator/);
  });

  it('explains itself', async () => {
    const { code, stdout } = await outcome('--help');
    assert.equal(code, 0);
    assert.match(stdout, /^Usage: kaa-simulator/);
  });

  it('ends with exit code 2 on wrong options', async () => {
    const { code, stdout, stderr } = await outcome('--frobnicate');
    assert.equal(code, 2);
    assert.equal(stdout, '');
    assert.equal(stderr, "kaa-simulator: Unknown option '--frobnicate'; see --help\n");
  });

  const wrong: readonly (readonly [args: readonly string[], message: RegExp])[] = [
    [['--mqtt-port', '70000'], /--mqtt-port must be a number from 0 to 65535/],
    [['--http-port', 'x'], /--http-port must be a number/],
    [['--mode', 'both'], /--mode must be kpc or broker/],
    [['--broker', 'localhost'], /--broker must be like mqtt:\/\/host:port/],
    [['--broker', 'mqtt://localhost', '--mode', 'kpc'], /needs the embedded broker/],
    [['--auth', 'user'], /--auth must be like user:password/],
    [['--host', ''], /--host must not be empty/],
    [['--unchanged', '305'], /--unchanged must be empty, null, object or 304, got "305"/],
    [['--state', ''], /--state must not be empty/],
    [['extra'], /Unexpected argument 'extra'/],
  ];
  for (const [args, message] of wrong) {
    it(`refuses ${args.join(' ')}`, () => {
      assert.throws(() => readCommandLine(args), { name: 'UsageError', message });
    });
  }

  it('keeps colons in the password', () => {
    assert.deepEqual(readCommandLine(['--auth', 'user:pass:word']).simulator.auth, {
      user: 'user',
      password: 'pass:word',
    });
  });

  it('reads where state is kept', () => {
    assert.deepEqual(readCommandLine(['--state', 'kaa.json']).simulator, { stateFile: 'kaa.json' });
  });

  it('says that a state file is damaged, and leaves it as it is', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'kaa-state-'));
    try {
      const path = join(folder, 'state.json');
      await writeFile(path, '{"format":1,"process":"closed","lastCommandId":1,"endpoints":[{}]}');
      const { code, stderr } = await outcome('--state', path, '--mqtt-port', '0', '--http-port', '0');
      assert.equal(code, 1);
      assert.match(
        stderr,
        /^kaa-simulator: the state file .*state\.json cannot be used: \/endpoints\/0 must have .*; mend it or move it away\n$/,
      );
      assert.match(await readFile(path, 'utf8'), /"endpoints":\[\{\}\]/);
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  it('reads the server variants', () => {
    assert.deepEqual(readCommandLine([]).simulator, {});
    assert.deepEqual(readCommandLine(['--unchanged', '304', '--confirm-results', '--push-with-request-id']).simulator, {
      unchanged: '304',
      confirmResults: true,
      pushWithRequestId: true,
    });
  });
});
