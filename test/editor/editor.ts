/** The editor of a real Node-RED in a real browser. */
import assert from 'node:assert/strict';
import type { Context } from 'mocha';
import type { Browser, Page } from 'playwright-core';
import { startBrowser } from '../support/browser.ts';
import { type FlowNode, NodeRed, type Runtime } from '../support/node-red.ts';

export class Editor {
  readonly nodeRed: NodeRed;
  readonly page: Page;
  readonly pageErrors: string[] = [];
  readonly #browser: Browser;

  private constructor(nodeRed: NodeRed, browser: Browser, page: Page) {
    this.nodeRed = nodeRed;
    this.#browser = browser;
    this.page = page;
    page.on('pageerror', (error) => this.pageErrors.push(error.message));
    // What a dialog's own functions throw is caught by the editor and printed.
    page.on('console', (message) => {
      if (/oneditprepare|Validation error|Definition error/.test(message.text())) this.pageErrors.push(message.text());
    });
  }

  /** Shows a flow; undefined where there is no browser. */
  static async open(runtime: Runtime, flow: readonly FlowNode[]): Promise<Editor | undefined> {
    const browser = await startBrowser();
    if (browser === undefined) return undefined;
    const nodeRed = await NodeRed.start(runtime);
    await nodeRed.deploy(flow);
    const editor = new Editor(nodeRed, browser, await browser.newPage());
    await editor.load();
    return editor;
  }

  /** The same in another window, whose browser prefers a language. */
  async inLanguage(locale: string): Promise<Editor> {
    const context = await this.#browser.newContext({ locale });
    const editor = new Editor(this.nodeRed, this.#browser, await context.newPage());
    await editor.load();
    return editor;
  }

  /** Shows what is deployed. */
  async load(): Promise<void> {
    await this.page.goto(this.nodeRed.url);
    await this.page.waitForSelector('.red-ui-flow-node');
    await this.page.waitForFunction('$("#red-ui-loading-progress").is(":hidden")');
  }

  /**
   * Waits until the deploy that was begun is over: at its end the editor forgets the credentials that it has loaded, also
   * those of an open dialog.
   */
  async deployed(): Promise<void> {
    await this.page.waitForFunction('!RED.nodes.dirty()');
  }

  /** Deploys what the editor holds and loads it anew, as on the next morning. */
  async deployAndReload(): Promise<void> {
    await this.nodeRed.deploy(await this.page.evaluate<FlowNode[]>('RED.nodes.createCompleteNodeSet()'));
    // Nothing of the page is left that would ask whether to leave it.
    await this.page.goto('about:blank');
    await this.load();
  }

  async close(): Promise<void> {
    await this.#browser.close();
    await this.nodeRed.remove();
  }

  async edit(id: string): Promise<void> {
    await this.page.evaluate(`RED.editor.edit(RED.nodes.node(${JSON.stringify(id)}))`);
    await this.page.waitForSelector('#node-input-endpoint', { state: 'visible' });
    await this.#focused();
  }

  async editEndpoint(): Promise<void> {
    await this.page.evaluate('RED.editor.editConfig("", "kaa-endpoint", "endpoint")');
    await this.page.waitForSelector('#node-config-input-url', { state: 'visible' });
    await this.#focused();
  }

  /** Waits until the open dialog has taken the focus, and will not take it any more from a field that is typed into. */
  async #focused(): Promise<void> {
    await this.page.waitForFunction('document.activeElement?.closest(".red-ui-tray") !== null');
  }

  /** Closes the open dialog without saving. */
  async cancel(): Promise<void> {
    await this.#leave('#node-dialog-cancel, #node-config-dialog-cancel');
  }

  /** Closes the open dialog and keeps what was entered. */
  async done(): Promise<void> {
    await this.#leave('#node-dialog-ok, #node-config-dialog-ok');
  }

  async #leave(button: string): Promise<void> {
    await this.page.locator(button).last().click();
    await this.page.waitForFunction('$(".red-ui-tray").length === 0');
  }

  /** The properties whose fields the open dialog shows, in its order. */
  async fields(): Promise<unknown> {
    return this.page.evaluate(
      `$('#dialog-form [id^="node-input-"]').get()
        .filter((field) => [field, field.nextElementSibling].some((shown) =>
          shown !== null && (shown === field || shown.matches('.red-ui-typedInput-container')) && shown.checkVisibility()))
        .map(({ id }) => id.slice('node-input-'.length))
        .filter((name) => !name.startsWith('btn-'))`,
    );
  }

  /** Everything that the open dialog says. */
  async text(): Promise<string> {
    return String(
      await this.page.evaluate(
        `$('.red-ui-tray').last().text() + $('.red-ui-tray').last().find('[placeholder]').get().map((field) => field.placeholder).join(' ')`,
      ),
    );
  }

  async choose(property: string, value: string): Promise<void> {
    await this.page.selectOption(`#node-input-${property}`, value);
  }

  /** Enters a value into a TypedInput. */
  async enter(property: string, type: string, value: string): Promise<void> {
    await this.page.evaluate(
      `$('#node-input-${property}').typedInput('type', ${JSON.stringify(type)}).typedInput('value', ${JSON.stringify(value)})`,
    );
  }

  /** A node as it would be saved. */
  async saved(id: string): Promise<Record<string, unknown>> {
    return (await this.page.evaluate(
      `RED.nodes.createCompleteNodeSet().find((node) => node.id === ${JSON.stringify(id)})`,
    )) as Record<string, unknown>;
  }

  /** How many ports for wires a node shows on its left. */
  async inputPorts(id: string): Promise<number> {
    await this.page.evaluate('RED.view.redraw(true, true)');
    return this.page.locator(`[id="${id}"] .red-ui-flow-port-input`).count();
  }

  /** What the editor would show beside a property of a node; true where it is valid. */
  async verdict(type: string, property: string, value: unknown, node: object = {}): Promise<unknown> {
    const [name, key, ...values] = [type, property, node, value].map((each) => JSON.stringify(each));
    return this.page.evaluate(`RED.nodes.getType(${name}).defaults[${key}].validate.call(${values.join(', ')}, {})`);
  }

  /** What stands on a node in the flow. */
  async label(type: string, node: object): Promise<unknown> {
    return this.page.evaluate(
      `(({ label, _ }) => label.call({ ...${JSON.stringify(node)}, _ }))(RED.nodes.getType(${JSON.stringify(type)}))`,
    );
  }
}

/**
 * One editor for the tests of the suite around, none of which may raise an error in it; without a browser they are
 * skipped. Call the result inside of them.
 */
export function editorOfSuite(runtime: Runtime, flow: readonly FlowNode[]): () => Editor {
  let editor: Editor | undefined;
  const opened = (): Editor => {
    assert.ok(editor);
    return editor;
  };

  before(async function open(this: Context) {
    this.timeout(120_000);
    editor = await Editor.open(runtime, flow);
    if (editor === undefined) this.skip();
  });

  after(async () => {
    await editor?.close();
  });

  afterEach(() => assert.deepEqual(opened().pageErrors, []));

  return opened;
}
