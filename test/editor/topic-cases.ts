/** The topic at the foot of the dialogs. */
import assert from 'node:assert/strict';
import type { Editor } from './editor.ts';

type Choices = Readonly<Record<string, string>>;

/** By node: what is chosen in its dialog step by step, and the topic that is then shown. */
const topicsOf: Readonly<Record<string, readonly (readonly [Choices, string])[]>> = {
  telemetry: [
    [{}, 'kp1/v1/dcx/••••/json/<id>'],
    [{ delivery: 'sent' }, 'kp1/v1/dcx/••••/json'],
    [{ delivery: 'stored' }, 'kp1/v1/dcx/••••/json/<id>'],
    [{ format: 'plain' }, 'kp1/v1/dcx/••••/plain/<msg.topic>/<id>'],
    [{ delivery: 'sent' }, 'kp1/v1/dcx/••••/plain/<msg.topic>'],
  ],
  metadata: [
    [{}, 'kp1/v1/epmx/••••/update/keys/<id>'],
    [{ operation: 'update' }, 'kp1/v1/epmx/••••/update/<id>'],
    [{ operation: 'get' }, 'kp1/v1/epmx/••••/get/<id>'],
    [{ operation: 'getKeys' }, 'kp1/v1/epmx/••••/get/keys/<id>'],
    [{ operation: 'deleteKeys' }, 'kp1/v1/epmx/••••/delete/keys/<id>'],
    [{ operation: 'msg' }, 'kp1/v1/epmx/••••/<msg.operation>/<id>'],
  ],
  command: [
    [{}, 'kp1/v1/cex/••••/command/+/status'],
    [{ mode: 'respond' }, 'kp1/v1/cex/••••/result/<msg.command>/<id>'],
  ],
  config: [
    [{}, 'kp1/v1/cmx/••••/config/json/status'],
    [{ mode: 'get' }, 'kp1/v1/cmx/••••/config/json/<id>'],
    [{ mode: 'applied' }, 'kp1/v1/cmx/••••/applied/json/<id>'],
  ],
  ota: [
    [{}, 'kp1/v1/cmx_ota/••••/config/json/status'],
    [{ mode: 'get' }, 'kp1/v1/cmx_ota/••••/config/json/<id>'],
    [{ mode: 'applied' }, 'kp1/v1/cmx_ota/••••/applied/json/<id>'],
  ],
  blob: [[{}, 'kp1/v1/bcx/••••/token/<id>']],
};

export function topicCases(editor: () => Editor): void {
  const shown = async (): Promise<string | null> => editor().page.textContent('#kaa-topic');

  for (const [id, steps] of Object.entries(topicsOf)) {
    it(`is that of ${id}, and follows what is chosen`, async () => {
      await editor().edit(id);
      for (const [choices, topic] of steps) {
        for (const [property, value] of Object.entries(choices)) await editor().choose(property, value);
        assert.equal(await shown(), topic);
      }
      await editor().cancel();
    });
  }

  it('follows a name while it is typed, and shows a variable as it is', async () => {
    await editor().edit('command');
    for (const typed of ['re', 'reboot', '${TYPE}']) {
      await editor().page.fill('#node-input-commandType', typed);
      assert.equal(await shown(), `kp1/v1/cex/••••/command/${typed}/status`);
    }
    await editor().cancel();
  });

  it('shows where the name of a metric comes from', async () => {
    await editor().edit('telemetry');
    await editor().choose('format', 'plain');
    for (const [type, value, level] of [
      ['str', 'status', 'status'],
      ['env', 'METRIC', '${METRIC}'],
      ['flow', 'metric', '<flow.metric>'],
      ['jsonata', 'topic & "x"', '<JSONata>'],
    ] as const) {
      await editor().enter('metric', type, value);
      assert.equal(await shown(), `kp1/v1/dcx/••••/plain/${level}/<id>`);
    }
    // A request for such a name always carries an ID: it would look like an answer.
    await editor().choose('delivery', 'sent');
    await editor().enter('metric', 'str', 'status');
    assert.equal(await shown(), 'kp1/v1/dcx/••••/plain/status/<id>');
    await editor().cancel();
  });

  it('has the application version and the extension name of the chosen endpoint', async () => {
    await editor().page.evaluate(`RED.nodes.import([
      { id: 'plant', type: 'kaa-endpoint', name: 'plant', appVersion: 'plant-v1', cmxOta: 'updates' },
      { id: 'gateway', type: 'kaa-endpoint', name: 'gateway', appVersion: '', cmxOta: '' },
    ])`);
    await editor().edit('ota');
    await editor().choose('endpoint', 'plant');
    assert.equal(await shown(), 'kp1/plant-v1/updates/••••/config/json/status');
    await editor().choose('endpoint', 'gateway');
    assert.equal(await shown(), 'kp1/<msg.appVersion>/cmx_ota/••••/config/json/status');
    await editor().choose('endpoint', '_ADD_');
    assert.equal(await shown(), 'kp1/<msg.appVersion>/cmx_ota/••••/config/json/status');
    await editor().cancel();
    await editor().page.evaluate('["plant", "gateway"].forEach((id) => RED.nodes.remove(id))');
  });

  it('never shows a token', async () => {
    await editor().edit('blob');
    assert.doesNotMatch(await editor().text(), /secret-token/);
    await editor().cancel();
  });
}
