import assert from 'node:assert/strict';
import { join } from 'node:path';
import type { Context } from 'mocha';
import { connectionReasons } from '../../src/protocol/connection-reasons.ts';
import { startSimulator } from '../../src/simulator/simulator.ts';
import { ControlApi } from '../conformance/control-api.ts';
import { ConnectedFlow, type TestEndpoint, tokenOf } from '../support/connected-flow.ts';
import { forwardTo, Gate } from '../support/gate.ts';
import { NodeRed, runtimes } from '../support/node-red.ts';
import { login, SecuredBroker } from '../support/secured-broker.ts';
import { until } from '../support/until.ts';
import { failing, type FailingCase, type Servers, specialLogin, working } from './transport-cases.ts';

const [newest, older] = runtimes;

/** What the older Node-RED does too, whose tls-config node is another one. */
const onOlder = ['ws-mqtt-port', 'mqtts-client-certificate', 'wss-private-authority'];

/** Milliseconds until a server that says nothing is given up, and a bit. */
const silence = 20_000;

describe('transports in Node-RED', () => {
  let servers: Servers;
  let nodeRed: NodeRed;
  let flow: ConnectedFlow;

  before(async function start(this: Context) {
    this.timeout(120_000);
    const broker = await SecuredBroker.start();
    if (broker === undefined) return this.skip();
    const auth = { user: specialLogin.username, password: specialLogin.password };
    servers = { broker, simulator: await startSimulator({ mqttPort: 0, httpPort: 0, auth }) };
    nodeRed = await NodeRed.start(newest);
    flow = new ConnectedFlow(nodeRed);
  });

  after(async () => {
    await nodeRed?.remove();
    await servers?.simulator.close();
    await servers?.broker.close();
  });

  /** The platforms behind the two servers; an endpoint is at one of them. */
  const platforms = () => [servers.simulator, servers.broker.simulator];

  function samplesOf(name: string): number {
    const counts = platforms().map(({ platform }) => platform.endpoints.find(tokenOf(name))?.telemetry.count ?? 0);
    return counts.reduce((sum, count) => sum + count);
  }

  async function command(name: string): Promise<void> {
    for (const { httpUrl } of platforms()) {
      await new ControlApi(`${httpUrl}/api/v1/endpoints/${tokenOf(name)}`).command('switch', { name });
    }
  }

  async function deployWorking(to: ConnectedFlow, cases: typeof working): Promise<void> {
    const endpoints: TestEndpoint[] = [];
    for (const [name, settings] of cases) endpoints.push({ name, ...(await settings(servers)) });
    await to.deploy(endpoints);
  }

  async function works(at: ConnectedFlow, name: string): Promise<void> {
    const before = samplesOf(name);
    assert.deepEqual(await at.feed(name), { status: 200, name });
    assert.equal(samplesOf(name), before + 1);
    await command(name);
    await at.seen(({ commands }) => commands.includes(name));
    assert.deepEqual(at.complaints(name), []);
  }

  describe('a connection', () => {
    before(() => deployWorking(flow, working));

    for (const [name] of working) {
      it(`${name}: carries a confirmed sample and a command`, () => works(flow, name));
    }
  });

  describe(`a connection in Node-RED ${older.version}`, () => {
    const cases = working.filter(([name]) => onOlder.includes(name));
    let olderNodeRed: NodeRed;
    let olderFlow: ConnectedFlow;

    before(async function install() {
      this.timeout(120_000);
      olderNodeRed = await NodeRed.start(older);
      olderFlow = new ConnectedFlow(olderNodeRed);
      await deployWorking(olderFlow, cases);
    });

    after(() => olderNodeRed?.remove());

    for (const [name] of cases) {
      it(`${name}: carries a confirmed sample and a command`, () => works(olderFlow, name));
    }

    it('no secret is in the log', () => assert.doesNotMatch(olderNodeRed.output, /secret|PRIVATE KEY/));
  });

  describe('a connection that fails', () => {
    const gates = new Map<string, Gate>();
    let silent: Gate;
    let endpoints: readonly TestEndpoint[];
    let silentEndpoint: TestEndpoint;

    function gateOf({ name }: FailingCase): Gate {
      const gate = gates.get(name);
      assert.ok(gate);
      return gate;
    }

    before(async () => {
      for (const each of failing) gates.set(each.name, await Gate.on(each.talk?.(servers)));
      silent = await Gate.on(() => {});
      silentEndpoint = { name: 'silent', url: `mqtt://127.0.0.1:${silent.port}`, login };
      const fault = { token: tokenOf('dropped-at-first-message'), action: 'disconnect' };
      await new ControlApi(`${servers.simulator.httpUrl}/api/v1`).put('faults', [fault]);
      endpoints = failing.map((each) => ({ name: each.name, ...each.settings(servers, gateOf(each).port) }));
      await flow.deploy([...endpoints, silentEndpoint]);
    });

    after(() => Promise.all([...gates.values(), silent].map((gate) => gate.close())));

    for (const { name, reason, says } of failing) {
      it(`${name}: the status says ${reason}, the log what happened and what to do`, async () => {
        const { kaa } = await flow.shows(name, ({ kaa: { state } }) => state === 'offline');
        assert.equal(kaa.reason, reason);
        await until(() => flow.complaints(name).length > 0);
        assert.match(flow.complaints(name)[0] ?? '', says);
      });
    }

    describe('after three more attempts', () => {
      before(async () => {
        const seen = failing.filter(({ talk, unseen }) => talk !== undefined && unseen === undefined);
        await until(() => seen.every((each) => gateOf(each).count >= 4));
      });

      for (const { name } of failing) {
        it(`${name}: the log has told it once`, () => {
          assert.equal(flow.complaints(name).length, 1, flow.complaints(name).join('\n'));
        });
      }

      // Between its drops the other one is connected, and its messages are sent.
      for (const { name, reason } of failing.filter((each) => each.reason !== 'dropped-first-message')) {
        it(`${name}: a message fails at once, with the reason`, async () => {
          const { status, code, message } = await flow.feed(name);
          assert.deepEqual([status, code], [500, 'KAA_OFFLINE']);
          assert.ok(message?.includes(connectionReasons[reason]), message);
        });
      }
    });

    describe('once the fault is mended', () => {
      before(async () => {
        for (const each of failing) if ('serve' in each) await each.serve(servers, gateOf(each));
        const mended = endpoints.map((endpoint, index) => {
          const each = failing[index];
          if (each === undefined || 'serve' in each) return endpoint;
          return { name: each.name, ...each.change(servers, gateOf(each).port) };
        });
        await flow.change([...mended, silentEndpoint]);
      });

      for (const { name } of failing) {
        it(`${name}: it connects by itself, and the log says so`, async () => {
          await flow.shows(name, ({ kaa: { state } }) => state === 'connected');
          assert.equal((await flow.feed(name)).status, 200);
          assert.match(flow.log(name).at(-1)?.text ?? '', /^Connected to \w+:\/\/127\.0\.0\.1:\d+/);
        });
      }
    });

    describe('a server that says nothing', () => {
      it('is given up, with the reason', async () => {
        const { kaa } = await flow.shows('silent', ({ kaa: { state } }) => state === 'offline');
        assert.equal(kaa.reason, 'no-answer');
        await until(() => flow.complaints('silent').length > 0);
        assert.match(
          flow.complaints('silent')[0] ?? '',
          /^Cannot connect to \S+: .*does not answer\. Check the port .*\.$/,
        );
      }).timeout(silence);

      it('is connected to by itself once it speaks', async () => {
        silent.talk = forwardTo(servers.broker.port('mqtt'));
        await flow.shows('silent', ({ kaa: { state } }) => state === 'connected');
      });
    });
  });

  describe('several addresses', () => {
    let first: Gate;
    let second: Gate;

    beforeEach(async () => {
      const toMosquitto = forwardTo(servers.broker.port('mqtt'));
      first = await Gate.on(undefined);
      first.talk = toMosquitto;
      second = await Gate.on(toMosquitto);
      const urls = [first, second].map(({ port }) => `mqtt://127.0.0.1:${port}`);
      await flow.deploy([{ name: 'several', url: urls.join(', '), login }]);
      await flow.shows('several', ({ kaa: { state } }) => state === 'connected');
    });

    afterEach(async () => {
      await first.close();
      await second.close();
    });

    it('the second is used where the first is dead', async () => {
      assert.equal((await flow.feed('several')).status, 200);
      assert.ok(flow.log('several').some(({ text }) => text === `Connected to mqtt://127.0.0.1:${second.port}`));
    });

    it('the log tells why the first is not used', async () => {
      await flow.feed('several');
      const dead = `Cannot connect to mqtt://127.0.0.1:${first.port}: nothing listens there. Check the port`;
      assert.ok(flow.complaints('several').some((text) => text.startsWith(dead)));
    });

    it('the first is tried first after a loss', async () => {
      await first.open();
      await second.close();
      await until(() => flow.log('several').some(({ text }) => text === `Connected to mqtt://127.0.0.1:${first.port}`));
    });

    it('where none answers, the log tells once of each, and the status of the first', async () => {
      await second.close();
      const { kaa } = await flow.shows('several', ({ kaa: { reason } }) => reason === 'refused');
      assert.equal(kaa.state, 'offline');
      await until(
        () => flow.complaints('several').filter((text) => text.includes('nothing listens there')).length >= 2,
      );
      for (const { port } of [first, second]) {
        const told = flow.complaints('several').filter((text) => text.includes(`127.0.0.1:${port}: nothing listens`));
        assert.equal(told.length, 1, told.join('\n'));
      }
    });
  });

  describe('certificates in files that are not there', () => {
    let endpoint: TestEndpoint;

    before(async () => {
      const url = `mqtts://127.0.0.1:${servers.broker.port('mqtt trusted')}`;
      endpoint = { name: 'no-file', url, tls: { ca: join(servers.broker.folder, 'forgotten.pem') }, login };
      await flow.deploy([endpoint]);
    });

    it('a message fails with KAA_CONFIG, and why', async () => {
      const { status, code, message } = await flow.feed('no-file');
      assert.deepEqual([status, code], [500, 'KAA_CONFIG']);
      assert.match(message ?? '', /TLS configuration .* cannot be used: check the paths of its files/);
    });

    it('the status says KAA_CONFIG', async () => {
      const { kaa } = await flow.shows('no-file', ({ fill }) => fill === 'red');
      assert.deepEqual([kaa.state, kaa.reason], ['offline', 'KAA_CONFIG']);
    });

    it('the log names the file', async () => {
      await until(() => flow.complaints('no-file').some((text) => text.includes('forgotten.pem')));
    });

    it('the log tells once what is wrong with the endpoint', () => {
      const told = flow.complaints('no-file').filter((text) => text.includes('TLS configuration'));
      assert.equal(told.length, 1, told.join('\n'));
    });

    it('it connects once the file is there and the flow is deployed again', async () => {
      await servers.broker.write('forgotten.pem', servers.broker.certificates.authority.ca);
      await flow.deploy([endpoint]);
      await flow.shows('no-file', ({ kaa: { state } }) => state === 'connected');
      assert.equal((await flow.feed('no-file')).status, 200);
    });
  });

  it('no secret is in the log', () => assert.doesNotMatch(nodeRed.output, /secret|PRIVATE KEY/));
});
