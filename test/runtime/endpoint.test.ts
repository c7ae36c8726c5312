import assert from 'node:assert/strict';
import { readEndpoint } from '../../src/runtime/endpoint.ts';
import type { Properties } from '../../src/runtime/properties.ts';

const surroundings = {
  nodeId: 'node',
  userDir: '/home/me/.node-red',
  credentials: { token: 'secret' },
  tls: undefined,
  resolve: (text: string) => text.replace('${HOST}', 'kaa.example'),
};

const read = (properties: Properties, changes: Partial<typeof surroundings> = {}) =>
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
    ['url', 7],
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
