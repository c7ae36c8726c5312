import assert from 'node:assert/strict';
import { type EndpointSurroundings, readEndpoint } from '../../src/runtime/endpoint.ts';
import type { Properties } from '../../src/runtime/properties.ts';

const surroundings: EndpointSurroundings = {
  nodeId: 'node',
  userDir: '/home/me/.node-red',
  credentials: { token: 'secret' },
  tls: undefined,
  resolve: (text: string) => text.replace('${HOST}', 'kaa.example'),
};

const read = (properties: Properties, changes: Partial<EndpointSurroundings> = {}) =>
  readEndpoint(properties, { ...surroundings, ...changes });

describe('settings of kaa-endpoint', () => {
  it('empty means the defaults of the contract', () => {
    const { client, token, appVersion } = read({});
    const { clientId, ...rest } = client;
    assert.deepEqual(rest, {
      urls: ['mqtts://mqtt.cloud.kaaiot.com:8883'],
      keepAlive: 30,
      qos: 'auto',
      requestTimeout: 10,
      maxInFlight: 100,
      maxPayload: 256 * 1024,
      requestIdMax: 99_999,
      extensions: { dcx: 'dcx', epmx: 'epmx', cex: 'cex', cmx: 'cmx', cmx_ota: 'cmx_ota', bcx: 'bcx' },
    });
    assert.deepEqual([token, appVersion], ['secret', undefined]);
    assert.ok(clientId.length <= 23);
    const empty = Object.fromEntries(
      ['url', 'appVersion', 'keepalive', 'qos', 'requestTimeout', 'dcx', 'clientId'].map((name) => [name, '']),
    );
    assert.deepEqual(read(empty), read({}));
  });

  it('numbers may be stored as numbers or strings', () => {
    assert.equal(read({ requestTimeout: 2.5 }).client.requestTimeout, 2.5);
    assert.equal(read({ requestTimeout: ' 2.5 ' }).client.requestTimeout, 2.5);
    assert.deepEqual([read({ qos: 1 }).client.qos, read({ qos: '0' }).client.qos], [1, 0]);
  });

  it('several URLs are separated by commas, and variables are filled in', () => {
    const { client } = read({ url: 'mqtts://${HOST}:8883 , wss://backup.example/ws,' });
    assert.deepEqual(client.urls, ['mqtts://kaa.example:8883', 'wss://backup.example/ws']);
  });

  it('the generated client ID is stable, and another one for another node, machine directory or deployment', () => {
    const id = read({}).client.clientId;
    assert.equal(read({}).client.clientId, id);
    assert.notEqual(read({}, { nodeId: 'other' }).client.clientId, id);
    assert.notEqual(read({}, { userDir: '/data' }).client.clientId, id);
    assert.equal(read({ clientId: 'mine' }).client.clientId, 'mine');
  });

  for (const [name, value] of [
    ['url', 'kaa.example:1883'],
    ['url', 'mqtt://'],
    ['url', ','],
    ['url', true],
    ['keepalive', '1.5'],
    ['keepalive', 0],
    ['requestTimeout', 'soon'],
    ['requestTimeout', '0'],
    ['maxInFlight', true],
    ['requestIdMax', 98],
    ['requestIdMax', 2 ** 31],
    ['maxPayload', '-1'],
    ['qos', '2'],
    ['dcx', 'a/b'],
    ['appVersion', '+'],
  ] as const) {
    it(`${name} = ${JSON.stringify(value)} is KAA_CONFIG`, () => {
      assert.throws(() => read({ [name]: value }), { code: 'KAA_CONFIG' });
    });
  }

  it('credentials are taken as they are; a variable may be a number', () => {
    const { client, token } = read({}, { credentials: { token: 73510042, username: ' me ', password: ' p w ' } });
    assert.deepEqual([token, client.username, client.password], ['73510042', ' me ', ' p w ']);
  });

  for (const [what, credentials] of [
    ['a password without a user name', { password: 'top-secret' }],
    ['a password too long for MQTT', { username: 'me', password: 'top-secret'.repeat(7000) }],
    ['a password that is no text', { username: 'me', password: { value: 'top-secret' } }],
  ] as const) {
    it(`${what} is KAA_CONFIG, and is not repeated`, () => {
      assert.throws(
        () => read({}, { credentials }),
        (error: Error & { code?: string }) => error.code === 'KAA_CONFIG' && !error.message.includes('top-secret'),
      );
    });
  }

  for (const [name, wanted] of [
    ['keepalive', /keepalive to be a whole number from 1 to 65535/],
    ['requestTimeout', /requestTimeout to be a number from/],
    ['outboxOverflow', /outboxOverflow to be one of reject, drop-oldest/],
  ] as const) {
    it(`what does not belong into ${name} is not repeated, because a variable may have brought a secret`, () => {
      for (const value of ['top-secret', '73510042', 73510042]) {
        assert.throws(
          () => read({ [name]: value }),
          ({ message }: Error) => wanted.test(message) && !message.includes(String(value)),
        );
      }
    });
  }

  it('a TLS configuration beside a plain URL is KAA_CONFIG: the login would go in clear', () => {
    for (const url of ['mqtt://a', 'ws://a/ws', 'mqtts://a,mqtt://b']) {
      assert.throws(() => read({ url }, { tls: { ca: 'x' } }), { code: 'KAA_CONFIG' });
    }
    assert.deepEqual(read({ url: 'mqtts://a,wss://b' }, { tls: { ca: 'x' } }).client.tls, { ca: 'x' });
  });

  it('a URL that holds credentials is refused without repeating them', () => {
    assert.throws(
      () => read({ url: 'mqtt://me:pass-word@kaa.example' }),
      (error: Error) => !error.message.includes('pass-word') && /credentials/.test(error.message),
    );
  });

  it('a token that is no topic level is refused without repeating it', () => {
    assert.throws(
      () => read({}, { credentials: { token: 'top.secret' } }),
      (error: Error) => !error.message.includes('top.secret') && /must not contain a dot/.test(error.message),
    );
  });
});
