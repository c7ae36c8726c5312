/** Debian's Chromium, headless, where it is installed. */
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import type { Browser } from 'playwright-core';
import { chromium } from 'playwright-core';

const executablePath = '/usr/bin/chromium';

/** Undefined where there is no Chromium. */
export async function startBrowser(): Promise<Browser | undefined> {
  if (!existsSync(executablePath)) return undefined;
  const args = [
    '--no-sandbox',
    '--disable-gpu',
    '--disable-quic',
    '--no-first-run',
    '--disable-background-networking',
    '--disable-component-update',
    '--disable-sync',
  ];
  return chromium.launch({ executablePath, args });
}

/** One browser for the tests of the suite around; without one they are skipped. Call the result inside of them. */
export function browserOfSuite(): () => Browser {
  let browser: Browser | undefined;

  before(async function start() {
    this.timeout(60_000);
    browser = await startBrowser();
    if (browser === undefined) this.skip();
  });

  after(async () => {
    await browser?.close();
  });

  return () => {
    assert.ok(browser);
    return browser;
  };
}
