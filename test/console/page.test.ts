import assert from 'node:assert/strict';
import type { Simulator } from '../../src/simulator/simulator.ts';
import { Bench, type Device, getJson, putFaults, send } from '../simulator/support.ts';
import { browserOfSuite } from '../support/browser.ts';
import { until } from '../support/until.ts';
import { ConsolePage } from './console-page.ts';

const views = [
  '#/start',
  '#/faults',
  '#/log',
  ...['telemetry', 'metadata', 'commands', 'configuration', 'software', 'blobs'].map(
    (view) => `#/endpoint/tank/${view}`,
  ),
];

describe('console page as a whole', () => {
  const browser = browserOfSuite();
  let bench: Bench;
  let simulator: Simulator;
  let device: Device;
  let shown: ConsolePage;

  beforeEach(async () => {
    bench = new Bench();
    simulator = await bench.simulator();
    device = await bench.device(simulator.mqttUrl);
  });

  afterEach(async () => {
    await shown.close();
    await bench.close();
  });

  async function open(hash = '', options: object = {}): Promise<void> {
    shown = await ConsolePage.open(browser(), simulator, hash, options);
  }

  /** Something to show in every view. */
  async function fill(): Promise<void> {
    const long = 'x'.repeat(400);
    await device.accepted('kp1/v1/dcx/tank/json/1', JSON.stringify({ level: 1, speed: 2000, [long]: 3, text: long }));
    await send(simulator, 'PUT', 'endpoints/tank/metadata', { place: long });
    await send(simulator, 'POST', 'endpoints/tank/commands/valve', { text: long });
    await send(simulator, 'PUT', 'endpoints/tank/config', { text: long });
    await send(simulator, 'PUT', 'endpoints/tank/software', { version: long, config: { text: long } });
    const { token } = (await device.asked('kp1/v1/bcx/tank/token/2')) as { token: string };
    await fetch(`${simulator.httpUrl}/bcx/api/v1/files/${long}`, {
      method: 'POST',
      headers: { 'x-auth-token': token },
      body: 'x',
    });
    await putFaults(simulator, [{ action: 'delay', delayMs: 1, token: long }]);
  }

  describe('themes', () => {
    const background = (): Promise<string> =>
      shown.page.evaluate<string>('getComputedStyle(document.querySelector("main")).backgroundColor');
    /** WCAG 2.2, 1.4.3: of every text that is shown, with what stands behind it; those below 4.5 are told. */
    const tooFaint = (): Promise<unknown> =>
      shown.page.evaluate(`(() => {
        const canvas = document.createElement('canvas').getContext('2d', { willReadFrequently: true });
        const rgb = (color) => {
          canvas.clearRect(0, 0, 1, 1);
          canvas.fillStyle = color;
          canvas.fillRect(0, 0, 1, 1);
          return [...canvas.getImageData(0, 0, 1, 1).data];
        };
        const luminance = ([r, g, b]) => {
          const [x, y, z] = [r, g, b].map((part) => part / 255).map((part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4));
          return 0.2126 * x + 0.7152 * y + 0.0722 * z;
        };
        const behind = (element) => {
          for (let each = element; each !== null; each = each.parentElement) {
            const color = rgb(getComputedStyle(each).backgroundColor);
            if (color[3] === 255) return color;
          }
        };
        return [...document.querySelectorAll('body *')]
          .filter((each) => each.checkVisibility({ opacityProperty: true }) && !each.matches(':disabled'))
          .filter((each) => [...each.childNodes].some((node) => node.nodeType === Node.TEXT_NODE && node.data.trim() !== ''))
          .map((each) => {
            const [text, back] = [luminance(rgb(getComputedStyle(each).color)), luminance(behind(each))];
            return { text: each.textContent.slice(0, 30), contrast: (Math.max(text, back) + 0.05) / (Math.min(text, back) + 0.05) };
          })
          .filter(({ contrast }) => contrast < 4.5);
      })()`);

    for (const scheme of ['light', 'dark'] as const) {
      it(`follows the system: ${scheme}, and every text can be read`, async () => {
        await fill();
        await open('', { colorScheme: scheme });
        assert.equal(await background(), scheme === 'light' ? 'rgb(255, 255, 255)' : 'rgb(28, 34, 38)');
        for (const view of views) {
          await shown.show(view);
          await shown.page.getByRole('alert').waitFor();
          assert.deepEqual(await tooFaint(), [], view);
        }
      });
    }

    it('can be chosen, and is remembered', async () => {
      await open('', { colorScheme: 'light' });
      await shown.choose('Theme', 'dark');
      assert.equal(await background(), 'rgb(28, 34, 38)');
      await shown.page.reload();
      assert.equal(await background(), 'rgb(28, 34, 38)');
      await shown.choose('Theme', 'system');
      assert.equal(await background(), 'rgb(255, 255, 255)');
    });
  });

  it('fits a phone: no view is wider than 360 pixels, and the endpoints are folded away', async () => {
    await fill();
    await open('', { viewport: { width: 360, height: 740 } });
    for (const view of views) {
      await shown.show(view);
      await shown.page.getByRole('alert').waitFor();
      const width = await shown.page.evaluate<number>('document.documentElement.scrollWidth');
      assert.equal(width, 360, view);
    }
    const link = shown.part('endpoints').locator('a', { hasText: 'tank' });
    const isShown = (): Promise<boolean> =>
      shown.page.evaluate<boolean>('document.querySelector("[data-test=endpoints] a").checkVisibility()');
    assert.equal(await isShown(), false);
    await shown.page.locator('aside summary').click();
    await link.click();
    await shown.page.getByRole('heading', { name: 'tank' }).waitFor();
    assert.equal(await isShown(), false);
  });

  describe('by keyboard alone', () => {
    it('skips to the content, and every control in the order of the page shows that it has the focus', async () => {
      await fill();
      await open('#/faults');
      await shown.page.keyboard.press('Tab');
      const focused = (): Promise<string> =>
        shown.page.evaluate<string>('document.activeElement.textContent || document.activeElement.tagName');
      assert.equal(await focused(), 'Skip to the content');
      await shown.page.keyboard.press('Enter');
      await shown.page.keyboard.press('Tab');
      assert.equal(await focused(), 'Cut the connection');
      const outline = 'getComputedStyle(document.activeElement).outlineStyle';
      assert.equal(await shown.page.evaluate(outline), 'solid');
    });

    it('walks along the tabs of an endpoint with the arrow keys, in a circle', async () => {
      await fill();
      await open('#/endpoint/tank/telemetry');
      const chosen = shown.page.locator('[role=tab][aria-selected=true]');
      await chosen.focus();
      for (const [key, tab] of [
        ['ArrowRight', 'Metadata'],
        ['ArrowRight', 'Commands'],
        ['ArrowLeft', 'Metadata'],
        ['ArrowLeft', 'Telemetry'],
        ['ArrowLeft', 'Blobs'],
        ['ArrowRight', 'Telemetry'],
      ] as const) {
        await shown.page.keyboard.press(key);
        await until(async () => (await chosen.textContent()) === tab);
        assert.equal(await shown.page.evaluate('document.activeElement.textContent'), tab);
      }
    });

    it('sends a command', async () => {
      await open('#/endpoint/tank/commands');
      await shown.page.getByLabel('Type').focus();
      await shown.page.keyboard.type('reboot');
      await shown.page.keyboard.press('Tab');
      await shown.page.keyboard.press('Tab');
      await shown.page.keyboard.type('{"hard":true}');
      await shown.page.keyboard.press('Tab');
      await shown.page.keyboard.press('Space');
      await shown.says(/^sent, ID/);
      const [{ type, payload }] = (await getJson(simulator, 'endpoints/tank/commands')) as [
        { type: string; payload: unknown },
      ];
      assert.deepEqual([type, payload], ['reboot', { hard: true }]);
    });
  });

  it('shows what devices send as text, whatever it is', async () => {
    const hostile = '<img src=x onerror=document.title=1><script>document.title=2<\u002fscript>';
    const token = '<b>bold<br>';
    await device.accepted(`kp1/${token}/dcx/${token}/json/1`, JSON.stringify({ [hostile]: 1, text: hostile }));
    await device.accepted(`kp1/v1/epmx/${token}/update/2`, JSON.stringify({ a: hostile }));
    await send(simulator, 'POST', `endpoints/${encodeURIComponent(token)}/commands/x`, { hostile });
    await send(simulator, 'PUT', `endpoints/${encodeURIComponent(token)}/config`, { hostile });
    await putFaults(simulator, [{ action: 'error', token: hostile, reasonPhrase: hostile }]);
    await open('#/log');
    await device.publish(`kp1/v1/dcx/${token}/json`, JSON.stringify({ text: hostile }));
    for (const view of views) {
      await shown.show(view.replace('tank', encodeURIComponent(token)));
      await shown.page.getByRole('alert').waitFor();
      await until(async () => (await shown.page.locator('main').textContent()) !== '');
      const made =
        'document.querySelectorAll("main img, main b, main br, main script, aside b, aside br, [role=alert] img").length';
      assert.equal(await shown.page.evaluate(made), 0, view);
      assert.match(await shown.page.title(), /Kaa simulator$/);
    }
    await shown.says(token, shown.part('endpoints'));
  });

  it('says that the simulator does not answer, and goes on by itself when it does again', async () => {
    await device.accepted('kp1/v1/dcx/tank/json/1', '{"level":1}');
    await open('#/endpoint/tank/telemetry');
    const ports = {
      mqttPort: Number(new URL(simulator.mqttUrl).port),
      httpPort: Number(new URL(simulator.httpUrl).port),
    };
    await simulator.close();
    await shown.page.getByText('The simulator does not answer; trying again').waitFor();
    simulator = await bench.simulator(ports);
    const next = await bench.device(simulator.mqttUrl);
    await next.accepted('kp1/v1/dcx/tank/json/1', '{"level":2}');
    await shown.live.getByText('live').waitFor();
    await shown.page.getByRole('button', { name: /^level ?2$/ }).waitFor();
    await shown.says(/^1 sample /);
  });

  it('stays usable while 10,000 messages come in', async () => {
    await open('#/log');
    const thousand = async (part: number): Promise<unknown> =>
      Promise.all(
        Array.from({ length: 1000 }, (_, index) =>
          device.publish(`kp1/v1/dcx/tank-${index % 500}/json/${part * 1000 + index + 1}`, '{"level":1}'),
        ),
      );
    const sent = Array.from({ length: 10 }, (_, part) => thousand(part));
    let slowest = 0;
    for (const part of sent) {
      const started = performance.now();
      await shown.page.evaluate('new Promise(requestAnimationFrame)');
      slowest = Math.max(slowest, performance.now() - started);
      await part;
    }
    assert.ok(slowest < 2000, `the page was busy for ${Math.round(slowest)} ms`);
    await shown.says(/more messages within a second/);
    await until(async () => (await shown.part('endpoints').locator('li').count()) === 200);
  });

  it('writes beside each action the curl line that does the same', async () => {
    await open('#/endpoint/tank/commands');
    await shown.enter('Type', "it's");
    await shown.enter('Payload (JSON, may be empty)', `{"text":"it's"}`);
    await shown.page.getByLabel('curl command for Send command').click();
    const line = `curl -X POST '${simulator.httpUrl}/api/v1/endpoints/tank/commands/it'\\''s?ttl=3600' -d '{"text":"it'\\''s"}'`;
    await shown.says(line);
    await shown.enter('Type', 'reboot');
    await shown.says(line.replace("it'\\''s?", 'reboot?'));
  });
});
