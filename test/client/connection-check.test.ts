import assert from 'node:assert/strict';
import { once } from 'node:events';
import {
  type AddressInfo,
  connect as connectTcp,
  createServer as createTcpServer,
  type Server,
  type Socket,
} from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import { checkConnection, type CheckReport, type CheckSpeaker } from '../../src/client/connection-check.ts';
import { KaaClient } from '../../src/client/client.ts';
import { mqttTransport } from '../../src/client/mqtt-transport.ts';
import type { ClientOptions } from '../../src/client/options.ts';
import { type Simulator, startSimulator } from '../../src/simulator/simulator.ts';
import { Authority } from '../support/certificates.ts';
import { clientOptions } from '../support/client-options.ts';
import { type MemoryLink, MemoryServer } from '../support/memory-transport.ts';
import { until } from '../support/until.ts';

const speaker = { address: { appVersion: 'v1', token: 'checked' } };

/** A report in a few words, such as `login failed login-refused`. */
function wordsOf({ stage, outcome }: CheckReport): string {
  if (outcome.state === 'passed') return `${stage} passed${outcome.over === undefined ? '' : ' over other'}`;
  if (outcome.state === 'skipped') return `${stage} skipped ${outcome.why}`;
  const { failure } = outcome;
  const reason =
    failure instanceof Error ? ('code' in failure ? String(failure.code) : failure.message) : failure.reason;
  return `${stage} failed ${reason}`;
}

describe('connection check', () => {
  let simulator: Simulator;
  const servers: Server[] = [];
  const sockets = new Set<Socket>();

  before(async () => {
    simulator = await startSimulator({ mqttPort: 0, httpPort: 0, auth: { user: 'me@tenant', password: 'secret' } });
  });

  after(async () => {
    await simulator.close();
  });

  afterEach(() => {
    for (const socket of sockets) socket.destroy();
    sockets.clear();
    for (const server of servers.splice(0)) server.close();
  });

  async function listen(server: Server): Promise<number> {
    servers.push(server);
    server.on('connection', (socket: Socket) => {
      sockets.add(socket);
      socket.on('error', () => undefined);
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return (server.address() as AddressInfo).port;
  }

  async function check(
    changes: Partial<ClientOptions>,
    who: CheckSpeaker = speaker,
    aborted = new AbortController().signal,
    transport = mqttTransport,
  ): Promise<string[]> {
    const reports: string[] = [];
    const options = clientOptions({ username: 'me@tenant', password: 'secret', requestTimeout: 2, ...changes });
    await checkConnection(
      options,
      () => who,
      transport,
      (report) => reports.push(wordsOf(report)),
      aborted,
    );
    return reports;
  }

  /** Names and sockets are real, and behind them the test plays the server. */
  async function checkWith(play: (link: MemoryLink) => void, changes: Partial<ClientOptions> = {}): Promise<string[]> {
    const server = new MemoryServer();
    const checking = check({ urls: [simulator.mqttUrl], ...changes }, speaker, undefined, server.transport);
    await until(() => server.links.length > 0);
    play(server.link);
    return checking;
  }

  it('every stage passes where all is well', async () => {
    assert.deepEqual(await check({ urls: [simulator.mqttUrl.replace('127.0.0.1', 'localhost')] }), [
      'lookup passed',
      'tcp passed',
      'tls skipped plain',
      'login passed',
      'subscribe passed',
      'request passed',
    ]);
  });

  it('changes nothing at the platform', async () => {
    await check({ urls: [simulator.mqttUrl] });
    const response = await fetch(`${simulator.httpUrl}/api/v1/endpoints/${speaker.address.token}`, {
      headers: { authorization: `Basic ${btoa('me@tenant:secret')}` },
    });
    const { samples } = (await response.json()) as { readonly samples: number };
    assert.equal(samples, 0);
  });

  it('an unknown host is the end at the first stage', async () => {
    assert.deepEqual(await check({ urls: ['mqtt://no-such-host.invalid:1883'] }), ['lookup failed unknown-host']);
  });

  it('a closed port', async () => {
    const server = createTcpServer();
    const port = await listen(server);
    server.close();
    await once(server, 'close');
    assert.deepEqual(await check({ urls: [`mqtt://127.0.0.1:${port}`] }), [
      'lookup skipped address',
      'tcp failed refused',
    ]);
  });

  it('a server that keeps silent, within the time-out', async () => {
    const port = await listen(createTcpServer());
    const started = performance.now();
    const reports = await check({ urls: [`mqtt://127.0.0.1:${port}`], requestTimeout: 0.3 });
    assert.deepEqual(reports.slice(-1), ['login failed no-answer']);
    assert.ok(performance.now() - started < 2000);
  });

  it('a server that keeps silent where TLS is meant', async () => {
    const port = await listen(createTcpServer());
    const reports = await check({ urls: [`mqtts://127.0.0.1:${port}`], requestTimeout: 0.3 });
    assert.deepEqual(reports.slice(-1), ['tls failed no-answer']);
  });

  it('a server without TLS where TLS is meant', async () => {
    const reports = await check({ urls: [simulator.mqttUrl.replace('mqtt:', 'mqtts:')] });
    assert.deepEqual(reports.slice(-1), ['tls failed tls']);
  });

  it('a certificate that is not trusted, and the one that is', async () => {
    const authority = await Authority.create();
    const { port: simulatorPort } = new URL(simulator.mqttUrl);
    const server = createTlsServer(await authority.issue('IP:127.0.0.1'), (socket) => {
      const behind = connectTcp(Number(simulatorPort), '127.0.0.1');
      socket.on('error', () => behind.destroy());
      behind.on('error', () => socket.destroy());
      socket.pipe(behind).pipe(socket);
    });
    server.on('tlsClientError', () => undefined);
    const url = `mqtts://127.0.0.1:${await listen(server)}`;
    assert.deepEqual((await check({ urls: [url] })).slice(-1), ['tls failed tls-untrusted']);
    assert.deepEqual((await check({ urls: [url], tls: { ca: authority.ca } })).slice(2), [
      'tls passed',
      'login passed',
      'subscribe passed',
      'request passed',
    ]);
    await authority.remove();
  });

  it('a wrong password', async () => {
    const reports = await check({ urls: [simulator.mqttUrl], password: 'wrong' });
    assert.deepEqual(reports.slice(-1), ['login failed login-refused']);
  });

  it('a refused subscription', async () => {
    const reports = await checkWith((link) => {
      link.grant = () => 128;
      link.accept();
    });
    assert.deepEqual(reports.slice(-1), ['subscribe failed KAA_CONFIG']);
  });

  it('an endpoint that the platform refuses', async () => {
    await fetch(`${simulator.httpUrl}/api/v1/faults`, {
      method: 'PUT',
      headers: { authorization: `Basic ${btoa('me@tenant:secret')}` },
      body: JSON.stringify([{ extension: 'epmx', action: 'error', statusCode: 403, count: 1 }]),
    });
    const reports = await check({ urls: [simulator.mqttUrl] });
    assert.deepEqual(reports.slice(-2), ['subscribe passed', 'request failed KAA_REJECTED']);
  });

  it('a platform that does not answer', async () => {
    const reports = await checkWith((link) => link.accept(), { requestTimeout: 0.2 });
    assert.deepEqual(reports.slice(-2), ['subscribe passed', 'request failed KAA_TIMEOUT']);
  });

  for (const nobody of ['nobody', 'in-use'] as const) {
    it(`speaks for nobody where that is wanted: ${nobody}`, async () => {
      assert.deepEqual((await check({ urls: [simulator.mqttUrl] }, nobody)).slice(-3), [
        'login passed',
        `subscribe skipped ${nobody}`,
        `request skipped ${nobody}`,
      ]);
    });
  }

  it('asks over the connection that speaks for the endpoint already', async () => {
    const options = clientOptions({ urls: [simulator.mqttUrl], username: 'me@tenant', password: 'secret' });
    const over = new KaaClient({ ...options, clientId: 'deployed' }, mqttTransport);
    over.open();
    const pushes: unknown[] = [];
    const target = { ...speaker.address, resource: 'commands', name: 'reboot' } as const;
    over.observe(target, { pushed: (_target, { body }) => void pushes.push(body), pushFailed: () => assert.fail() });
    await over.send(target, Buffer.from('{"observe":true}'), 'answer', { unexpectedError: () => undefined });
    assert.deepEqual((await check({ urls: [simulator.mqttUrl] }, { ...speaker, over })).slice(-2), [
      'subscribe passed over other',
      'request passed over other',
    ]);
    await fetch(`${simulator.httpUrl}/api/v1/endpoints/${speaker.address.token}/commands/reboot`, {
      method: 'POST',
      headers: { authorization: `Basic ${btoa('me@tenant:secret')}` },
    });
    await until(() => pushes.length === 1);
    await over.close(0);
  });

  it('leaves nothing under way on the connection that it asks over, where Kaa does not answer', async () => {
    const server = new MemoryServer();
    const over = new KaaClient(clientOptions(), server.transport);
    over.open();
    server.link.accept();
    const reports = await check({ urls: [simulator.mqttUrl], requestTimeout: 0.1 }, { ...speaker, over });
    assert.deepEqual(reports.slice(-2), ['subscribe passed over other', 'request failed no-answer']);
    assert.equal(server.link.published.length, 1);
    assert.equal(over.inFlight, 0);
    await over.close(0);
  });

  it('every server is tried', async () => {
    const reports = await check({ urls: ['mqtt://no-such-host.invalid', simulator.mqttUrl] });
    assert.deepEqual([reports[0], reports.at(-1)], ['lookup failed unknown-host', 'request passed']);
  });

  it('servers are told apart, also where several are the same', async () => {
    const url = 'mqtt://no-such-host.invalid';
    const tried: [number, string][] = [];
    const options = clientOptions({ urls: [url, url], requestTimeout: 2 });
    const aborted = new AbortController().signal;
    const told = ({ server, stage }: CheckReport): void => void tried.push([server, stage]);
    await checkConnection(options, () => 'nobody', mqttTransport, told, aborted);
    assert.deepEqual(tried, [
      [0, 'lookup'],
      [1, 'lookup'],
    ]);
  });

  it('ends when it is aborted, and says nothing more', async () => {
    const controller = new AbortController();
    const port = await listen(createTcpServer());
    const checking = check({ urls: [`mqtt://127.0.0.1:${port}`], requestTimeout: 60 }, speaker, controller.signal);
    await until(() => sockets.size > 0);
    controller.abort();
    const reports = await checking;
    assert.ok(!reports.some((report) => report.startsWith('login')), reports.join());
  });
});
