import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type AddressInfo, connect as connectTcp } from 'node:net';
import { createServer, type Server } from 'node:tls';
import { KaaClient } from '../../src/client/client.ts';
import type { ConnectionStatus } from '../../src/client/connection.ts';
import { mqttTransport } from '../../src/client/mqtt-transport.ts';
import type { ClientOptions } from '../../src/client/options.ts';
import { type Simulator, startSimulator } from '../../src/simulator/simulator.ts';
import { Authority, type Certificate } from '../support/certificates.ts';
import { clientOptions } from '../support/client-options.ts';

describe('client over each transport', () => {
  let simulator: Simulator;
  let client: KaaClient | undefined;

  beforeEach(async () => {
    simulator = await startSimulator({ mqttPort: 0, httpPort: 0, auth: { user: 'me@tenant', password: 'secret' } });
  });

  afterEach(async () => {
    await client?.close(0);
    await simulator.close();
  });

  /** Connects and waits until that succeeded or failed. */
  async function connect(url: string, changes: Partial<ClientOptions> = {}): Promise<ConnectionStatus> {
    client = new KaaClient(
      clientOptions({ urls: [url], username: 'me@tenant', password: 'secret', ...changes }),
      mqttTransport,
    );
    const decided = new Promise<ConnectionStatus>((resolve) => client?.onStatus(resolve));
    client.open();
    return decided;
  }

  async function confirmSample(): Promise<void> {
    const target = { appVersion: 'v1', token: 't', resource: 'samples' } as const;
    const outcome = await client?.send(target, Buffer.from('{"a":1}'), 'answer', { unexpectedError: () => {} });
    assert.equal(outcome?.statusCode, 200);
  }

  it('mqtt with user name and password', async () => {
    assert.equal((await connect(simulator.mqttUrl)).state, 'connected');
    await confirmSample();
  });

  it('a wrong password is a refused login', async () => {
    const status = await connect(simulator.mqttUrl, { password: 'wrong' });
    assert.equal(status.state === 'offline' && status.reason, 'login-refused');
  });

  it('ws on /ws', async () => {
    assert.equal((await connect(`${simulator.httpUrl.replace('http:', 'ws:')}/ws`)).state, 'connected');
    await confirmSample();
  });

  it('ws at a wrong path is named as such', async () => {
    const status = await connect(`${simulator.httpUrl.replace('http:', 'ws:')}/elsewhere`);
    assert.equal(status.state === 'offline' && status.reason, 'no-websocket');
  });

  it('leaves no socket and no timer behind, however often it connected', async () => {
    const resources = (): number =>
      process.getActiveResourcesInfo().filter((name) => name === 'TCPSocketWrap' || name === 'Timeout').length;
    const round = async (): Promise<void> => {
      assert.equal((await connect(simulator.mqttUrl)).state, 'connected');
      await confirmSample();
      await client?.close(1000);
    };
    await round();
    const after = resources();
    for (let count = 0; count < 20; count += 1) await round();
    // The simulator's side of the last connection takes a moment.
    while (resources() > after) await new Promise((resolve) => setImmediate(resolve));
  });

  describe('mqtts', () => {
    let authority: Authority;
    let server: Server | undefined;

    before(async () => {
      authority = await Authority.create();
    });

    after(() => authority.remove());

    afterEach(async () => {
      server?.close();
      if (server?.listening === true) await once(server, 'close');
    });

    /** Puts TLS in front of the simulator. */
    async function listen(certificate: Certificate): Promise<string> {
      server = createServer(certificate, (socket) => {
        const inner = connectTcp(Number(new URL(simulator.mqttUrl).port), '127.0.0.1');
        inner.on('error', () => {});
        socket.on('error', () => {});
        socket.pipe(inner).pipe(socket);
      });
      server.on('tlsClientError', () => {});
      server.listen(0, '127.0.0.1');
      await once(server, 'listening');
      return `mqtts://127.0.0.1:${(server.address() as AddressInfo).port}`;
    }

    it('with a private authority that is known', async () => {
      const url = await listen(await authority.issue('IP:127.0.0.1'));
      assert.equal((await connect(url, { tls: { ca: authority.ca } })).state, 'connected');
      await confirmSample();
    });

    it('without a TLS configuration verifies the server: an unknown authority is untrusted', async () => {
      const status = await connect(await listen(await authority.issue('IP:127.0.0.1')));
      assert.equal(status.state === 'offline' && status.reason, 'tls-untrusted');
    });

    it('a certificate of another host is named as such', async () => {
      const url = await listen(await authority.issue('DNS:other.example'));
      const status = await connect(url, { tls: { ca: authority.ca } });
      assert.equal(status.state === 'offline' && status.reason, 'tls-name');
    });

    it('an expired certificate is named as such', async () => {
      const url = await listen(await authority.issue('IP:127.0.0.1', -1));
      const status = await connect(url, { tls: { ca: authority.ca } });
      assert.equal(status.state === 'offline' && status.reason, 'tls-expired');
    });

    it('is not verified where the TLS configuration says so', async () => {
      const url = await listen(await authority.issue('DNS:other.example'));
      assert.equal((await connect(url, { tls: { rejectUnauthorized: false } })).state, 'connected');
    });
  });
});
