import assert from 'node:assert/strict';
import { BlobTokens, prepareUpload } from '../../src/extensions/blob-token.ts';
import { address, Platform } from './platform.ts';

const minute = 60_000;

describe('blob tokens', () => {
  let platform: Platform;
  let tokens: BlobTokens;
  let number: number;

  beforeEach(async () => {
    platform = new Platform();
    number = 0;
    platform.answer = () => {
      number += 1;
      return { token: `token-${number}` };
    };
    tokens = new BlobTokens(platform.client);
    await platform.settle();
    await platform.connect();
  });

  afterEach(() => platform.close());

  const get = async (refresh = false, endpoint = address): Promise<string> =>
    (await tokens.get(endpoint, refresh)).token;

  it('are asked for without a body', async () => {
    await get();
    assert.deepEqual(platform.requests, [{ ...address, extension: 'bcx', path: 'token', body: undefined }]);
  });

  it('are kept until shortly before their hour ends', async () => {
    await get();
    await platform.clock.tickAsync(54 * minute);
    assert.equal(await get(), 'token-1');
    await platform.clock.tickAsync(2 * minute);
    assert.equal(await get(), 'token-2');
  });

  it('are shared by requests at the same time, also by those that want a new one', async () => {
    assert.deepEqual(await Promise.all([get(), get(true), get()]), ['token-1', 'token-1', 'token-1']);
    assert.deepEqual(await Promise.all([get(true), get(true), get()]), ['token-2', 'token-2', 'token-2']);
  });

  it('are new ones where a new one is wanted', async () => {
    await get();
    assert.equal(await get(true), 'token-2');
    assert.equal(await get(), 'token-2');
  });

  it('are kept for each endpoint', async () => {
    const other = { ...address, token: 'other' };
    const version = { ...address, appVersion: 'v2' };
    assert.deepEqual(await Promise.all([get(), get(false, other), get(false, version)]), [
      'token-1',
      'token-2',
      'token-3',
    ]);
  });

  it('that could not be had are not kept', async () => {
    const { answer } = platform;
    platform.answer = () => new Error('no');
    await assert.rejects(get(), { code: 'KAA_REJECTED' });
    platform.answer = answer;
    assert.equal(await get(), 'token-1');
  });

  for (const body of [{}, { token: '' }, { token: 5 }, [], null, '']) {
    it(`an answer of ${JSON.stringify(body)} is KAA_PROTOCOL`, async () => {
      platform.answer = () => (body === '' ? '' : JSON.stringify(body));
      await assert.rejects(get(), { code: 'KAA_PROTOCOL' });
    });
  }
});

describe('upload requests', () => {
  it('post to the upload API, with the last part of the file name', () => {
    for (const filename of ['report 1.txt', '/var/log/report 1.txt', 'C:\\logs\\report 1.txt']) {
      assert.deepEqual(prepareUpload('https://cloud.example', 'text', filename)('secret'), {
        method: 'POST',
        url: 'https://cloud.example/bcx/api/v1/binary-data?name=report%201.txt',
        headers: { 'x-auth-token': 'secret', 'content-type': 'application/octet-stream' },
      });
    }
  });

  for (const payload of [{ a: 1 }, 5, undefined, null, ['x']]) {
    it(`of ${JSON.stringify(payload)} are KAA_INVALID`, () => {
      assert.throws(() => prepareUpload('https://x', payload, 'a.txt'), { code: 'KAA_INVALID' });
    });
  }

  for (const filename of [undefined, '', 5, '/var/log/', '\ud800']) {
    it(`to the file ${JSON.stringify(filename)} are KAA_INVALID`, () => {
      assert.throws(() => prepareUpload('https://x', Buffer.from('x'), filename), { code: 'KAA_INVALID' });
    });
  }
});
