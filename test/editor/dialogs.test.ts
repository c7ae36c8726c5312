import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { freePort } from '../support/mosquitto.ts';
import { runtimes } from '../support/node-red.ts';
import { until } from '../support/until.ts';
import { editorOfSuite } from './editor.ts';
import { flow } from './flow.ts';

const flowNodeTypes = flow.map(({ type }) => type).filter((type) => /^kaa-(?!endpoint)/.test(type));

for (const runtime of runtimes) {
  describe(`dialogs in the editor of Node-RED ${runtime.version}`, () => {
    const editor = editorOfSuite(runtime, flow);

    it('the palette has every node in its category, in short words', async () => {
      await editor().page.waitForSelector('#red-ui-palette-Kaa .red-ui-palette-node');
      const labels = await editor().page.locator('#red-ui-palette-Kaa .red-ui-palette-label').allTextContents();
      // The editor puts blanks of its own between words.
      assert.deepEqual(
        labels.map((label) => label.replaceAll(/\s+/g, ' ')),
        ['telemetry', 'metadata', 'command', 'config', 'software', 'blob token', 'simulator'],
      );
    });

    it('the nodes are valid', async () => {
      const valid = await editor().page.evaluate('RED.nodes.filterNodes({ z: "tab" }).map(({ valid }) => valid)');
      assert.deepEqual(valid, Array.from({ length: 10 }).fill(true));
    });

    it('a node from the palette uses the only endpoint, and is valid at once', async () => {
      await editor().page.locator('#red-ui-palette-Kaa').scrollIntoViewIfNeeded();
      await editor().page.dragAndDrop('[data-palette-type=kaa-metadata]', '#red-ui-workspace-chart', {
        targetPosition: { x: 300, y: 100 },
      });
      const dropped = '[...document.querySelectorAll(".red-ui-flow-node-selected")].map(({ id }) => id)';
      await editor().page.waitForFunction(`${dropped}.length === 1`);
      const [id] = (await editor().page.evaluate(dropped)) as [string];
      const { type, endpoint } = await editor().saved(id);
      assert.deepEqual({ type, endpoint }, { type: 'kaa-metadata', endpoint: 'endpoint' });
      assert.equal(await editor().page.evaluate(`RED.nodes.node("${id}").valid`), true);
      const users = 'RED.nodes.node("endpoint").users.map(({ id }) => id)';
      assert.ok((await editor().page.evaluate<string[]>(users)).includes(id));
      await editor().page.evaluate(`RED.nodes.remove("${id}")`);
    });

    /** By node: what is chosen in its dialog step by step, and the fields that are then shown. */
    const fieldsOf: Readonly<Record<string, readonly (readonly [Readonly<Record<string, string>>, string])[]>> = {
      telemetry: [
        [{}, 'endpoint format delivery timestamp batchSize name'],
        [{ timestamp: 'epoch' }, 'endpoint format delivery timestamp timestampField batchSize name'],
        [{ format: 'plain' }, 'endpoint format metric delivery name'],
      ],
      stored: [
        [{}, 'endpoint format delivery timestamp name'],
        [{ timestamp: 'iso' }, 'endpoint format delivery timestamp timestampField name'],
        [{ delivery: 'sent' }, 'endpoint format delivery timestamp timestampField batchSize batchInterval name'],
        [{ delivery: 'stored' }, 'endpoint format delivery timestamp timestampField name'],
        [{ format: 'plain' }, 'endpoint format metric delivery name'],
      ],
      metadata: [
        [{ operation: 'get' }, 'endpoint operation name'],
        [{ operation: 'msg' }, 'endpoint operation name'],
      ],
      command: [
        [{}, 'endpoint mode commandType replyTimeout afterRestart name'],
        [{ mode: 'respond' }, 'endpoint mode statusCode reasonPhrase name'],
        [{ mode: 'receive' }, 'endpoint mode commandType replyTimeout afterRestart name'],
      ],
      dynamic: [[{}, 'endpoint mode commandType replyTimeout afterRestart tokens dynamic name']],
      respond: [[{}, 'endpoint mode statusCode reasonPhrase name']],
      config: [
        [{}, 'endpoint mode configName emit autoApply name'],
        [{ mode: 'get' }, 'endpoint mode configName name'],
        [{ mode: 'applied' }, 'endpoint mode configName name'],
      ],
      ota: [
        [{}, 'endpoint mode currentVersion name'],
        [{ mode: 'get' }, 'endpoint mode currentVersion name'],
        [{ mode: 'applied' }, 'endpoint mode name'],
      ],
      blob: [[{ output: 'request' }, 'endpoint output name']],
    };
    for (const [id, steps] of Object.entries(fieldsOf)) {
      it(`the dialog of ${id} shows the fields that matter, with all their texts`, async () => {
        await editor().edit(id);
        for (const [choices, fields] of runtime.version === '5' ? steps : steps.slice(0, 1)) {
          for (const [property, value] of Object.entries(choices)) await editor().choose(property, value);
          assert.deepEqual(await editor().fields(), fields.split(' '), JSON.stringify(choices));
        }
        assert.doesNotMatch(await editor().text(), /kaa-[a-z-]+\./);
        await editor().cancel();
      });
    }

    it('the endpoint dialog shows all its texts', async () => {
      await editor().editEndpoint();
      const text = await editor().text();
      assert.doesNotMatch(text, /kaa-endpoint\./);
      assert.match(text, /Login and TLS/);
      assert.match(text, /Store and forward/);
      assert.match(text, /derived from the server/);
      await editor().cancel();
    });

    it('a node with an input keeps it and its wire when it is loaded', async () => {
      assert.deepEqual(
        await Promise.all(['command', 'dynamic', 'respond'].map((id) => editor().inputPorts(id))),
        [0, 1, 1],
      );
      assert.deepEqual((await editor().saved('inject'))['wires'], [['respond', 'dynamic']]);
    });

    it('a node with an input keeps it when it is imported', async () => {
      const [imported] = (await editor().page.evaluate(
        `RED.nodes.import([{ id: 'copy', type: 'kaa-command', z: 'tab', x: 600, y: 300, endpoint: 'endpoint', mode: 'respond', inputs: 1, wires: [[]] }]).nodes.map(({ id, inputs }) => [id, inputs])`,
      )) as [string, number][];
      assert.deepEqual(imported, ['copy', 1]);
      assert.equal(await editor().inputPorts('copy'), 1);
      await editor().page.evaluate('RED.nodes.remove("copy")');
    });

    // These take seconds, and do not differ between the versions of Node-RED.
    if (runtime.version === '5') {
      it('the telemetry dialog shows the waiting time where there are batches, and three outcomes', async () => {
        await editor().edit('telemetry');
        await editor().page.fill('#node-input-batchSize', '10');
        assert.equal(await editor().page.locator('#node-input-batchInterval').isVisible(), true);
        assert.deepEqual(await editor().page.locator('#node-input-delivery option').allTextContents(), [
          'Kaa has confirmed it',
          'it was sent',
          'it is on disk; forwarded in order',
        ]);
        await editor().cancel();
      });

      const chosen = (property: string): Promise<string> => editor().page.inputValue(`#node-input-${property}`);

      it('plain samples are not offered to be stored', async () => {
        const offered = (): Promise<boolean> =>
          editor().page.locator('#node-input-delivery option[value=stored]').isEnabled();
        await editor().edit('stored');
        assert.equal(await offered(), true);
        await editor().choose('format', 'plain');
        assert.equal(await offered(), false);
        assert.equal(await chosen('delivery'), 'confirmed');
        assert.equal(await editor().page.locator('#node-input-delivery.input-error').count(), 0);
        // Who only looked at the other format has lost nothing.
        await editor().choose('format', 'json');
        assert.equal(await chosen('delivery'), 'stored');
        await editor().choose('format', 'plain');
        await editor().choose('delivery', 'sent');
        await editor().choose('format', 'json');
        assert.equal(await offered(), true);
        assert.equal(await chosen('delivery'), 'sent');
        await editor().cancel();
      });

      it('a saved node that would store plain samples is marked, and mended by its dialog', async () => {
        const { wires, ...stored } = await editor().saved('stored');
        const copy = { ...stored, id: 'copy', format: 'plain', wires };
        await editor().page.evaluate(`RED.nodes.import([${JSON.stringify(copy)}])`);
        const isValid = 'RED.editor.validateNode(RED.nodes.node("copy"))';
        assert.equal(await editor().page.evaluate(isValid), false);
        await editor().edit('copy');
        assert.equal(await chosen('delivery'), 'confirmed');
        assert.equal(await editor().page.locator('#node-input-delivery.input-error').count(), 0);
        await editor().done();
        const { format, delivery } = await editor().saved('copy');
        assert.deepEqual({ format, delivery }, { format: 'plain', delivery: 'confirmed' });
        assert.equal(await editor().page.evaluate(isValid), true);
        await editor().page.evaluate('RED.nodes.remove("copy")');
      });

      it('who chooses to store gets timestamps, unless there are some', async () => {
        await editor().edit('telemetry');
        await editor().choose('delivery', 'stored');
        assert.equal(await chosen('timestamp'), 'epoch');
        assert.equal(await editor().page.locator('#node-input-timestampField').isVisible(), true);
        await editor().choose('delivery', 'confirmed');
        assert.equal(await chosen('timestamp'), 'epoch');
        await editor().choose('timestamp', 'iso');
        await editor().choose('delivery', 'stored');
        assert.equal(await chosen('timestamp'), 'iso');
        await editor().cancel();
      });

      it('who stores without timestamps is left alone when the dialog opens again', async () => {
        await editor().edit('telemetry');
        await editor().choose('delivery', 'stored');
        await editor().choose('timestamp', 'none');
        await editor().done();
        for (const leave of ['done', 'cancel'] as const) {
          await editor().edit('telemetry');
          assert.deepEqual([await chosen('delivery'), await chosen('timestamp')], ['stored', 'none']);
          await editor()[leave]();
          const { delivery, timestamp } = await editor().saved('telemetry');
          assert.deepEqual({ delivery, timestamp }, { delivery: 'stored', timestamp: 'none' });
        }
        await editor().edit('telemetry');
        await editor().choose('delivery', 'confirmed');
        await editor().done();
        assert.equal((await editor().saved('telemetry'))['timestamp'], 'none');
      });

      it('the endpoint dialog has the bounds of the store in a folded group', async () => {
        await editor().editEndpoint();
        const field = (property: string): string => `#node-config-input-${property}`;
        const properties = ['outboxMaxMegabytes', 'outboxMaxDays', 'outboxOverflow'];
        const visible = (): Promise<boolean[]> =>
          Promise.all(properties.map((property) => editor().page.isVisible(field(property))));
        assert.deepEqual(await visible(), [false, false, false]);
        await editor().page.click('summary:has-text("Store and forward")');
        assert.deepEqual(await visible(), [true, true, true]);
        assert.equal(await editor().page.getAttribute(field('outboxMaxMegabytes'), 'placeholder'), '256');
        assert.equal(await editor().page.getAttribute(field('outboxMaxDays'), 'placeholder'), '0');
        assert.deepEqual(
          await editor()
            .page.locator(`${field('outboxOverflow')} option`)
            .allTextContents(),
          ['refuse new samples', 'drop the oldest samples'],
        );
        await editor().page.fill(field('outboxMaxMegabytes'), '0');
        await editor().page.press(field('outboxMaxMegabytes'), 'Tab');
        await editor().page.waitForSelector(`${field('outboxMaxMegabytes')}.input-error`);
        await editor().cancel();
      });

      it('a group that holds something wrong opens by itself, also where the mistake is made elsewhere', async () => {
        const isOpen =
          'Array.from(document.querySelectorAll("#node-config-dialog-edit-form details"), ({ open }) => open)';
        await editor().editEndpoint();
        assert.deepEqual(await editor().page.evaluate(isOpen), [false, false, false, false]);
        await editor().page.evaluate('$("#node-config-input-cex").val("dcx").trigger("change")');
        await editor().page.waitForFunction('document.querySelector("#node-config-input-cex").checkVisibility()');
        assert.deepEqual(await editor().page.evaluate(isOpen), [false, false, false, true]);
        await editor().done();
        await editor().editEndpoint();
        await editor().page.waitForSelector('#node-config-input-cex.input-error', { state: 'visible' });
        await editor().page.fill('#node-config-input-cex', 'cex');
        await editor().done();
        assert.equal(await editor().page.evaluate('RED.nodes.node("endpoint").valid'), true);
      });

      it('a password without user name is marked', async () => {
        await editor().editEndpoint();
        await editor().page.click('summary:has-text("Login and TLS")');
        const wrong = editor().page.locator('#node-config-input-password.input-error');
        await editor().page.fill('#node-config-input-password', 'secret');
        await editor().page.press('#node-config-input-password', 'Tab');
        await wrong.waitFor();
        await editor().page.fill('#node-config-input-username', 'machine');
        await editor().page.press('#node-config-input-username', 'Tab');
        await wrong.waitFor({ state: 'detached' });
        await editor().cancel();
      });

      it('the groups open and close by keyboard', async () => {
        await editor().editEndpoint();
        const summary = editor().page.locator('summary:has-text("Login and TLS")');
        await summary.focus();
        await editor().page.keyboard.press('Shift+Tab');
        await editor().page.keyboard.press('Tab');
        assert.equal(await summary.evaluate((element) => element.matches(':focus')), true);
        await editor().page.keyboard.press('Space');
        await editor().page.waitForSelector('#node-config-input-username', { state: 'visible' });
        await editor().page.keyboard.press('Enter');
        await editor().page.waitForSelector('#node-config-input-username', { state: 'hidden' });
        await editor().cancel();
      });

      for (const locale of ['en-US', 'de-DE']) {
        it(`in ${locale} the dialogs have each label, unit and topic on one line`, async () => {
          const shown = await editor().inLanguage(locale);
          const broken = (): Promise<unknown> =>
            shown.page.evaluate(
              `$('.kaa-dialog details').prop('open', true),
              $('.kaa-dialog .form-row').find('> label, > span').get()
                .filter((text) => text.checkVisibility() && (text.scrollWidth > text.clientWidth || text.offsetHeight > 1.5 * parseFloat(getComputedStyle(text).lineHeight)))
                .map((text) => text.textContent)`,
            );
          await shown.editEndpoint();
          assert.deepEqual(await broken(), []);
          await shown.cancel();
          for (const { id } of flow.filter((node) => flowNodeTypes.includes(node.type))) {
            await shown.edit(id);
            assert.deepEqual(await broken(), [], id);
            await shown.cancel();
          }
          await shown.page.context().close();
        });
      }

      it('without token or application version the dialog says where they have to come from', async () => {
        const hints = (): Promise<string[]> =>
          editor().page.locator('#node-config-dialog-edit-form .form-tips:visible').allTextContents();
        await editor().editEndpoint();
        assert.deepEqual(await hints(), []);
        await editor().page.fill('#node-config-input-token', ' ');
        const [gateway, ...others] = await hints();
        assert.match(String(gateway), /is a gateway: each message has to bring msg\.token/);
        assert.deepEqual(others, []);
        await editor().page.fill('#node-config-input-token', '${KAA_TOKEN}');
        assert.deepEqual(await hints(), []);
        await editor().page.fill('#node-config-input-appVersion', '');
        assert.match(
          (await hints()).join(),
          /^Without an application version each message has to bring msg\.appVersion/,
        );
        await editor().cancel();
      });

      it('the token is shown as dots and never sent to the browser', async () => {
        await editor().editEndpoint();
        assert.equal(await editor().page.locator('#node-config-input-token').getAttribute('type'), 'password');
        assert.ok(!(await editor().page.content()).includes('secret-token'));
        assert.notEqual(await editor().page.inputValue('#node-config-input-token'), 'secret-token');
        await editor().cancel();
      });

      it('a field in the dialog is checked with what the dialog says, not with what was saved', async () => {
        await editor().edit('command');
        await editor().choose('mode', 'respond');
        await editor().enter('statusCode', 'num', '20');
        await editor().page.waitForSelector('.red-ui-typedInput-container.input-error');
        await editor().enter('statusCode', 'num', '204');
        await editor().page.waitForSelector('.red-ui-typedInput-container.input-error', { state: 'detached' });
        await editor().cancel();
      });

      for (const { id, type } of flow.filter((node) => flowNodeTypes.includes(node.type))) {
        it(`opening the dialog of ${id} and leaving it with Done changes nothing`, async () => {
          const before = await editor().saved(id);
          assert.equal(before['type'], type);
          await editor().edit(id);
          await editor().done();
          assert.deepEqual(await editor().saved(id), before);
        });
      }

      for (const [id, receiving, others] of [
        ['command', 'receive', ['respond']],
        ['config', 'observe', ['get', 'applied']],
        ['ota', 'observe', ['get', 'applied']],
      ] as const) {
        it(`${id} has an input in mode ${others.join(' and ')}, in mode ${receiving} only for messages`, async () => {
          await editor().edit(id);
          const inputs = (): Promise<string> => editor().page.inputValue('#node-input-inputs');
          assert.equal(await inputs(), '0');
          for (const mode of others) {
            await editor().choose('mode', mode);
            assert.equal(await inputs(), '1', mode);
          }
          await editor().choose('mode', receiving);
          assert.equal(await inputs(), '0');
          await editor().page.click('.kaa-other-endpoints summary');
          assert.deepEqual(((await editor().fields()) as string[]).slice(-3), ['tokens', 'dynamic', 'name']);
          await editor().page.check('#node-input-dynamic');
          assert.equal(await inputs(), '1');
          await editor().cancel();
        });
      }

      it('the port of the input comes and goes with the mode', async () => {
        for (const [mode, inputs] of [
          ['respond', 1],
          ['receive', 0],
        ] as const) {
          await editor().edit('command');
          await editor().choose('mode', mode);
          await editor().done();
          assert.equal((await editor().saved('command'))['inputs'], inputs);
          assert.equal(await editor().inputPorts('command'), inputs);
        }
      });

      it('what is entered is saved as the contract names it, also over a deploy', async () => {
        await editor().edit('command');
        await editor().page.fill('#node-input-commandType', 'reboot');
        await editor().page.fill('#node-input-replyTimeout', '30');
        await editor().choose('afterRestart', 'redeliver');
        await editor().page.click('.kaa-other-endpoints summary');
        await editor().enter('tokens', 'global', 'machines');
        await editor().page.check('#node-input-dynamic');
        await editor().done();

        await editor().edit('respond');
        await editor().enter('statusCode', 'msg', 'code');
        await editor().enter('reasonPhrase', 'jsonata', '"because " & payload');
        await editor().page.fill('#node-input-name', 'answer');
        await editor().done();

        await editor().edit('config');
        await editor().page.fill('#node-input-configName', 'network');
        await editor().choose('emit', 'changed');
        await editor().page.uncheck('#node-input-autoApply');
        await editor().done();

        await editor().edit('ota');
        await editor().choose('mode', 'get');
        await editor().enter('currentVersion', 'env', 'FIRMWARE');
        await editor().done();

        await editor().edit('telemetry');
        await editor().choose('delivery', 'stored');
        await editor().done();

        await editor().edit('metadata');
        await editor().choose('operation', 'deleteKeys');
        await editor().done();

        await editor().edit('blob');
        await editor().choose('output', 'request');
        await editor().done();

        const entered: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
          command: {
            commandType: 'reboot',
            replyTimeout: '30',
            afterRestart: 'redeliver',
            tokens: 'machines',
            tokensType: 'global',
            dynamic: true,
            inputs: 1,
          },
          respond: {
            name: 'answer',
            statusCode: 'code',
            statusCodeType: 'msg',
            reasonPhrase: '"because " & payload',
            reasonPhraseType: 'jsonata',
          },
          config: { configName: 'network', emit: 'changed', autoApply: false },
          ota: { mode: 'get', currentVersion: 'FIRMWARE', currentVersionType: 'env', inputs: 1 },
          telemetry: { delivery: 'stored', timestamp: 'epoch' },
          metadata: { operation: 'deleteKeys' },
          blob: { output: 'request' },
        };
        const check = async (): Promise<void> => {
          for (const [id, properties] of Object.entries(entered)) {
            // A node stays where it begins: its middle moves with the length of its label.
            const { x } = await editor().saved(id);
            assert.deepEqual(await editor().saved(id), { ...flow.find((node) => node.id === id), x, ...properties });
          }
        };
        await check();
        await editor().deployAndReload();
        await check();
        assert.deepEqual(
          await Promise.all(['command', 'respond', 'config', 'ota'].map((id) => editor().inputPorts(id))),
          [1, 1, 0, 1],
        );
        await editor().edit('command');
        assert.equal(await editor().page.locator('#node-input-dynamic').isChecked(), true);
        await editor().cancel();
      });

      it('the bounds of the store are saved as the contract names them, also over a deploy', async () => {
        await editor().editEndpoint();
        await editor().page.click('summary:has-text("Store and forward")');
        await editor().page.fill('#node-config-input-outboxMaxMegabytes', '512');
        await editor().page.fill('#node-config-input-outboxMaxDays', '30');
        await editor().page.selectOption('#node-config-input-outboxOverflow', 'drop-oldest');
        await editor().done();
        await editor().deployAndReload();
        const { outboxMaxMegabytes, outboxMaxDays, outboxOverflow } = await editor().saved('endpoint');
        assert.deepEqual(
          { outboxMaxMegabytes, outboxMaxDays, outboxOverflow },
          { outboxMaxMegabytes: '512', outboxMaxDays: '30', outboxOverflow: 'drop-oldest' },
        );
      });
      it('a wire ends where the input ends', async () => {
        await editor().edit('dynamic');
        await editor().page.uncheck('#node-input-dynamic');
        await editor().done();
        assert.equal(await editor().inputPorts('dynamic'), 0);
        assert.deepEqual((await editor().saved('inject'))['wires'], [['respond']]);
      });
    }

    it('all examples can be imported side by side: every node is known and valid, and they share one endpoint', async () => {
      for (const file of globSync('examples/*.json')) {
        const invalid = await editor().page.evaluate(
          `(() => {
            const example = ${readFileSync(file, 'utf8')};
            const imported = (() => {
              try {
                return RED.nodes.import(example, { generateIds: false });
              } catch ({ code }) {
                // The endpoint is there already; this is what the button "Import copy" does.
                if (code === 'import_conflict') return RED.nodes.import(example, { generateIds: true });
              }
            })();
            return imported.nodes
              .filter((node) => node.type === 'unknown' || !RED.editor.validateNode(node))
              .map(({ type, name }) => type + ' ' + name);
          })()`,
        );
        assert.deepEqual(invalid, [], file);
      }
      const endpoints = await editor().page.evaluate(
        '(() => { const ids = []; RED.nodes.eachConfig(({ type, id }) => { if (type === "kaa-endpoint") ids.push(id); }); return ids; })()',
      );
      assert.equal((endpoints as string[]).length, 2);
    });

    // What follows takes seconds, and does not differ between the versions of Node-RED.
    if (runtime.version !== '5') return;

    it('an example that is imported runs at the next deploy, with nothing entered', async () => {
      const [mqttPort, httpPort] = [await freePort(), await freePort()];
      const example = readFileSync('examples/machine-telemetry.json', 'utf8')
        .replaceAll('1883', String(mqttPort))
        .replaceAll('1884', String(httpPort));
      await editor().nodeRed.deploy([
        { id: 'other', type: 'tab', label: 'Other' },
        { id: 'note', type: 'comment', z: 'other', x: 100, y: 100, name: 'note', wires: [] },
      ]);
      await editor().load();
      await editor().page.evaluate(`RED.view.importNodes(${example}, { addFlow: false, touchImport: true })`);
      await editor().page.evaluate('RED.workspaces.show("6b616100000000a0")');
      const logged = editor().nodeRed.output.length;
      await editor().page.click('#red-ui-header-button-deploy');
      await editor().deployed();
      const telemetry = `http://127.0.0.1:${httpPort}/api/v1/endpoints/demo-machine/telemetry/count`;
      const count = async (): Promise<number> =>
        fetch(telemetry).then(
          async (response) => ((await response.json()) as { count: number }).count,
          () => 0,
        );
      await until(async () => (await count()) > 1);
      // The endpoint waited for the simulator, which starts at the same time.
      assert.doesNotMatch(editor().nodeRed.output.slice(logged), /Cannot connect|\[error\]/);
      await editor().page.waitForSelector(`.red-ui-flow-node-status-label:text("http://127.0.0.1:${httpPort}")`);

      const id = JSON.stringify('6b616100000000f0');
      await editor().page.evaluate(`RED.editor.edit(RED.nodes.node(${id}))`);
      const link = editor().page.locator('#kaa-simulator-console');
      await link.waitFor();
      assert.equal(await link.getAttribute('href'), `http://127.0.0.1:${httpPort}/`);
      const warning = editor().page.locator('#kaa-simulator-open');
      await editor().page.click('.red-ui-tray summary');
      assert.equal(await warning.isVisible(), false);
      await editor().page.fill('#node-input-host', '0.0.0.0');
      assert.equal(await warning.isVisible(), true);
      await editor().page.fill('#node-input-httpPort', '${PORT}');
      assert.equal(await link.isVisible(), false);
      await editor().page.getByText('stands below the node').waitFor();
      await editor().cancel();

      const [opened] = await Promise.all([
        editor().page.waitForEvent('popup'),
        editor().page.locator(`[id=${id}] .red-ui-flow-node-button-button`).click(),
      ]);
      await opened.getByText('demo-machine').first().waitFor();
      await opened.close();
    });
  });
}
