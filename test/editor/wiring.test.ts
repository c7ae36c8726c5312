/** What somebody does who wires a flow: with the mouse, with the keyboard alone, in the light and in the dark. */
import assert from 'node:assert/strict';
import { type Simulator, startSimulator } from '../../src/simulator/simulator.ts';
import { type FlowNode, runtimes } from '../support/node-red.ts';
import { Editor } from './editor.ts';

const types = ['kaa-telemetry', 'kaa-metadata', 'kaa-command', 'kaa-config', 'kaa-ota', 'kaa-blob-token'] as const;

/** The lowest contrast of text that the Web Content Accessibility Guidelines allow (level AA). */
const lowestContrast = 4.5;

for (const runtime of runtimes) {
  describe(`wiring in the editor of Node-RED ${runtime.version}`, () => {
    let simulator: Simulator;
    let editor: Editor;

    before(async function open() {
      this.timeout(120_000);
      simulator = await startSimulator({ mqttPort: 0, httpPort: 0 });
      const flow: readonly FlowNode[] = [
        { id: 'tab', type: 'tab', label: 'Wiring' },
        {
          id: 'endpoint',
          type: 'kaa-endpoint',
          name: 'Line 1',
          url: simulator.mqttUrl,
          appVersion: 'v1',
          credentials: { token: 'wiring' },
        },
        { id: 'here', type: 'comment', z: 'tab', x: 120, y: 40, name: 'here', info: '', wires: [] },
      ];
      const opened = await Editor.open(runtime, flow);
      if (opened === undefined) {
        await simulator.close();
        this.skip();
      }
      editor = opened;
    });

    after(async () => {
      await editor?.close();
      await simulator?.close();
    });

    afterEach(() => {
      assert.deepEqual(editor.pageErrors, []);
    });

    /** Drags a node from the palette to a place in the flow. */
    async function drag(type: string, x: number, y: number): Promise<void> {
      const { page } = editor;
      const node = page.locator(`.red-ui-palette-node[data-palette-type="${type}"]`);
      await node.scrollIntoViewIfNeeded();
      await node.hover();
      const chart = await page.locator('#red-ui-workspace-chart').boundingBox();
      assert.ok(chart);
      await page.mouse.down();
      await page.mouse.move(chart.x + x - 20, chart.y + y - 20, { steps: 4 });
      await page.mouse.move(chart.x + x, chart.y + y, { steps: 2 });
      await page.mouse.up();
    }

    const idsOf = (type: string): Promise<string[]> =>
      editor.page.evaluate(`RED.nodes.filterNodes({ type: ${JSON.stringify(type)} }).map(({ id }) => id)`);

    async function deploy(): Promise<void> {
      await editor.page.click('#red-ui-header-button-deploy');
      await editor.deployed();
    }

    it('each node can be dragged from the palette, and picks the only endpoint by itself', async () => {
      await editor.page.waitForSelector('.red-ui-palette-node[data-palette-type="kaa-telemetry"]');
      for (const [index, type] of types.entries()) {
        await drag(type, 260, 80 + 60 * index);
        await editor.page.waitForFunction(
          `RED.nodes.filterNodes({ type: ${JSON.stringify(type)} }).some(({ endpoint }) => endpoint === 'endpoint')`,
        );
      }
    });

    it('deployed as they are they connect, and their status says so', async () => {
      await deploy();
      for (const type of types) {
        const [id = ''] = await idsOf(type);
        await editor.page.waitForSelector(`[id="${id}"] .red-ui-flow-node-status-label`, { state: 'attached' });
        await editor.page.waitForFunction(
          `document.querySelector('[id="${id}"] .red-ui-flow-node-status-label').textContent === 'connected'`,
        );
      }
    });

    it('a status follows the connection', async () => {
      const { mqttUrl, httpUrl } = simulator;
      const [id = ''] = await idsOf('kaa-metadata');
      const says = (text: string): Promise<unknown> =>
        editor.page.waitForFunction(
          `document.querySelector('[id="${id}"] .red-ui-flow-node-status-label').textContent === '${text}'`,
        );
      await simulator.close();
      await says('connection lost');
      const [mqttPort = 0, httpPort = 0] = [mqttUrl, httpUrl].map((url) => Number(new URL(url).port));
      simulator = await startSimulator({ mqttPort, httpPort });
      await says('connected');
    });

    it('a node is found, edited and deployed with the keyboard alone', async () => {
      const { page } = editor;
      const { keyboard } = page;
      await page.focus('#red-ui-workspace-chart');
      // The one that was dragged last is chosen; two above it is the one for configurations.
      for (let times = 0; times < 2; times += 1) await keyboard.press('ArrowUp');
      await keyboard.press('Enter');
      await page.waitForSelector('#node-input-configName', { state: 'visible' });
      await tabTo('node-input-configName');
      await keyboard.type('network');
      await keyboard.press('Control+Enter');
      await page.waitForFunction('$(".red-ui-tray").length === 0');
      const [id = ''] = await idsOf('kaa-config');
      assert.equal((await editor.saved(id))['configName'], 'network');
      await page.waitForFunction(`$('[id="${id}"] .red-ui-flow-node-label-text').text() === 'config: network'`);
      await keyboard.press('Control+d');
      await editor.deployed();
    });

    it('the groups of the endpoint open with the keyboard', async () => {
      await editor.editEndpoint();
      await tabTo((element) => `${element}.matches('summary')`);
      await editor.page.keyboard.press('Enter');
      await editor.page.waitForSelector('#node-config-input-username', { state: 'visible' });
      await editor.page.keyboard.press('Control+Enter');
      await editor.page.waitForFunction('$(".red-ui-tray").length === 0');
    });

    for (const theme of runtime.version === '5' ? (['light', 'dark'] as const) : (['light'] as const)) {
      it(`everything of ours can be read in the ${theme} theme`, async () => {
        const { page } = editor;
        await page.evaluate(`document.documentElement.classList.toggle('nr-theme-dark', ${theme === 'dark'})`);
        await page.evaluate('RED.sidebar.show("kaa")');
        await page.waitForSelector('.kaa-endpoint[data-state=connected] dd');
        assert.deepEqual(await unreadable('.kaa-sidebar'), []);
        await editor.editEndpoint();
        await page.evaluate(`$('.red-ui-tray details').prop('open', true)`);
        await page.click('#kaa-endpoint-test');
        await page.waitForFunction(`!$('#kaa-endpoint-test').prop('disabled')`);
        assert.deepEqual(await unreadable('.red-ui-tray .dialog-form'), []);
        await editor.cancel();
      });
    }

    /** Presses Tab until an element has the focus. */
    async function tabTo(wanted: string | ((element: string) => string)): Promise<void> {
      const active = 'document.activeElement';
      const reached = typeof wanted === 'string' ? `${active}.id === '${wanted}'` : wanted(active);
      for (let presses = 0; presses < 60; presses += 1) {
        if (await editor.page.evaluate<boolean>(reached)) return;
        await editor.page.keyboard.press('Tab');
      }
      assert.fail(`${reached} was not reached`);
    }

    /** Texts below an element that have too little contrast, with the contrast that they have. */
    async function unreadable(selector: string): Promise<readonly string[]> {
      const found = await editor.page.evaluate(contrastsBelow, selector);
      return found
        .filter(({ contrast }) => contrast < lowestContrast)
        .map(({ text, contrast }) => `${text} ${contrast}`);
    }
  });
}

/** Runs in the page: the contrast of each visible text to what is behind it. */
function contrastsBelow(selector: string): { text: string; contrast: number }[] {
  const partsOf = (color: string): number[] => [...color.matchAll(/[\d.]+/g)].map(([number]) => Number(number));
  const luminance = (color: string): number => {
    const [red = 0, green = 0, blue = 0] = partsOf(color).map((part) => {
      const share = part / 255;
      return share <= 0.039_28 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  };
  const backgroundOf = (element: Element | null): string => {
    if (element === null) return 'rgb(255, 255, 255)';
    const { backgroundColor } = getComputedStyle(element);
    return (partsOf(backgroundColor)[3] ?? 1) > 0.5 ? backgroundColor : backgroundOf(element.parentElement);
  };
  const results: { text: string; contrast: number }[] = [];
  for (const element of document.querySelectorAll(`${selector} *`)) {
    const text = [...element.childNodes]
      .filter(({ nodeType }) => nodeType === 3)
      .map(({ textContent }) => textContent ?? '')
      .join('')
      .trim();
    if (text === '' || !element.checkVisibility()) continue;
    const [a, b] = [luminance(getComputedStyle(element).color), luminance(backgroundOf(element))];
    const contrast = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    results.push({ text, contrast: Math.round(contrast * 100) / 100 });
  }
  return results;
}
