import assert from 'node:assert/strict';
import { DeployedFlow } from '../../../src/runtime/deploy-lint/deployed-flow.ts';
import { findMisuse } from '../../../src/runtime/deploy-lint/find-misuse.ts';
import {
  endpoint,
  kaaNode,
  misuseIn,
  node,
  receive,
  respond,
  running,
  type SavedNode,
  subflow,
  subflowModule,
  tab,
} from './flow-file.ts';

const unanswered = ['noResponse receive'];

const disabledTab: SavedNode = { id: 'off', type: 'tab', disabled: true };
const secondEndpoint: SavedNode = { id: 'second', type: 'kaa-endpoint', name: 'Press' };

/** A second node that receives, and is answered. */
const answered = (wires: readonly string[]): SavedNode =>
  kaaNode('answered', 'kaa-command', wires, { mode: 'receive', commandType: 'another' });

const silent: Record<string, readonly SavedNode[]> = {
  'a node that responds is behind it': [receive(['a']), node('a', 'function', ['respond']), respond()],
  'another node answers, from what was left in a context': [
    receive(['keep']),
    node('keep', 'change', []),
    node('button', 'inject', ['respond']),
    respond(),
  ],
  'another node answers, and also answers for others': [
    receive(['keep']),
    node('keep', 'change', []),
    node('button', 'inject', ['respond']),
    answered(['respond']),
    respond(),
  ],
  'the answer comes over a connection': [
    receive(['request']),
    node('request', 'tcp out', []),
    node('answer', 'tcp in', ['read']),
    node('read', 'json', ['respond']),
    respond(),
  ],
  'the result may be published by the flow itself': [receive(['publish']), node('publish', 'mqtt out', [])],
  'a subflow from a module may answer it': [receive(['module']), subflowModule('module', [])],
  'a subflow from a module may answer its errors': [
    receive(['a']),
    node('a', 'function', []),
    node('catch', 'catch', ['module'], { scope: null }),
    subflowModule('module', []),
  ],
  'a program of its own is given the command': [receive(['run']), node('run', 'exec', [])],
  'only the environment knows whether a node responds': [receive(['maybe']), respond({ id: 'maybe', mode: '${MODE}' })],
  'only the environment knows whether a node receives': [receive([], { mode: '${MODE}' })],
  'only the environment knows the endpoint of the node that answers': [
    secondEndpoint,
    receive(['respond'], { endpoint: 'second' }),
    respond({ endpoint: '${ENDPOINT}' }),
  ],
  'only the environment knows the endpoint of the node that receives': [
    receive(['respond'], { endpoint: '${ENDPOINT}' }),
    respond(),
  ],
  'only the environment knows the endpoint of a node that is fed from somewhere else': [
    receive([]),
    node('button', 'inject', ['respond']),
    respond({ endpoint: '${ENDPOINT}' }),
  ],
  'only the environment knows its endpoint, and a node is fed from somewhere else': [
    receive([], { endpoint: '${ENDPOINT}' }),
    node('button', 'inject', ['respond']),
    respond(),
  ],
  'its endpoint does not exist, and that of the node that answers does': [
    receive(['respond'], { endpoint: 'gone' }),
    respond(),
  ],
  'no endpoint is chosen': [receive([], { endpoint: '' })],
  'the endpoint does not exist': [receive([], { endpoint: 'gone' })],
  'the endpoint is disabled': [{ id: 'gone', type: 'kaa-endpoint', d: true }, receive([], { endpoint: 'gone' })],
  'the node is disabled': [receive([], { d: true })],
  'the tab is disabled': [disabledTab, receive([], { z: 'off' })],
  'its subflow has no instance': [...subflow('receive', 'receive', receive([]))],
  'its subflow has only an instance that is disabled': [
    ...subflow('receive', 'receive', receive([])),
    node('instance', 'subflow:subflow', [], { d: true }),
  ],
  'its subflow has only an instance on a disabled tab': [
    disabledTab,
    ...subflow('receive', 'receive', receive([])),
    node('instance', 'subflow:subflow', [], { z: 'off' }),
  ],
};

const told: Record<string, readonly SavedNode[]> = {
  'nothing is wired': [receive([])],
  'what it is wired to ends somewhere': [receive(['machine']), node('machine', 'modbus-write', [])],
  'the flow is a circle': [receive(['a']), node('a', 'delay', ['b']), node('b', 'function', ['a'])],
  'the mode is left out, which means that it receives': [kaaNode('receive', 'kaa-command', [])],
  'a subflow from a module is in front of it': [subflowModule('module', ['receive']), receive([])],
  'a node that responds is wired to nothing': [receive(['a']), node('a', 'function', []), respond()],
  'a node that responds answers for another one only': [
    receive([], { commandType: 'a' }),
    answered(['respond']),
    respond(),
  ],
  'only the errors of the node itself are caught': [
    receive([]),
    node('catch', 'catch', ['respond'], { scope: null }),
    respond(),
  ],
  'errors of other nodes are answered elsewhere': [
    receive([], { z: 'elsewhere', commandType: 'a' }),
    { id: 'elsewhere', type: 'tab' },
    answered(['respond']),
    node('other', 'inject', []),
    node('catch', 'catch', ['respond'], { scope: null }),
    respond(),
  ],
  'the node that responds is disabled': [receive(['respond']), respond({ d: true })],
  'a node in between is disabled': [receive(['a']), node('a', 'function', ['respond'], { d: true }), respond()],
  'the node that responds is on a disabled tab': [
    disabledTab,
    receive(['out']),
    node('out', 'link out', [], { links: ['in'] }),
    node('in', 'link in', ['respond'], { z: 'off' }),
    respond({ z: 'off' }),
  ],
  'it is in a subflow': [...subflow('receive', 'receive', receive([])), node('instance', 'subflow:subflow', [])],
  'the subflow lets no message out': [
    receive(['instance']),
    ...subflow('inside', 'nothing', node('inside', 'function', [])),
    node('instance', 'subflow:subflow', ['respond']),
    respond(),
  ],
  'a node of another endpoint is fed from somewhere else': [
    receive([]),
    secondEndpoint,
    node('button', 'inject', ['respond']),
    respond({ endpoint: 'second' }),
  ],
};

describe('commands that nothing answers', () => {
  for (const [why, nodes] of Object.entries(silent)) {
    it(`are none where ${why}`, () => assert.deepEqual(misuseIn(nodes), []));
  }

  for (const [why, nodes] of Object.entries(told)) {
    it(`are told of where ${why}`, () => assert.deepEqual(misuseIn(nodes), unanswered));
  }

  it('are told of for each node', () => {
    const nodes = [
      receive([], { commandType: 'a' }),
      receive([], { id: 'another', commandType: 'b' }),
      { ...answered(['respond']), commandType: 'c' },
      respond(),
    ];
    assert.deepEqual(misuseIn(nodes), ['noResponse receive', 'noResponse another']);
  });

  it('are none where another node answers the same type, or every one', () => {
    for (const commandType of ['a', '']) {
      const nodes = [receive([], { commandType: 'a' }), { ...answered(['respond']), commandType }, respond()];
      assert.deepEqual(misuseIn(nodes), []);
    }
  });

  it('are looked for without following the same wires for each node', () => {
    const length = 20_000;
    const chain = Array.from({ length }, (_, index) => node(`n${index}`, 'function', [`n${index + 1}`, 'n0']));
    const receivers = Array.from({ length }, (_, index) => receive(['n0'], { id: `receive ${index}` }));
    assert.equal(misuseIn([...receivers, ...chain]).length, length);
  });
});

describe('commands that are answered through another endpoint', () => {
  const elsewhere = [secondEndpoint, receive(['respond']), respond({ endpoint: 'second' })];

  it('are told of, with its name', () => {
    const findings = findMisuse(new DeployedFlow([tab, endpoint, ...elsewhere]), running());
    assert.deepEqual(
      findings.map(({ node: { id }, rule, values }) => ({ id, rule, values })),
      [{ id: 'receive', rule: 'otherEndpoint', values: { other: 'Press' } }],
    );
  });

  it('are none where a node of the right one is fed from somewhere else', () => {
    const nodes = [node('button', 'inject', ['right']), respond({ id: 'right' })];
    assert.deepEqual(misuseIn([...elsewhere, ...nodes]), []);
  });

  it('are none where there is a way to the right one too', () => {
    const nodes = [receive(['respond', 'right']), respond({ endpoint: 'second' }), respond({ id: 'right' })];
    assert.deepEqual(misuseIn([secondEndpoint, ...nodes]), []);
  });
});
