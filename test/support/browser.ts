/** Debian's Chromium, headless, where it is installed. */
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
