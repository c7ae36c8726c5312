import assert from 'node:assert/strict';
import { findResource, type ResourceKey, resourcePath, resources } from '../../src/protocol/resources.ts';
import { requestProblems, responseProblems } from '../../src/protocol/validators.ts';

/** The table of resources, row by row: extension, path, valid and invalid request bodies, valid and invalid answers. */
const rows: Record<
  ResourceKey,
  { path: string; valid: unknown[]; invalid: unknown[]; answers?: unknown[]; badAnswers?: unknown[] }
> = {
  samples: {
    path: 'dcx/json',
    valid: [{ a: 1 }, [{ a: 1 }, { a: 2 }], 21, true, {}],
    invalid: [undefined, [], 'x', null, [[1]], ['x']],
  },
  plainSample: {
    path: 'dcx/plain/m',
    valid: [200, '47%', '200C', '-1.5e3', '12.5m/s'],
    invalid: [undefined, '', 'abc', '47 %', '1,5', {}, true],
  },
  metadataKeys: {
    path: 'epmx/get/keys',
    valid: [undefined],
    invalid: [{}],
    answers: [[], ['a', 'B_1']],
    badAnswers: [undefined, {}, ['a', 'a'], ['a-b'], [1]],
  },
  metadata: {
    path: 'epmx/get',
    valid: [undefined, {}, { keys: ['a'] }],
    invalid: [[], { key: 'a' }, { keys: ['a-b'] }],
    answers: [{}, { a: 1 }],
    badAnswers: [undefined, [], { 'a-b': 1 }],
  },
  metadataUpdate: { path: 'epmx/update', valid: [{ a: 1 }], invalid: [undefined, {}, [], { 'a-b': 1 }] },
  metadataUpdateKeys: { path: 'epmx/update/keys', valid: [{ a: { b: 1 } }], invalid: [undefined, {}, 'x', { '': 1 }] },
  metadataDeleteKeys: { path: 'epmx/delete/keys', valid: [['a']], invalid: [undefined, [], ['a', 'a'], ['a-b'], {}] },
  commands: {
    path: 'cex/command/reboot',
    valid: [undefined, {}, { observe: true }],
    invalid: [{ observe: 1 }, { x: 1 }],
    answers: [[], [{ id: 1 }, { id: 2, payload: null }]],
    badAnswers: [undefined, { observe: true }, [{ payload: 1 }], [{ id: '1' }]],
  },
  commandResults: {
    path: 'cex/result/reboot',
    valid: [[{ id: 1, statusCode: 200 }], [{ id: 1, statusCode: 500, reasonPhrase: 'x', payload: {} }]],
    invalid: [undefined, {}, [{ id: 1 }], [{ id: 1, statusCode: 200, x: 1 }]],
  },
  configuration: {
    path: 'cmx/config/json',
    valid: [undefined, {}, { configId: 'a', observe: false }],
    invalid: [{ config: 1 }, []],
    answers: [
      undefined,
      null,
      {},
      { configId: 'a', config: { b: 1 }, statusCode: 200, id: 42 },
      { statusCode: 304 },
      { configId: '', config: null },
    ],
    badAnswers: [[], 'x', { configId: 1 }],
  },
  configurationApplied: {
    path: 'cmx/applied/json',
    valid: [{ configId: 'a' }, { configId: 'a', statusCode: 400, reasonPhrase: 'x' }],
    invalid: [undefined, {}, { configId: 1 }, { configId: 'a', x: 1 }],
  },
  software: {
    path: 'cmx_ota/config/json',
    valid: [undefined, {}, { observe: true }],
    invalid: [{ configId: 'a' }, []],
    answers: [undefined, { configId: '0.0.2', config: { link: 'x' } }],
    badAnswers: [[], { configId: 2 }],
  },
  softwareApplied: {
    path: 'cmx_ota/applied/json',
    valid: [{ configId: '0.0.2' }],
    invalid: [undefined, { version: '1' }],
  },
  blobToken: {
    path: 'bcx/token',
    valid: [undefined],
    invalid: [{}],
    answers: [{ token: '2222' }],
    badAnswers: [undefined, {}, { token: '' }, { token: 1 }, []],
  },
};

describe('table of resources', () => {
  for (const [key, row] of Object.entries(rows)) {
    const resource = resources[key as ResourceKey];
    describe(row.path, () => {
      it('is found by its path', () => {
        const [extension = '', ...path] = row.path.split('/');
        const found = findResource(extension, path.join('/'));
        assert.equal(found?.key, key);
        assert.equal(resourcePath(resource, found?.name), path.join('/'));
      });
      for (const body of row.valid) {
        it(`takes the request ${JSON.stringify(body)}`, () => assert.deepEqual(requestProblems(resource, body), []));
      }
      for (const body of row.invalid) {
        it(`refuses the request ${JSON.stringify(body)}`, () =>
          assert.notEqual(requestProblems(resource, body).length, 0));
      }
      for (const body of row.answers ?? [undefined]) {
        it(`takes the answer ${JSON.stringify(body)}`, () => assert.deepEqual(responseProblems(resource, body), []));
      }
      for (const body of row.badAnswers ?? []) {
        it(`refuses the answer ${JSON.stringify(body)}`, () =>
          assert.notEqual(responseProblems(resource, body).length, 0));
      }
    });
  }

  it('names the offending path', () => {
    const [problem] = requestProblems(resources.commandResults, [
      { id: 1, statusCode: 200 },
      { id: 'x', statusCode: 200 },
    ]);
    assert.equal(problem?.path, '/1/id');
  });

  it('finds the name of a named configuration, and no name beyond one level', () => {
    assert.deepEqual(findResource('cmx', 'config/json/network')?.name, 'network');
    assert.equal(findResource('cmx', 'config/json/a/b'), undefined);
    assert.equal(findResource('dcx', 'plain'), undefined);
    assert.equal(findResource('dcx', 'unknown'), undefined);
    assert.equal(findResource('cmx_ota', 'config/json/named'), undefined);
  });
});
