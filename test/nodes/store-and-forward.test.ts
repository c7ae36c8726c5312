import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { NodeRed, runtimes } from '../support/node-red.ts';
import { ownToken, Plant, plantFlow, tokens } from '../support/plant.ts';
import { SampleServer } from '../support/sample-server.ts';
import { until } from '../support/until.ts';

const [newest, older] = runtimes;

const second = (count: number): Promise<void> =>
  new Promise((resolve) => {
    setTimeout(resolve, count * 1000);
  });

describe('store and forward in Node-RED', () => {
  let nodeRed: NodeRed;
  let server: SampleServer;
  let plant: Plant;

  before(async function install() {
    this.timeout(120_000);
    nodeRed = await NodeRed.start(newest);
  });

  after(() => nodeRed.remove());

  beforeEach(async () => {
    server = await SampleServer.start();
    plant = new Plant(nodeRed);
    await nodeRed.deploy(plantFlow(server.url));
    await plant.ready();
  });

  afterEach(async () => {
    await plant.stop();
    await nodeRed.deploy([]);
    await server.stop();
  });

  it('kill -9 three times, a broker that stops and starts, a silent server: every accepted sample arrives', async () => {
    plant.start();
    for (const pause of [0.3, 0.7, 0.5]) {
      await plant.more(50);
      await second(pause * Math.random());
      await nodeRed.kill();
      await nodeRed.run();
    }
    await plant.more(50);
    await server.stop();
    await plant.more(100);
    await server.run();
    await plant.more(50);
    server.verdict = () => 'silence';
    await second(1.5);
    server.verdict = () => 200;
    await plant.more(50);
    await plant.stop();
    await plant.delivered(server);
    plant.check(server, Number.POSITIVE_INFINITY);
  }).timeout(90_000);

  it('a server that answers 500 for a while: nothing is lost, nothing comes twice, nothing is told', async () => {
    server.verdict = () => 500;
    plant.start();
    await plant.more(200);
    server.verdict = () => 200;
    await plant.more(100);
    await plant.stop();
    await plant.delivered(server);
    plant.check(server, 0);
    assert.deepEqual(await plant.caught(), []);
  }).timeout(60_000);

  it('a server that never answers confirms nothing: all samples are kept, and go out when it does', async () => {
    server.verdict = () => 503;
    plant.start();
    await plant.more(300);
    await plant.stop();
    const silent = server.sizes.length;
    server.verdict = (samples) => (samples.length > 0 ? 'silence' : 200);
    server.accepted.clear();
    await until(() => server.sizes.length >= silent + 3);
    server.accepted.clear();
    server.verdict = () => 200;
    await plant.delivered(server);
    plant.check(server, Number.POSITIVE_INFINITY);
  }).timeout(60_000);

  it('a server that answers later than the time-out: its answers count, and nothing comes twice', async () => {
    server.delay = 1400;
    plant.start();
    await plant.more(50);
    await plant.stop();
    const sent = server.sizes.length;
    await until(() => server.sizes.length >= sent + 3);
    server.delay = 0;
    await plant.delivered(server);
    plant.check(server, 0);
  }).timeout(60_000);

  it('400 to one sample in a thousand: it is told with its content, all others arrive once and in order', async () => {
    const bad = (i: unknown): boolean => Number(i) === 137;
    await server.stop();
    plant.start();
    await plant.more(700);
    await plant.stop();
    server.verdict = (samples) => (samples.some(({ i }) => bad(i)) ? 400 : 200);
    await server.run();
    await until(() => tokens.every((token) => server.numbers(token).length >= 200));
    const waiting = tokens.filter((token) => !server.numbers(token).includes(138));
    assert.deepEqual(waiting, []);
    for (const token of tokens) assert.ok(!server.numbers(token).includes(137));
    const caught = await plant.caught();
    assert.deepEqual(
      caught.map(({ code }) => code),
      ['KAA_REJECTED', 'KAA_REJECTED', 'KAA_REJECTED'],
    );
    assert.deepEqual(
      caught.map(({ payload }) => payload?.['i']),
      [137, 137, 137],
    );
    assert.deepEqual(caught.map(({ token }) => token ?? ownToken).toSorted(), tokens.toSorted());
    assert.ok(!JSON.stringify(caught).includes(ownToken));
    assert.ok(server.sizes.length < 100, `${server.sizes.length} messages`);
  }).timeout(60_000);

  it('403 for a while pauses the endpoint: told once, red, nothing lost', async () => {
    server.verdict = (_samples, token) => (token === ownToken ? 403 : 200);
    plant.start();
    await plant.more(200);
    await until(() => server.sizes.length > 5);
    server.verdict = () => 200;
    await plant.stop();
    await plant.delivered(server);
    plant.check(server, 0);
    const caught = await plant.caught();
    assert.deepEqual(
      caught.map(({ code, payload, token }) => [code, payload, token]),
      [['KAA_REJECTED', undefined, undefined]],
    );
  }).timeout(60_000);

  it('the token replaced while samples wait: they go out under the new one, in order', async () => {
    await server.stop();
    plant.start();
    await plant.more(100);
    await plant.stop();
    await nodeRed.deploy(plantFlow(server.url, {}, 'new-secret'));
    await server.run();
    await plant.delivered(server, (token) => (token === ownToken ? ['new-secret'] : [token]));
    assert.deepEqual(server.numbers(ownToken), []);
    const numbers = server.numbers('new-secret');
    assert.deepEqual(
      numbers,
      numbers.toSorted((a, b) => a - b),
    );
  }).timeout(60_000);

  it('deploys of all kinds while samples flow, and the node removed: the queue survives', async () => {
    plant.start();
    await plant.more(50);
    await nodeRed.deploy(plantFlow(server.url));
    await plant.more(50);
    await nodeRed.deploy(plantFlow(server.url, { keepalive: '20' }), 'nodes');
    await plant.more(50);
    await server.stop();
    await plant.more(50);
    await plant.stop();
    const without = plantFlow(server.url).filter(({ id }) => id !== 'store');
    const other = { id: 'other', type: 'kaa-metadata', z: 'tab', x: 0, y: 0, endpoint: 'endpoint', wires: [] };
    await nodeRed.deploy([...without, other]);
    await server.run();
    await plant.delivered(server);
    // A deploy ends the connection, and with it the answer to one message of each token.
    plant.check(server, Number.POSITIVE_INFINITY);
  }).timeout(60_000);

  it('the endpoint disabled and enabled again: what waited goes out', async () => {
    await server.stop();
    plant.start();
    await plant.more(60);
    await plant.stop();
    const disabled = plantFlow(server.url).map((node) => (node.id === 'endpoint' ? { ...node, d: true } : node));
    await nodeRed.deploy(disabled);
    await plant.ready();
    await server.run();
    const refused = await plant.feed(ownToken);
    assert.deepEqual(refused, { status: 500, code: 'KAA_CONFIG' });
    assert.deepEqual(server.sizes, []);
    await nodeRed.deploy(plantFlow(server.url));
    await plant.delivered(server);
    plant.check(server, 0);
  }).timeout(60_000);

  it('an endpoint that no longer exists: its queue is kept and reported at the start', async () => {
    await server.stop();
    plant.start();
    await plant.more(20);
    await plant.stop();
    await nodeRed.deploy(plantFlow(server.url).filter(({ type }) => !type.startsWith('kaa-')));
    await nodeRed.stop();
    await nodeRed.run();
    await until(() => /20 samples of a kaa-endpoint that no longer exists|2[0-9] samples/.test(nodeRed.output));
    await server.run();
    await nodeRed.deploy(plantFlow(server.url));
    await plant.delivered(server);
    plant.check(server, 0);
  }).timeout(60_000);

  it('the store is private: folder 0700, file 0600; the own token is not in it and not in the log', async () => {
    await server.stop();
    plant.start();
    await plant.more(20);
    await plant.stop();
    const folder = join(nodeRed.userDirectory, 'kaa');
    assert.equal(statSync(folder).mode & 0o777, 0o700);
    const file = join(folder, 'endpoint.sqlite');
    assert.equal(statSync(file).mode & 0o777, 0o600);
    const content = execFileSync('cat', [file, `${file}-wal`], { encoding: 'latin1' });
    assert.ok(content.includes('press-secret') && !content.includes(ownToken));
    assert.ok(!nodeRed.output.includes('-secret'));
  });
});

describe('store and forward in a Node-RED with other settings', () => {
  let nodeRed: NodeRed | undefined;
  let server: SampleServer;

  beforeEach(async () => {
    server = await SampleServer.start();
  });

  afterEach(async () => {
    await nodeRed?.remove();
    nodeRed = undefined;
    await server.stop();
  });

  it('a clock that steps backwards changes nothing in the order', async () => {
    const behind = `
      const Real = Date;
      let offset = 0;
      globalThis.Date = class extends Real {
        constructor(...args) { if (args.length === 0) super(Real.now() + offset); else super(...args); }
        static now() { return Real.now() + offset; }
      };
      module.exports.functionGlobalContext = { setClock: (milliseconds) => { offset = milliseconds; } };`;
    nodeRed = await NodeRed.start(older, { behind });
    const clock = [
      { id: 'clock', type: 'http in', z: 'tab', x: 0, y: 0, url: '/clock', method: 'get', wires: [['set']] },
      {
        id: 'set',
        type: 'function',
        z: 'tab',
        x: 0,
        y: 0,
        func: `global.get('setClock')(-86400000); return msg;`,
        wires: [['answer']],
      },
    ];
    await nodeRed.deploy([...plantFlow(server.url, { outboxMaxDays: '30' }), ...clock]);
    const plant = new Plant(nodeRed);
    await plant.ready();
    await server.stop();
    plant.start();
    await plant.more(60);
    assert.ok((await fetch(`${nodeRed.url}/clock`)).ok);
    await plant.more(60);
    await server.run();
    await plant.more(60);
    await plant.stop();
    await plant.delivered(server);
    for (const token of tokens) {
      const numbers = server.numbers(token);
      assert.deepEqual(
        numbers,
        Array.from(numbers, (_number, index) => index + 1),
      );
      const stamps = (server.accepted.get(token) ?? []).map(({ timestamp }) => Number(timestamp));
      assert.ok(
        stamps.some((stamp, index) => index > 0 && stamp < (stamps[index - 1] ?? 0)),
        'the clock stepped back',
      );
    }
  }).timeout(120_000);

  it('a full disk: KAA_STORE until there is room again, everything accepted arrives', async function fullDisk() {
    this.timeout(120_000);
    const folder = mkdtempSync(join(tmpdir(), 'kaa-small-'));
    try {
      execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', folder], { stdio: 'ignore' });
    } catch {
      rmSync(folder, { recursive: true });
      this.skip();
    }
    try {
      nodeRed = await NodeRed.start(newest, { inside: `kaa: { storeDir: ${JSON.stringify(folder)} }` });
      await nodeRed.deploy(plantFlow(server.url));
      const plant = new Plant(nodeRed);
      await plant.ready();
      await server.stop();
      await plant.feed(ownToken);
      let answer = await plant.feed(ownToken);
      const filler = join(folder, 'filler');
      writeFileSync(filler, Buffer.alloc(200_000));
      for (let count = 0; count < 20_000 && answer?.status === 200; count += 1) answer = await plant.feed(ownToken);
      assert.deepEqual(answer, { status: 500, code: 'KAA_STORE' });
      assert.ok(plant.accepted > 100, `${plant.accepted} accepted`);
      await server.run();
      await plant.delivered(server);
      plant.check(server, 0);
      assert.equal((await plant.feed(ownToken))?.status, 200);
      await plant.delivered(server);
      plant.check(server, 0);
    } finally {
      await nodeRed?.remove();
      execFileSync('umount', ['-l', folder]);
      rmSync(folder, { recursive: true });
    }
  });

  it('a damaged file is moved aside with a warning, and Node-RED starts', async () => {
    nodeRed = await NodeRed.start(newest);
    await nodeRed.deploy(plantFlow(server.url));
    const plant = new Plant(nodeRed);
    await plant.ready();
    assert.equal((await plant.feed(ownToken))?.status, 200);
    await nodeRed.kill();
    const file = join(nodeRed.userDirectory, 'kaa/endpoint.sqlite');
    writeFileSync(file, Buffer.alloc(65_536, 'damaged'));
    rmSync(`${file}-wal`, { force: true });
    await nodeRed.run();
    await plant.ready();
    assert.equal((await plant.feed(ownToken))?.status, 200);
    await until(() => server.numbers(ownToken).includes(2));
    assert.match(nodeRed.output, /endpoint\.sqlite.*was damaged.*moved aside/);
  }).timeout(120_000);
});
