import assert from 'node:assert/strict';
import { DeployedFlow } from '../../../src/runtime/deploy-lint/deployed-flow.ts';
import { findMisuse } from '../../../src/runtime/deploy-lint/find-misuse.ts';
import { endpoint, kaaNode, misuseIn, node, running, type SavedNode, subflow } from './flow-file.ts';

const observe = (wires: readonly string[], properties: SavedNode = {}): SavedNode =>
  kaaNode('observe', 'kaa-config', wires, { mode: 'observe', configName: '', autoApply: false, ...properties });

describe('configurations that nothing reports as applied', () => {
  const unreported = ['configNotApplied observe'];

  it('are told of where the node does not report and no other does', () =>
    assert.deepEqual(misuseIn([observe(['use']), node('use', 'function', [])]), unreported));

  it('are told of where a node behind it only asks', () =>
    assert.deepEqual(misuseIn([observe(['get']), kaaNode('get', 'kaa-config', [], { mode: 'get' })]), unreported));

  it('are told of where the node reports another configuration', () =>
    assert.deepEqual(
      misuseIn([observe([]), observe([], { id: 'other', configName: 'limits', autoApply: true })]),
      unreported,
    ));

  for (const [why, nodes] of Object.entries<readonly SavedNode[]>({
    'the node reports by itself': [observe([], { autoApply: true })],
    'the property is absent, which means that it reports': [observe([], { autoApply: undefined })],
    'only the environment knows': [observe([], { autoApply: '${APPLY}' })],
    'a node behind it reports': [observe(['applied']), kaaNode('applied', 'kaa-config', [], { mode: 'applied' })],
    'another node for the same configuration reports': [observe([]), observe([], { id: 'other', autoApply: true })],
    'a node that reports is fed from somewhere else': [
      observe(['keep']),
      node('keep', 'change', []),
      node('button', 'inject', ['applied']),
      kaaNode('applied', 'kaa-config', [], { mode: 'applied' }),
    ],
  })) {
    it(`are none where ${why}`, () => assert.deepEqual(misuseIn(nodes), []));
  }
});

describe('an installed version that nothing reports', () => {
  const software = (wires: readonly string[], properties: SavedNode = {}): SavedNode =>
    kaaNode('observe', 'kaa-ota', wires, { mode: 'observe', currentVersion: '', ...properties });

  it('is told of where neither the node nor the flow says which', () =>
    assert.deepEqual(misuseIn([software(['install']), node('install', 'function', [])]), [
      'versionNotReported observe',
    ]));

  for (const [why, nodes] of Object.entries<readonly SavedNode[]>({
    'the node says where it comes from': [software([], { currentVersion: 'VERSION', currentVersionType: 'env' })],
    'a node behind it reports': [software(['applied']), kaaNode('applied', 'kaa-ota', [], { mode: 'applied' })],
  })) {
    it(`is none where ${why}`, () => assert.deepEqual(misuseIn(nodes), []));
  }
});

describe('a password that goes in clear', () => {
  const goesInClear = ['plainPassword endpoint'];
  const login = (...urls: string[]) => ({ urls, hasPassword: true });

  for (const url of ['mqtt://kaa.example:1883', 'ws://10.0.0.7/mqtt', 'mqtt://127.example.com']) {
    it(`is told of for ${url}`, () => assert.deepEqual(misuseIn([], login(url)), goesInClear));
  }

  it('is told of where it is the second of several addresses', () =>
    assert.deepEqual(misuseIn([], login('mqtts://kaa.example', 'mqtt://kaa.example')), goesInClear));

  for (const url of [
    'mqtts://kaa.example',
    'wss://kaa.example',
    'mqtt://localhost',
    'ws://127.0.0.1',
    'mqtt://[::1]',
  ]) {
    it(`is none for ${url}`, () => assert.deepEqual(misuseIn([], login(url)), []));
  }

  it('is none where there is no password', () =>
    assert.deepEqual(misuseIn([], { urls: ['mqtt://kaa.example'], hasPassword: false }), []));

  it('names the server without what stands behind it', () => {
    const [found] = findMisuse(new DeployedFlow([endpoint]), running(login('ws://kaa.example:8080/mqtt?key=secret')));
    assert.deepEqual(found?.values, { server: 'ws://kaa.example:8080' });
  });
});

describe('telemetry', () => {
  const telemetry = (properties: SavedNode): readonly SavedNode[] => [
    kaaNode('node', 'kaa-telemetry', [], { format: 'json', delivery: 'confirmed', timestamp: 'none', ...properties }),
  ];

  it('that is stored without a timestamp is told of', () =>
    assert.deepEqual(misuseIn(telemetry({ delivery: 'stored' })), ['noTimestamp node']));

  it('with a time to wait for batches of one sample is told of', () =>
    assert.deepEqual(misuseIn(telemetry({ batchInterval: '5', batchSize: '1' })), ['intervalWithoutSize node']));

  it('with a time to wait and no size is told of', () =>
    assert.deepEqual(misuseIn(telemetry({ batchInterval: 5 })), ['intervalWithoutSize node']));

  for (const [what, properties] of Object.entries<SavedNode>({
    'stored with a timestamp': { delivery: 'stored', timestamp: 'epoch' },
    'stored with a timestamp that only the environment knows': { delivery: 'stored', timestamp: '${STAMP}' },
    'stored without batches, although a time to wait was left over': {
      delivery: 'stored',
      timestamp: 'iso',
      batchInterval: '5',
      batchSize: '1',
    },
    'sent without a timestamp': { delivery: 'sent' },
    'with a delivery that only the environment knows': { delivery: '${DELIVERY}' },
    'with batches': { batchInterval: '5', batchSize: '10' },
    'with a size of batches that only the environment knows': { batchInterval: '5', batchSize: '${SIZE}' },
    'without a time to wait': { batchInterval: '0', batchSize: '1' },
    'of one metric, although a time to wait was left over': { format: 'plain', batchInterval: '5', batchSize: '1' },
  })) {
    it(`${what} is not told of`, () => assert.deepEqual(misuseIn(telemetry(properties)), []));
  }
});

describe('a deployed flow', () => {
  it('gives the id of a running copy for a node in nested subflows', () => {
    const around: readonly SavedNode[] = [
      { id: 'around', type: 'subflow' },
      node('inner', 'subflow:subflow', [], { z: 'around' }),
      node('outer', 'subflow:around', []),
    ];
    const inside = kaaNode('node', 'kaa-telemetry', []);
    const flow = new DeployedFlow([...around, ...subflow('node', 'node', inside)]);
    assert.deepEqual(
      flow.nodes.filter(({ type }) => type === 'kaa-telemetry').map((each) => flow.runningId(each)),
      ['outer-inner-node'],
    );
  });

  it('with a subflow that contains itself ends', () => {
    const nodes = [
      ...subflow('node', 'node', kaaNode('node', 'kaa-command', [], { mode: 'receive' })),
      node('itself', 'subflow:subflow', [], { z: 'subflow' }),
    ];
    assert.deepEqual(misuseIn(nodes), []);
  });

  const odd: readonly unknown[] = [undefined, null, true, 7, 'text', '${ENV}', {}, [], [null], [[null, 7, {}]], [{}]];
  const properties = ['id', 'type', 'z', 'd', 'disabled', 'wires', 'links', 'scope', 'in', 'out', 'status', 'endpoint'];
  const ofKaa = ['mode', 'configName', 'autoApply', 'currentVersion', 'format', 'delivery', 'batchSize'];
  const types = ['tab', 'subflow', 'group', 'subflow:subflow', 'link in', 'link out', 'link call', 'catch', 'complete'];
  const kaaTypes = ['kaa-endpoint', 'kaa-command', 'kaa-config', 'kaa-ota', 'kaa-telemetry'];

  for (const type of [...types, ...kaaTypes]) {
    it(`that was written by hand is looked at, whatever a node of the type ${type} holds`, () => {
      for (const property of [...properties, ...ofKaa]) {
        const nodes = odd.map((value) => ({ ...node('node', type, ['node']), [property]: value }));
        for (const each of nodes) assert.ok(Array.isArray(misuseIn([each, ...subflow('node', 'node', each)])));
      }
    });
  }
});
