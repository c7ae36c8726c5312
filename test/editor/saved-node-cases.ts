/** Nodes that are new in a flow, and nodes that another version of the package saved. */
import assert from 'node:assert/strict';
import type { Editor } from './editor.ts';

const apiNodes = ['kaa-telemetry', 'kaa-metadata', 'kaa-command', 'kaa-config', 'kaa-ota', 'kaa-blob-token'] as const;

export function savedNodeCases(editor: () => Editor): void {
  /** Adds a node as the palette does; gives its endpoint. */
  async function endpointOfNew(type: string): Promise<unknown> {
    return editor().page.evaluate(`(() => {
      const { id, endpoint } = RED.nodes.add(RED.view.createNode('${type}').node, { source: 'palette' });
      RED.nodes.remove(id);
      return endpoint;
    })()`);
  }

  /** Does something while there are further endpoints. */
  async function withEndpoints(others: readonly object[], what: () => Promise<void>): Promise<void> {
    const nodes = others.map((properties, index) => ({ type: 'kaa-endpoint', id: `other${index}`, ...properties }));
    await editor().page.evaluate(`RED.nodes.import(${JSON.stringify(nodes)})`);
    await what();
    await editor().page.evaluate(`${JSON.stringify(nodes)}.forEach(({ id }) => RED.nodes.remove(id))`);
  }

  for (const type of apiNodes) {
    it(`a new ${type} uses the only endpoint`, async () => {
      assert.equal(await endpointOfNew(type), 'endpoint');
    });
  }

  it('a new node uses none of several endpoints', async () => {
    await withEndpoints([{}], async () => assert.equal(await endpointOfNew('kaa-ota'), ''));
  });

  it('a disabled endpoint, or one of another flow, does not count', async () => {
    await withEndpoints([{ d: true }, {}], async () => {
      await editor().page.evaluate('RED.nodes.node("other1").z = "elsewhere"');
      assert.equal(await endpointOfNew('kaa-ota'), 'endpoint');
    });
  });

  it('a node that is pasted keeps what it has', async () => {
    const node = { id: 'pasted', type: 'kaa-ota', z: 'tab', x: 1, y: 1, endpoint: '', mode: 'get', wires: [[]] };
    const endpoint = await editor().page.evaluate(
      `RED.view.importNodes(${JSON.stringify([node])}, { touchImport: true }), RED.nodes.node('pasted').endpoint`,
    );
    assert.equal(endpoint, '');
    await editor().page.evaluate('RED.nodes.remove("pasted")');
  });

  /** Shows a node that was written by hand. */
  async function imported(properties: object): Promise<void> {
    const node = { id: 'written', z: 'tab', x: 1, y: 1, endpoint: 'endpoint', wires: [[]], ...properties };
    await editor().page.evaluate(`RED.nodes.import(${JSON.stringify([node])})`);
  }

  afterEach(async () => {
    await editor().page.evaluate('RED.nodes.node("written") && RED.nodes.remove("written")');
  });

  it('the dialog of a node without version shows what its absent properties mean, and Done saves the version', async () => {
    await imported({ type: 'kaa-config', dynamic: 'false' });
    await editor().edit('written');
    assert.equal(await editor().page.inputValue('#node-input-mode'), 'observe');
    assert.equal(await editor().page.isChecked('#node-input-autoApply'), true);
    assert.equal(await editor().page.isChecked('#node-input-dynamic'), false);
    await editor().done();
    const { mode, emit, autoApply, dynamic, configVersion } = await editor().saved('written');
    assert.deepEqual(
      { mode, emit, autoApply, dynamic, configVersion: Number(configVersion) },
      { mode: 'observe', emit: 'always', autoApply: true, dynamic: false, configVersion: 1 },
    );
  });

  it('a dialog that is only opened and cancelled changes nothing', async () => {
    await imported({ type: 'kaa-metadata' });
    await editor().page.evaluate('RED.nodes.node("written").changed = false');
    const before = await editor().saved('written');
    await editor().edit('written');
    assert.equal(await editor().page.inputValue('#node-input-operation'), 'updateKeys');
    await editor().cancel();
    assert.deepEqual(await editor().saved('written'), before);
    assert.equal(await editor().page.evaluate('RED.nodes.node("written").changed'), false);
  });

  it('a node of a newer version is marked, its dialog says so, and Done keeps the version', async () => {
    await imported({ type: 'kaa-metadata', operation: 'get', configVersion: 2 });
    assert.equal(await editor().page.evaluate('RED.nodes.node("written").valid'), false);
    await editor().edit('written');
    assert.match(await editor().page.locator('.form-tips').innerText(), /newer version of this package/);
    await editor().done();
    assert.equal((await editor().saved('written'))['configVersion'], 2);
  });
}
