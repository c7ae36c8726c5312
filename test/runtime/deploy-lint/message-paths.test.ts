import assert from 'node:assert/strict';
import { DeployedFlow, type DeployedNode } from '../../../src/runtime/deploy-lint/deployed-flow.ts';
import { MessagePaths, various } from '../../../src/runtime/deploy-lint/message-paths.ts';
import { node, type SavedNode, subflow, tab } from './flow-file.ts';

const start = (wires: readonly string[]): SavedNode => node('start', 'inject', wires);
const end = (id = 'end'): SavedNode => node(id, 'debug', []);

const ways: Record<string, readonly SavedNode[]> = {
  'a wire': [start(['end']), end()],
  'nodes in between': [start(['a']), node('a', 'function', ['b']), node('b', 'switch', ['end']), end()],
  'the second output of a node': [start(['a']), node('a', 'switch', [], { wires: [[], ['end']] }), end()],
  'a loop': [start(['a']), node('a', 'delay', ['b']), node('b', 'function', ['a', 'end']), end()],
  'a link that the link out node names': [
    start(['out']),
    node('out', 'link out', [], { links: ['in'] }),
    node('in', 'link in', ['end']),
    end(),
  ],
  'a link that the link in node names': [
    start(['out']),
    node('out', 'link out', []),
    node('in', 'link in', ['end'], { links: ['out'] }),
    end(),
  ],
  'a link call, behind it': [
    start(['call']),
    node('call', 'link call', ['end'], { links: ['in'] }),
    node('in', 'link in', ['out']),
    node('out', 'link out', [], { mode: 'return' }),
    end(),
  ],
  'a link call, where it goes': [
    start(['call']),
    node('call', 'link call', [], { links: ['in'] }),
    node('in', 'link in', ['end']),
    end(),
  ],
  'a link call whose target the message names': [
    start(['call']),
    node('call', 'link call', [], { links: [], linkType: 'dynamic' }),
    node('in', 'link in', ['end']),
    end(),
  ],
  'a subflow': [
    start(['instance']),
    ...subflow('inside', 'inside', node('inside', 'function', [])),
    node('instance', 'subflow:subflow', ['end']),
    end(),
  ],
  'a subflow whose input is its output': [
    start(['instance']),
    ...subflow('nothing', 'subflow'),
    node('instance', 'subflow:subflow', ['end']),
    end(),
  ],
  'the input of a subflow': [
    start(['instance']),
    ...subflow('end', 'end', end()),
    node('instance', 'subflow:subflow', []),
  ],
  'the output of a subflow': [
    ...subflow('nothing', 'start', start([])),
    node('instance', 'subflow:subflow', ['end']),
    end(),
  ],
  'a subflow in a subflow': [
    start(['outer']),
    ...subflow('end', 'end', end()),
    { id: 'around', type: 'subflow', in: [{ wires: [{ id: 'inner' }] }], out: [] },
    node('inner', 'subflow:subflow', [], { z: 'around' }),
    node('outer', 'subflow:around', []),
  ],
  'a complete node': [
    start(['write']),
    node('write', 'file', []),
    node('complete', 'complete', ['end'], { scope: ['write'] }),
    end(),
  ],
  'a catch node for the whole tab': [
    start(['refuse']),
    node('refuse', 'function', []),
    node('catch', 'catch', ['end'], { scope: null }),
    end(),
  ],
  'a catch node for one node': [
    start(['refuse']),
    node('refuse', 'function', []),
    node('catch', 'catch', ['end'], { scope: ['refuse'] }),
    end(),
  ],
  'a catch node around a subflow that fails': [
    start(['instance']),
    ...subflow('inside', 'inside', node('inside', 'function', [])),
    node('instance', 'subflow:subflow', []),
    node('catch', 'catch', ['end'], { scope: ['instance'] }),
    end(),
  ],
  'a status node around a subflow': [
    ...subflow('start', 'nothing', start(['motor']), node('motor', 'function', [])),
    node('instance', 'subflow:subflow', []),
    node('status', 'status', ['end'], { scope: ['instance'] }),
    end(),
  ],
  'a status node': [
    start(['motor']),
    node('motor', 'function', []),
    node('status', 'status', ['end'], { scope: ['motor'] }),
    end(),
  ],
};

const errorsOnly = [
  'a catch node for the whole tab',
  'a catch node for one node',
  'a catch node around a subflow that fails',
];

function pathsOf(nodes: readonly SavedNode[]) {
  const flow = new DeployedFlow([tab, ...nodes]);
  const byId = (id: string): DeployedNode => {
    const found = flow.nodes.find((each) => each.id === id);
    assert.ok(found, id);
    return found;
  };
  return { paths: new MessagePaths(flow), byId };
}

describe('paths of messages', () => {
  for (const [how, nodes] of Object.entries(ways)) {
    it(`lead on over ${how}`, () => {
      const { paths, byId } = pathsOf(nodes);
      assert.ok(paths.behind([byId('start')], { errors: true })(byId('end')));
    });

    it(`lead back over ${how}`, () => {
      const { paths, byId } = pathsOf(nodes);
      assert.equal(paths.spread([[byId('end'), 'end']])('start'), 'end');
    });

    it(`${errorsOnly.includes(how) ? 'are none' : 'are some'} without errors over ${how}`, () => {
      const { paths, byId } = pathsOf(nodes);
      const behind = paths.behind([byId('start')], { errors: false });
      assert.equal(behind(byId('end')), !errorsOnly.includes(how));
    });
  }

  it('do not lead from a node to itself without a loop', () => {
    const { paths, byId } = pathsOf([start(['end']), end()]);
    assert.ok(!paths.behind([byId('start')], { errors: true })(byId('start')));
  });

  it('do not begin with what a node reports of itself', () => {
    const { paths, byId } = pathsOf([start([]), node('catch', 'catch', ['end'], { scope: ['start'] }), end()]);
    assert.equal(paths.spread([[byId('end'), 'end']])('start'), undefined);
  });

  for (const [where, nodes] of Object.entries<readonly SavedNode[]>({
    'at once': [start(['end', 'other'])],
    'later on': [start(['a']), node('a', 'switch', ['end', 'other'])],
  })) {
    it(`come to various ends where they part ${where}`, () => {
      const { paths, byId } = pathsOf([...nodes, end(), end('other')]);
      assert.equal(
        paths.spread([
          [byId('end'), 'end'],
          [byId('other'), 'other'],
        ])('start'),
        various,
      );
    });
  }

  it('come to one end where all ends are of one kind', () => {
    const { paths, byId } = pathsOf([start(['end', 'other']), end(), end('other')]);
    assert.equal(
      paths.spread([
        [byId('end'), 'same'],
        [byId('other'), 'same'],
      ])('start'),
      'same',
    );
  });
});
