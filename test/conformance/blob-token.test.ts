import assert from 'node:assert/strict';
import { install } from '@sinonjs/fake-timers';
import { member } from './control-api.ts';
import type { Endpoint } from './endpoint.ts';
import { onEveryPlatform } from './settings.ts';

onEveryPlatform('conformance: blob token', (setting) => {
  async function upload(path: string, token: string | undefined, body: string | Uint8Array<ArrayBuffer>) {
    return fetch(`${setting.platform.simulator.httpUrl}/bcx/api/v1/${path}`, {
      method: 'POST',
      headers: {
        'content-type': 'application/octet-stream',
        ...(token === undefined ? {} : { 'x-auth-token': token }),
      },
      body,
    });
  }

  async function tokenOf(endpoint: Endpoint): Promise<string> {
    return String(member(await endpoint.request('bcx/token'), 'token'));
  }

  async function blobs(endpoint: Endpoint): Promise<readonly unknown[]> {
    const list = await endpoint.control.get('blobs');
    assert.ok(Array.isArray(list));
    return list;
  }

  it('lets the endpoint upload: 201 and where it is', async () => {
    const endpoint = await setting.endpoint();
    const bytes = Uint8Array.from({ length: 256 }, (_, index) => index);
    const response = await upload('binary-data?name=photo%201.jpg', await tokenOf(endpoint), bytes);
    assert.equal(response.status, 201);
    assert.ok(response.headers.get('location'));
    const [blob, ...more] = await blobs(endpoint);
    assert.match(JSON.stringify(blob), /photo 1\.jpg/);
    assert.deepEqual(more, []);
  });

  it('lets the endpoint upload a file: 204', async () => {
    const endpoint = await setting.endpoint();
    const response = await upload('files/log.txt', await tokenOf(endpoint), 'text');
    assert.equal(response.status, 204);
    assert.match(JSON.stringify(await blobs(endpoint)), /log\.txt/);
  });

  it('may be used more than once', async () => {
    const endpoint = await setting.endpoint();
    const token = await tokenOf(endpoint);
    for (const name of ['a', 'b']) assert.equal((await upload(`binary-data?name=${name}`, token, '1')).status, 201);
    assert.equal((await blobs(endpoint)).length, 2);
  });

  it('files what is uploaded under the endpoint that it was given to', async () => {
    const one = await setting.endpoint();
    const another = await setting.endpoint();
    const token = await tokenOf(one);
    await tokenOf(another);
    await upload('binary-data?name=a', token, '1');
    assert.equal((await blobs(one)).length, 1);
    assert.deepEqual(await blobs(another), []);
  });

  for (const [what, token] of [
    ['a token that was never given', 'f'.repeat(32)],
    ['an empty token', ''],
    ['no token', undefined],
  ] as const) {
    it(`${what} is answered with 403`, async () => {
      const endpoint = await setting.endpoint();
      await tokenOf(endpoint);
      for (const path of ['binary-data?name=a', 'files/a']) assert.equal((await upload(path, token, '1')).status, 403);
      assert.deepEqual(await blobs(endpoint), []);
    });
  }

  it('is valid for an hour', async () => {
    const endpoint = await setting.endpoint();
    const token = await tokenOf(endpoint);
    const minute = 60_000;
    const clock = install({ now: Date.now(), toFake: ['Date'] });
    try {
      clock.setSystemTime(Date.now() + 59 * minute);
      assert.equal((await upload('binary-data?name=a', token, '1')).status, 201);
      clock.setSystemTime(Date.now() + 2 * minute);
      assert.equal((await upload('binary-data?name=b', token, '1')).status, 403);
    } finally {
      clock.uninstall();
    }
  });

  it('an endpoint token is no blob token', async () => {
    const endpoint = await setting.endpoint();
    await tokenOf(endpoint);
    assert.equal((await upload('binary-data?name=a', endpoint.token, '1')).status, 403);
  });
});
