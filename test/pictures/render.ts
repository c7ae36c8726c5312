/** The pictures of the README, from the running plant of `npm start`: editor, dialog and console page. */
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { demoFlow } from '../../.tools/demo-flow.ts';
import { startSimulator } from '../../src/simulator/simulator.ts';
import { startBrowser } from '../support/browser.ts';
import { NodeRed, runtimes } from '../support/node-red.ts';
import { until } from '../support/until.ts';

const size = { width: 1280, height: 800 };

/** Samples of the machine that the chart of the console page has to have. */
const enoughSamples = 15;

/**
 * @param folder where `editor.png`, `editor-dark.png`, `endpoint.png` and `console.png` are written
 * @returns their paths; undefined where there is no browser
 */
export async function renderPictures(folder: string): Promise<readonly string[] | undefined> {
  const browser = await startBrowser();
  if (browser === undefined) return undefined;
  const simulator = await startSimulator({ mqttPort: 0, httpPort: 0 });
  const nodeRed = await NodeRed.start(runtimes[0]);
  try {
    const [mqttPort, httpPort] = [simulator.mqttUrl, simulator.httpUrl].map((url) => Number(new URL(url).port));
    await nodeRed.deploy(demoFlow({ mqttPort: mqttPort ?? 0, httpPort: httpPort ?? 0 }));
    await until(async () => (await countOf(simulator.httpUrl)) >= enoughSamples);
    return [
      await editorPicture(browser, nodeRed.url, join(folder, 'editor.png'), 'light'),
      await editorPicture(browser, nodeRed.url, join(folder, 'editor-dark.png'), 'dark'),
      await dialogPicture(browser, nodeRed.url, join(folder, 'endpoint.png')),
      await consolePicture(browser, simulator.httpUrl, join(folder, 'console.png')),
    ];
  } finally {
    await browser.close();
    await nodeRed.remove();
    await simulator.close();
  }
}

async function countOf(httpUrl: string): Promise<number> {
  const response = await fetch(`${httpUrl}/api/v1/endpoints/demo-machine/telemetry/count`);
  return response.ok ? ((await response.json()) as { readonly count: number }).count : 0;
}

async function openEditor(browser: Browser, url: string, theme: 'light' | 'dark'): Promise<Page> {
  const page = await browser.newPage({ viewport: size });
  await page.goto(url);
  await page.waitForSelector('.red-ui-flow-node');
  await page.waitForFunction('$("#red-ui-loading-progress").is(":hidden")');
  await page.evaluate(`document.documentElement.classList.toggle('nr-theme-dark', ${theme === 'dark'})`);
  await page.evaluate('RED.sidebar.show("kaa")');
  await page.waitForFunction(`/\\d ms/.test($('.kaa-endpoint dd').text())`);
  return page;
}

async function shoot(page: Page, path: string): Promise<string> {
  await page.screenshot({ path });
  await page.close();
  return path;
}

async function editorPicture(browser: Browser, url: string, path: string, theme: 'light' | 'dark'): Promise<string> {
  const page = await openEditor(browser, url, theme);
  // All of them have said how they are.
  await page.waitForFunction(
    `$('.red-ui-flow-node-status-label').filter((_, label) => label.textContent === 'connected').length > 5`,
  );
  return shoot(page, path);
}

async function dialogPicture(browser: Browser, url: string, path: string): Promise<string> {
  const page = await openEditor(browser, url, 'light');
  await page.evaluate(
    `RED.nodes.eachConfig(({ id, type }) => { if (type === 'kaa-endpoint') RED.editor.editConfig('', type, id); })`,
  );
  await page.waitForSelector('#kaa-endpoint-test', { state: 'visible' });
  await page.click('#kaa-endpoint-test');
  await page.waitForFunction(`!$('#kaa-endpoint-test').prop('disabled') && $('.kaa-test-passed').length > 2`);
  return shoot(page, path);
}

async function consolePicture(browser: Browser, httpUrl: string, path: string): Promise<string> {
  const page = await browser.newPage({ viewport: size, colorScheme: 'light' });
  await page.goto(`${httpUrl}/#/endpoint/demo-machine/telemetry`);
  await page.waitForSelector('canvas', { state: 'visible' });
  return shoot(page, path);
}
