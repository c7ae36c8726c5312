/** The console page of a simulator in a real browser. */
import assert from 'node:assert/strict';
import type { Browser, BrowserContextOptions, Locator, Page } from 'playwright-core';
import type { Simulator } from '../../src/simulator/simulator.ts';

export class ConsolePage {
  readonly page: Page;
  /** What must not happen: errors of the page's own code, and what its content security policy refused. */
  readonly problems: string[] = [];
  readonly #url: string;

  private constructor(page: Page, url: string) {
    this.page = page;
    this.#url = url;
    page.setDefaultTimeout(10_000);
    page.on('pageerror', (error) => this.problems.push(error.message));
    page.on('console', (message) => {
      if (/content security policy|trusted/i.test(message.text())) this.problems.push(message.text());
    });
  }

  static async open(
    browser: Browser,
    { httpUrl }: Simulator,
    hash = '',
    options: BrowserContextOptions = {},
  ): Promise<ConsolePage> {
    const context = await browser.newContext({
      viewport: { width: 1280, height: 900 },
      acceptDownloads: true,
      ...options,
    });
    const opened = new ConsolePage(await context.newPage(), httpUrl);
    await opened.show(hash);
    await opened.live.getByText('live').waitFor();
    return opened;
  }

  /** The badge of the connection to the simulator. */
  get live(): Locator {
    return this.part('live').locator('..');
  }

  async show(hash: string): Promise<void> {
    await this.page.goto(`${this.#url}/${hash}`);
    await this.page.locator('main > div').waitFor();
  }

  /** An element that only tests have a name for. */
  part(name: string): Locator {
    return this.page.locator(`[data-test=${name}]`);
  }

  async press(button: string): Promise<void> {
    await this.page.getByRole('button', { name: button, exact: true }).click();
  }

  async enter(label: string, text: string): Promise<void> {
    await this.page.getByLabel(label, { exact: true }).fill(text);
  }

  async choose(label: string, option: string): Promise<void> {
    await this.page.getByLabel(label, { exact: true }).selectOption(option);
  }

  /** Waits until a text stands somewhere in the part of the page. */
  async says(text: string | RegExp, within: Locator = this.page.locator('main')): Promise<void> {
    await within.getByText(text).first().waitFor();
  }

  async close(): Promise<void> {
    await this.page.context().close();
    assert.deepEqual(this.problems, []);
  }
}
