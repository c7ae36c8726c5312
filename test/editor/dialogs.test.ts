import assert from 'node:assert/strict';
import type { Context } from 'mocha';
import type { Browser, Page } from 'playwright-core';
import { startBrowser } from '../support/browser.ts';
import { type FlowNode, NodeRed, runtimes } from '../support/node-red.ts';

const flow: FlowNode[] = [
  { id: 'tab', type: 'tab', label: 'Test' },
  {
    id: 'endpoint',
    type: 'kaa-endpoint',
    url: 'mqtt://127.0.0.1:1',
    appVersion: 'v1',
    credentials: { token: 'secret-token' },
  },
  {
    id: 'node',
    type: 'kaa-telemetry',
    z: 'tab',
    x: 200,
    y: 100,
    endpoint: 'endpoint',
    format: 'json',
    metric: 'topic',
    metricType: 'msg',
    delivery: 'confirmed',
    timestamp: 'none',
    timestampField: 'timestamp',
    batchSize: '1',
    batchInterval: '0',
    wires: [[]],
  },
];

for (const runtime of runtimes) {
  describe(`dialogs in the editor of Node-RED ${runtime.version}`, () => {
    let nodeRed: NodeRed;
    let browser: Browser | undefined;
    let page: Page;
    const pageErrors: string[] = [];

    before(async function open(this: Context) {
      this.timeout(120_000);
      browser = await startBrowser();
      if (browser === undefined) this.skip();
      nodeRed = await NodeRed.start(runtime);
      await nodeRed.deploy(flow);
      page = await browser.newPage();
      page.on('pageerror', (error) => pageErrors.push(error.message));
      await page.goto(nodeRed.url);
      await page.waitForSelector('.red-ui-flow-node');
      await page.waitForFunction('$("#red-ui-loading-progress").is(":hidden")');
    });

    after(async () => {
      await browser?.close();
      if (browser !== undefined) await nodeRed.remove();
    });

    afterEach(() => assert.deepEqual(pageErrors, []));

    /** Closes the open dialog without saving. */
    const cancel = async (): Promise<void> => {
      await page.locator('#node-dialog-cancel, #node-config-dialog-cancel').last().click();
      await page.waitForFunction('$(".red-ui-tray").length === 0');
    };
    const edit = async (): Promise<void> => {
      await page.evaluate('RED.editor.edit(RED.nodes.node("node"))');
      await page.waitForSelector('#node-input-endpoint', { state: 'visible' });
    };
    const editEndpoint = async (): Promise<void> => {
      await page.evaluate('RED.editor.editConfig("", "kaa-endpoint", "endpoint")');
      await page.waitForSelector('#node-config-input-url', { state: 'visible' });
    };
    const visible = (id: string): Promise<boolean> => page.locator(`#${id}`).isVisible();
    /** What the editor would show beside the property; undefined where it is valid. */
    const verdict = (type: string, property: string, value: unknown): Promise<unknown> =>
      page.evaluate(
        `RED.nodes.getType(${JSON.stringify(type)}).defaults[${JSON.stringify(property)}].validate.call({}, ${JSON.stringify(value)}, {})`,
      );

    it('the palette has the node in its category, with its icon', async () => {
      await page.waitForSelector('.red-ui-palette-node[data-palette-type="kaa-telemetry"]');
      const label = await page
        .locator('.red-ui-palette-node[data-palette-type="kaa-telemetry"] .red-ui-palette-label')
        .textContent();
      assert.equal(label, 'telemetry');
    });

    it('the node is labelled in words and valid', async () => {
      assert.equal(await page.evaluate('RED.utils.getNodeLabel(RED.nodes.node("node"))'), 'telemetry');
      assert.equal(await page.evaluate('RED.nodes.node("node").valid'), true);
    });

    it('the telemetry dialog shows the fields that matter', async () => {
      await edit();
      assert.deepEqual(
        await Promise.all(
          ['node-input-timestamp', 'node-input-timestampField', 'node-input-batchSize', 'node-input-batchInterval'].map(
            visible,
          ),
        ),
        [true, false, true, false],
      );
      await page.selectOption('#node-input-timestamp', 'epoch');
      assert.equal(await visible('node-input-timestampField'), true);
      await page.fill('#node-input-batchSize', '10');
      assert.equal(await visible('node-input-batchInterval'), true);
      await page.selectOption('#node-input-format', 'plain');
      assert.deepEqual(await Promise.all(['node-input-timestamp', 'node-input-batchSize'].map(visible)), [
        false,
        false,
      ]);
      assert.equal(await page.locator('.kaa-plain .red-ui-typedInput-container').isVisible(), true);
      assert.equal(await page.locator('#node-input-delivery option').count(), 2);
      await cancel();
    });

    it('every text of both dialogs is there', async () => {
      await edit();
      assert.doesNotMatch((await page.locator('.red-ui-tray').last().textContent()) ?? '', /kaa-telemetry\./);
      await cancel();
      await editEndpoint();
      const text = (await page.locator('.red-ui-tray').last().textContent()) ?? '';
      assert.doesNotMatch(text, /kaa-endpoint\./);
      assert.match(text, /Login and TLS/);
      await cancel();
    });

    it('the token is shown as dots and never sent to the browser', async () => {
      await editEndpoint();
      assert.equal(await page.locator('#node-config-input-token').getAttribute('type'), 'password');
      assert.ok(!(await page.content()).includes('secret-token'));
      assert.notEqual(await page.inputValue('#node-config-input-token'), 'secret-token');
      await cancel();
    });

    for (const [type, property, value, message] of [
      ['kaa-endpoint', 'url', 'http://host', /must look like mqtts:\/\/host:8883/],
      ['kaa-endpoint', 'url', 'mqtt://me:pass@host', /must not hold a password/],
      ['kaa-endpoint', 'url', 'mqtts://host:8883, wss://other/ws', true],
      ['kaa-endpoint', 'url', 'mqtts://${HOST}:8883', true],
      ['kaa-endpoint', 'url', '${KAA_SERVER}', true],
      ['kaa-endpoint', 'appVersion', 'a/b', /must not contain \/ \+ or #/],
      ['kaa-endpoint', 'keepalive', '0', /whole number from 1 to 65535/],
      ['kaa-endpoint', 'requestTimeout', 'x', /number from 0\.1 to 3600/],
      ['kaa-endpoint', 'requestIdMax', '98', /from 99/],
      ['kaa-endpoint', 'dcx', 'my+dcx', /must not contain/],
      ['kaa-endpoint', 'maxInFlight', '', true],
      ['kaa-telemetry', 'endpoint', '', /choose an endpoint/],
      ['kaa-telemetry', 'batchSize', '1.5', /whole number/],
      ['kaa-telemetry', 'batchInterval', '-1', /from 0 to 3600/],
      ['kaa-telemetry', 'batchSize', '${SIZE}', true],
    ] as const) {
      it(`${type}.${property} = ${JSON.stringify(value)}: ${String(message)}`, async () => {
        const shown = await verdict(type, property, value);
        if (message === true) assert.equal(shown, true);
        else assert.match(String(shown), message);
      });
    }

    it('the help is shown', async () => {
      const help = await page.evaluate('RED.nodes.getNodeHelp("kaa-telemetry")');
      assert.match(String(help), /Sends measurements to Kaa/);
    });
  });
}
