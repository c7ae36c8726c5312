import assert from 'node:assert/strict';
import { lstat, mkdir, mkdtemp, readdir, readFile, rm, rmdir, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Simulator } from '../../src/simulator/simulator.ts';
import { freePort } from '../support/mosquitto.ts';
import { until } from '../support/until.ts';
import { assign, Bench, getJson, postCommand, send } from './support.ts';

describe('simulator: state file', () => {
  let folder: string;
  let stateFile: string;
  let bench: Bench;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'kaa-state-'));
    stateFile = join(folder, 'state.json');
    bench = new Bench();
  });

  afterEach(async () => {
    await bench.close();
    await rm(folder, { recursive: true });
  });

  const saved = async (): Promise<string> => readFile(stateFile, 'utf8').catch(() => '');

  async function restarted(before: Simulator): Promise<Simulator> {
    await before.close();
    return bench.simulator({ stateFile });
  }

  it('keeps endpoints with their application version and times', async () => {
    const before = await bench.simulator({ stateFile });
    const device = await bench.device(before.mqttUrl);
    await device.accepted('kp1/app/dcx/token/json/1', '1');
    const [{ samples, connected, connection, ...known }] = (await getJson(before, 'endpoints')) as [
      Record<string, unknown>,
    ];
    assert.deepEqual([samples, connected, typeof connection], [1, true, 'string']);
    const after = await restarted(before);
    assert.deepEqual(await getJson(after, 'endpoints'), [{ ...known, samples: 0, connected: false }]);
  });

  it('keeps metadata, configurations, software and what was reported of them', async () => {
    const before = await bench.simulator({ stateFile });
    const device = await bench.device(before.mqttUrl);
    await send(before, 'PUT', 'endpoints/token/metadata', { a: { b: 1 } });
    const configId = await assign(before, 'token/config', { interval: 5 });
    await device.accepted('kp1/app/cmx/token/applied/json/1', JSON.stringify({ configId }));
    await assign(before, 'token/config/net', [1]);
    await assign(before, 'token/software', { version: '2', config: { link: 'x' } });
    const refusal = { configId: '2', statusCode: 422, reasonPhrase: 'no' };
    await device.accepted('kp1/app/cmx_ota/token/applied/json/2', JSON.stringify({ configId: '1', statusCode: 200 }));
    await device.accepted('kp1/app/cmx_ota/token/applied/json/3', JSON.stringify(refusal));
    const paths = ['metadata', 'config', 'config/net', 'software'].map((path) => `endpoints/token/${path}`);
    const known = await Promise.all(paths.map((path) => getJson(before, path)));
    const after = await restarted(before);
    assert.deepEqual(await Promise.all(paths.map((path) => getJson(after, path))), known);
    const next = await bench.device(after.mqttUrl);
    assert.deepEqual(await next.asked('kp1/app/cmx/token/config/json/1', { configId }), { configId, statusCode: 200 });
  });

  it('keeps commands: pending ones are delivered, completed ones have their result', async () => {
    const before = await bench.simulator({ stateFile });
    const device = await bench.device(before.mqttUrl);
    const done = await postCommand(before, 'token/commands/reboot', { a: 1 });
    const pending = await postCommand(before, 'token/commands/reboot');
    await device.accepted('kp1/app/dcx/token/json/1', '1');
    await device.publish(
      'kp1/app/cex/token/result/reboot/2',
      JSON.stringify([{ id: done, statusCode: 200, payload: 7 }]),
    );
    await until(() => before.platform.endpoints.find('token')?.commands.list()[0]?.completedAt !== undefined);
    const known = await getJson(before, 'endpoints/token/commands');
    const after = await restarted(before);
    assert.deepEqual(await getJson(after, 'endpoints/token/commands'), known);
    const next = await bench.device(after.mqttUrl);
    assert.deepEqual(await next.asked('kp1/app/cex/token/command/reboot/1'), [{ id: pending }]);
  });

  it('gives no command ID again, however many there were', async () => {
    const before = await bench.simulator({ stateFile });
    const ids: number[] = [];
    for (let count = 1; count <= 50; count += 1) ids.push(await postCommand(before, 'token/commands/reboot'));
    const { lastCommandId } = JSON.parse((await before.close(), await saved())) as { lastCommandId: number };
    assert.equal(lastCommandId, ids.at(-1));
    // As another process would read it.
    const lastId = lastCommandId + 1_000_000;
    await writeFile(stateFile, JSON.stringify({ format: 1, process: 'closed', lastCommandId: lastId, endpoints: [] }));
    const after = await bench.simulator({ stateFile });
    assert.equal(await postCommand(after, 'token/commands/reboot'), lastId + 1);
    await after.close();
    await writeFile(stateFile, JSON.stringify({ format: 1, process: 'running', lastCommandId: lastId, endpoints: [] }));
    const killed = await bench.simulator({ stateFile });
    assert.ok((await postCommand(killed, 'token/commands/reboot')) > lastId + 5000);
  });

  it('is written soon after each change', async () => {
    const simulator = await bench.simulator({ stateFile });
    await send(simulator, 'PUT', 'endpoints/token/metadata', { written: true });
    await until(async () => (await saved()).includes('"written":true'));
    await send(simulator, 'DELETE', 'state');
    await until(async () => (await saved()).includes('"endpoints":[]'));
  });

  it('is readable by its owner only, and nothing else lies beside it', async () => {
    const simulator = await bench.simulator({ stateFile });
    await simulator.close();
    assert.equal((await stat(stateFile)).mode & 0o777, 0o600);
    assert.deepEqual(await readdir(folder), ['state.json']);
  });

  it('is refused where it cannot be written, and where it is not a file', async () => {
    await assert.rejects(bench.simulator({ stateFile: join(folder, 'missing', 'state.json') }), {
      name: 'StateFileError',
      message: /cannot be written: ENOENT.*choose another one/,
    });
    await assert.rejects(bench.simulator({ stateFile: folder }), {
      name: 'StateFileError',
      message: /cannot be read: it is no file; choose another one/,
    });
  });

  for (const text of [
    '',
    '{',
    '[]',
    '{"format":1,"process":"closed","lastCommandId":9007199254740991,"endpoints":[]}',
  ]) {
    it(`is refused and left as it is where it holds ${text === '' ? 'nothing' : text}`, async () => {
      await writeFile(stateFile, text);
      const damaged = { name: 'StateFileError', message: /cannot be used: .*; mend it or move it away/ };
      await assert.rejects(bench.simulator({ stateFile }), damaged);
      assert.equal(await saved(), text);
    });
  }

  it('is told to be of another version where it is', async () => {
    await writeFile(stateFile, '{"format":2}');
    await assert.rejects(bench.simulator({ stateFile }), { message: /another version of the simulator wrote it/ });
  });

  it('is neither read nor written by a simulator that has no ports', async () => {
    const running = await bench.simulator({ stateFile });
    const { ino } = await stat(stateFile);
    const mqttPort = Number(new URL(running.mqttUrl).port);
    for (const ports of [{ mqttPort }, { httpPort: Number(new URL(running.httpUrl).port) }]) {
      await assert.rejects(bench.simulator({ stateFile, ...ports }), { name: 'ListenError' });
    }
    assert.equal((await stat(stateFile)).ino, ino);
    await send(running, 'PUT', 'endpoints/token/metadata', { still: 'mine' });
    await until(async () => (await saved()).includes('"still":"mine"'));
  });

  it('is not fought for: who finds that another program writes it says so', async () => {
    const errors: string[] = [];
    const one = await bench.simulator({ stateFile, onStateFileError: ({ message }) => errors.push(message) });
    const other = await bench.simulator({ stateFile });
    await send(one, 'PUT', 'endpoints/token/metadata', { lost: true });
    await until(() => errors.length > 0);
    assert.match(errors[0] ?? '', /another program writes it too/);
    await send(other, 'PUT', 'endpoints/token/metadata', { kept: true });
    await until(async () => (await saved()).includes('"kept":true'));
    assert.ok(!(await saved()).includes('lost'));
  });

  it('stays where a link leads to', async () => {
    const target = join(folder, 'target.json');
    await writeFile(target, '{"format":1,"process":"closed","lastCommandId":7,"endpoints":[]}');
    await symlink(target, stateFile);
    const simulator = await bench.simulator({ stateFile });
    await send(simulator, 'PUT', 'endpoints/token/metadata', { here: true });
    await simulator.close();
    assert.match(await readFile(target, 'utf8'), /"here":true/);
    assert.ok((await lstat(stateFile)).isSymbolicLink());
  });

  it('serves nobody before it is restored', async () => {
    const before = await bench.simulator({ stateFile });
    await send(before, 'PUT', 'endpoints/token/metadata', { large: 'x'.repeat(1_000_000) });
    await before.close();
    const httpPort = await freePort();
    const starting = bench.simulator({ stateFile, httpPort });
    const read = async (): Promise<unknown> =>
      fetch(`http://127.0.0.1:${httpPort}/api/v1/endpoints/token/metadata`).then(
        (response) => response.json(),
        () => undefined,
      );
    let found: unknown;
    await until(async () => (found = await read()) !== undefined);
    assert.deepEqual(Object.keys(found as object), ['large']);
    await starting;
  });

  it('tells once that it cannot be written, and is written when it can be again', async () => {
    const errors: string[] = [];
    const onStateFileError = ({ message }: Error): number => errors.push(message);
    const simulator = await bench.simulator({ stateFile, onStateFileError });
    // A folder in the way of the file beside.
    await mkdir(`${stateFile}.${process.pid}.new`);
    await send(simulator, 'PUT', 'endpoints/token/metadata', { late: true });
    await until(() => errors.length > 0);
    assert.match(errors[0] ?? '', /cannot be written: EISDIR.*it is tried again/);
    await rmdir(`${stateFile}.${process.pid}.new`);
    await until(async () => (await saved()).includes('"late":true'));
    assert.equal(errors.length, 1);
  });
});
