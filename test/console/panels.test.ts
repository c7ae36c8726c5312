import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import type { Simulator } from '../../src/simulator/simulator.ts';
import { assign, Bench, type Device, getJson, postCommand, putFaults, send } from '../simulator/support.ts';
import { browserOfSuite } from '../support/browser.ts';
import { until } from '../support/until.ts';
import { ConsolePage } from './console-page.ts';

describe('console page', () => {
  const browser = browserOfSuite();
  let bench: Bench;
  let simulator: Simulator;
  let device: Device;
  let shown: ConsolePage;

  beforeEach(async () => {
    bench = new Bench();
    simulator = await bench.simulator();
    device = await bench.device(simulator.mqttUrl, { clientId: 'gateway' });
  });

  afterEach(async () => {
    await shown.close();
    await bench.close();
  });

  async function open(hash = ''): Promise<void> {
    shown = await ConsolePage.open(browser(), simulator, hash);
  }

  const of = (view: string, token = 'tank'): string => `#/endpoint/${token}/${view}`;

  async function sample(body: unknown, path = 'json', token = 'tank'): Promise<void> {
    await device.publish(`kp1/v1/dcx/${token}/${path}`, typeof body === 'string' ? body : JSON.stringify(body));
  }

  describe('start', () => {
    it('says where devices connect, and how to send a first sample', async () => {
      await open();
      await shown.says(simulator.mqttUrl);
      await shown.says(
        `mosquitto_pub -h 127.0.0.1 -p ${new URL(simulator.mqttUrl).port} -t 'kp1/demo/dcx/my-device/json/1'`,
      );
      assert.equal(await shown.part('tour').locator('section').count(), 0);
    });

    it('shows the tour where the demo plant is, and what comes of each step', async () => {
      await open();
      await sample({ n: 1 }, 'json', 'demo-tank-1');
      await sample(1, 'json', 'demo-machine');
      const steps = shown.part('tour').locator('section');
      await shown.says('Open a valve');
      await until(async () => (await steps.count()) === 5);
      await shown.says(/1 sample of demo-tank-1/);
      await device.publish('kp1/v1/cex/demo-tank-1/command/valve', '{"observe":true}');
      await shown.press('Open the valve');
      const commands = (await device.pushed('kp1/v1/cex/demo-tank-1/command/valve/status', 1)) as [
        { id: number; payload: unknown },
      ];
      assert.deepEqual(commands[0].payload, { open: true });
      await shown.says('pending');
      const result = [{ id: commands[0].id, statusCode: 200, payload: { valve: 'open' } }];
      await device.publish('kp1/v1/cex/demo-tank-1/result/valve', JSON.stringify(result));
      await shown.says(/completed with 200 after .*"valve":"open"/);
      await shown.press('Cut the connection');
      await shown.says(/^cut for/);
      await shown.press('Restore it');
      await shown.says(/^restored/);
      await sample({ n: 2, timestamp: Date.now() - 60_000 }, 'json', 'demo-tank-1');
      await shown.says('1 sample came in late, none missing');
      await sample({ n: 4, timestamp: Date.now() }, 'json', 'demo-tank-1');
      await shown.says('1 sample came in late, 1 missing');
      await shown.page.getByRole('link', { name: 'Faults' }).click();
      await shown.press('Cut the connection');
      const banner = shown.page.getByRole('alert');
      await banner.getByRole('button', { name: 'All well again' }).click();
      await shown.page.getByRole('link', { name: 'Start' }).click();
      await shown.says(/^restored/);
      await shown.says(/completed with 200 after/);
    });
  });

  describe('endpoints', () => {
    it('shows who is connected, as it changes', async () => {
      await open();
      const list = shown.part('endpoints');
      await sample(1);
      await shown.says('tank', list);
      await list.getByLabel('connected').waitFor();
      await device.client.endAsync();
      await list.getByLabel('offline').waitFor();
      await shown.says('offline', list);
    });

    it('finds one of ten thousand', async () => {
      for (let index = 0; index < 10_000; index += 1) simulator.platform.endpoints.spoke(`t-${index}`, 'v1', 'nobody');
      await open();
      const list = shown.part('endpoints');
      await shown.says('10,000 endpoints, 0 connected, the first 200 shown', shown.page.locator('aside'));
      assert.equal(await list.locator('li').count(), 200);
      await shown.enter('Endpoints', 't-7654');
      await list.getByRole('link', { name: 't-7654' }).click();
      await shown.page.getByRole('heading', { name: 't-7654' }).waitFor();
    });

    it('takes a token that has not spoken yet', async () => {
      await open();
      await shown.enter('Endpoints', 'later');
      await shown.page.getByRole('link', { name: /Assign something to “later”/ }).click();
      await shown.says('has not spoken yet');
      assert.deepEqual(await getJson(simulator, 'endpoints'), []);
    });

    it('loses neither a slow press nor the focus while much happens', async () => {
      await sample(1);
      await sample(1, 'json', 'oven');
      await open('#/start');
      const [tank, oven] = ['tank', 'oven'].map((name) => shown.part('endpoints').locator('a', { hasText: name }));
      assert.ok(tank && oven);
      const samples = setInterval(() => void sample(1), 20);
      try {
        await oven.focus();
        for (let press = 1; press <= 3; press += 1) {
          await shown.show('#/start');
          await tank.click({ delay: 400 });
          await shown.page.getByRole('heading', { name: 'tank' }).waitFor();
        }
        assert.equal(await shown.page.evaluate('document.activeElement.tagName'), 'H2');
        await oven.focus();
        const before = await tank.textContent();
        await until(async () => (await tank.textContent()) !== before);
        assert.equal(await shown.page.evaluate('document.activeElement.textContent.includes("oven")'), true);
      } finally {
        clearInterval(samples);
      }
    });

    it('keeps the view in the address: reload and back show the same', async () => {
      await sample(1);
      await open(of('metadata'));
      await shown.page.getByRole('tab', { name: 'Commands' }).click();
      await shown.says('No commands yet.');
      await shown.page.reload();
      await shown.says('No commands yet.');
      await shown.page.goBack();
      await shown.says(/No metadata yet/);
    });
  });

  describe('telemetry', () => {
    const line = (name: string) => shown.page.getByRole('button', { name: new RegExp(`^${name}`) });

    it('finds numbers by themselves: nested ones, yes and no, plain values with their unit', async () => {
      await sample({ level: 12.5, pump: { speed: 1480, on: true }, text: 'x', timestamp: 1_700_000_000 });
      await sample('47%', 'plain/humidity');
      await open(of('telemetry'));
      for (const [name, reading] of [
        ['level', '12.5'],
        ['pump.speed', '1,480'],
        ['pump.on', '1'],
        ['humidity', '47 %'],
      ] as const) {
        await line(`${name} ?${reading}$`).waitFor();
      }
      assert.equal(await shown.page.locator('.legend button').count(), 4);
    });

    it('draws a line, until it is switched off, and what comes in while it is shown', async () => {
      for (let index = 0; index < 20; index += 1)
        await sample({ level: Math.sin(index), timestamp: 1_700_000_000_000 + index * 1000 });
      await open(of('telemetry'));
      await line('level').waitFor();
      const painted = (): Promise<boolean> =>
        shown.page.evaluate<boolean>(`(() => {
          const canvas = document.querySelector('.chart canvas');
          const probe = document.createElement('span');
          probe.className = 'line-0';
          document.body.append(probe);
          const [r, g, b] = getComputedStyle(probe).color.match(/[\\d.]+/g).map(Number);
          probe.remove();
          const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
          for (let i = 0; i < data.length; i += 4)
            if (data[i + 3] === 255 && data[i] === r && data[i + 1] === g && data[i + 2] === b) return true;
          return false;
        })()`);
      await until(painted);
      await line('level').click();
      await shown.page.locator('.chart').waitFor({ state: 'hidden' });
      await line('level').click();
      await sample({ level: 77, timestamp: 1_700_000_021_000 });
      await line('level ?77$').waitFor();
      await shown.says(/^21 samples/);
      await until(painted);
    });

    it('stands still while it is paused, and catches up', async () => {
      await sample({ level: 1 });
      await open(of('telemetry'));
      await line('level ?1$').waitFor();
      await shown.press('Pause');
      await sample({ level: 2 });
      await shown.says(/^2 samples/);
      await line('level ?1$').waitFor();
      await shown.press('Resume');
      await line('level ?2$').waitFor();
    });

    it('zooms into what is dragged over, and out again', async () => {
      for (let index = 0; index < 20; index += 1)
        await sample({ level: index * index, timestamp: 1_700_000_000_000 + index * 1000 });
      await open(of('telemetry'));
      const chart = shown.page.locator('.u-over');
      await chart.waitFor();
      const box = await chart.boundingBox();
      assert.ok(box);
      await shown.page.mouse.move(box.x + 100, box.y + 50);
      await shown.page.mouse.down();
      await shown.page.mouse.move(box.x + 300, box.y + 50, { steps: 4 });
      await shown.page.mouse.up();
      const reset = shown.page.getByRole('button', { name: 'reset zoom' });
      await reset.click();
      await reset.waitFor({ state: 'hidden' });
    });

    it('shows the last samples as they came, and which were late', async () => {
      await device.accepted('kp1/v1/dcx/tank/json/42', JSON.stringify({ level: 1, timestamp: Date.now() - 90_000 }));
      await open(of('telemetry'));
      const row = shown.page.locator('tbody tr').first();
      await shown.says('42', row);
      await shown.says(/^\{"level":1,"timestamp":\d+\}$/, row);
      await shown.says(/^(89|90|91|92) s late$/, row);
      await shown.says(/1 came in late/);
    });

    it('draws a counter where nothing else is', async () => {
      for (let n = 20; n < 25; n += 1) await sample({ temperature: n });
      await open(of('telemetry'));
      await shown.page.locator('.u-over').waitFor();
      assert.equal(await line('temperature').getAttribute('aria-pressed'), 'true');
    });

    it('shows some lines of a device that sends ever new names, and drops those that are gone', async () => {
      for (let part = 0; part < 10; part += 1) {
        const names = Array.from({ length: 20 }, (_, index) => [`f${part * 20 + index}`, index]);
        await sample(Object.fromEntries(names));
      }
      await open(of('telemetry'));
      await shown.says('160 more fields are not shown');
      assert.equal(await shown.page.locator('.legend button').count(), 40);
      await send(simulator, 'DELETE', 'state');
      await shown.says(/No numbers yet/);
      assert.equal(await shown.page.locator('.legend button').count(), 0);
    });

    it('leaves a counter out of the chart until it is asked for', async () => {
      for (let n = 7; n < 12; n += 1) await sample({ n, level: 3 });
      await open(of('telemetry'));
      await line('n').waitFor();
      assert.equal(await line('n').getAttribute('aria-pressed'), 'false');
      assert.equal(await line('level').getAttribute('aria-pressed'), 'true');
    });
  });

  describe('metadata', () => {
    const stored = (): Promise<unknown> => getJson(simulator, 'endpoints/tank/metadata');

    it('shows what the device writes, when it writes it', async () => {
      await open(of('metadata'));
      await shown.says(/No metadata yet/);
      await device.publish('kp1/v1/epmx/tank/update', '{"place":"hall 3"}');
      await until(async () => (await shown.page.getByLabel('Value of place').count()) === 1);
      assert.equal(await shown.page.getByLabel('Value of place').inputValue(), 'hall 3');
    });

    it('adds, changes and deletes keys', async () => {
      await send(simulator, 'PUT', 'endpoints/tank/metadata', { place: 'hall 3', limits: { max: 9 } });
      await open(of('metadata'));
      await shown.enter('Value of place', 'hall 4');
      await shown.press('Add a key');
      await shown.page.getByLabel('Key', { exact: true }).last().fill('volume');
      await shown.page.getByLabel('Value of the new key').fill('12.5');
      await shown.press('Save');
      await shown.says('saved');
      assert.deepEqual(await stored(), { place: 'hall 4', limits: { max: 9 }, volume: 12.5 });
      await shown.press('Delete limits');
      await shown.press('Save');
      await until(async () => !Object.hasOwn((await stored()) as object, 'limits'));
    });

    it('keeps what is being edited when the device changes it meanwhile, and says so', async () => {
      await send(simulator, 'PUT', 'endpoints/tank/metadata', { place: 'hall 3' });
      await open(of('metadata'));
      await shown.enter('Value of place', 'mine');
      await device.publish('kp1/v1/epmx/tank/update/keys', '{"place":"theirs"}');
      await shown.says(/The metadata was changed by the device or somebody else meanwhile/);
      assert.equal(await shown.page.getByLabel('Value of place').inputValue(), 'mine');
      await shown.press('Discard my changes');
      assert.equal(await shown.page.getByLabel('Value of place').inputValue(), 'theirs');
    });

    it('deletes a key without what the device has written meanwhile', async () => {
      await send(simulator, 'PUT', 'endpoints/tank/metadata', { a: 1, b: 2 });
      await open(of('metadata'));
      await shown.press('Delete a');
      await device.publish('kp1/v1/epmx/tank/update/keys', '{"c":3}');
      await shown.says(/The metadata was changed by the device or somebody else meanwhile/);
      await shown.press('Save');
      await shown.says('saved');
      assert.deepEqual(await stored(), { b: 2, c: 3 });
    });

    it('leaves a text with a line break as it is', async () => {
      await send(simulator, 'PUT', 'endpoints/tank/metadata', { note: 'one\ntwo', x: 1 });
      await open(of('metadata'));
      await shown.enter('Value of x', '2');
      await shown.press('Save');
      await shown.says('saved');
      assert.deepEqual(await stored(), { note: 'one\ntwo', x: 2 });
    });

    it('takes no key twice', async () => {
      await send(simulator, 'PUT', 'endpoints/tank/metadata', { a: 1 });
      await open(of('metadata'));
      await shown.press('Add a key');
      await shown.page.getByLabel('Key', { exact: true }).last().fill('a');
      await shown.press('Save');
      await shown.says('the key a stands there twice');
    });

    it('says why something cannot be saved', async () => {
      await open(of('metadata'));
      await shown.press('Add a key');
      await shown.enter('Key', 'not a key!');
      await shown.press('Save');
      await shown.says(/no object of metadata attributes/);
    });
  });

  describe('commands', () => {
    it('sends one and shows what becomes of it', async () => {
      await device.accepted('kp1/v1/cex/tank/command/valve/1', '{"observe":true}');
      await open(of('commands'));
      // The only type that the device listens for.
      await until(async () => (await shown.page.getByLabel('Type').inputValue()) === 'valve');
      await shown.enter('Payload (JSON, may be empty)', '{"open":true}');
      await shown.enter('Time to live (s)', '60');
      await shown.press('Send command');
      const row = shown.page.locator('tbody tr').first();
      await shown.says('pending', row);
      await shown.says('1 time', row);
      const [{ id, payload }] = (await device.pushed('kp1/v1/cex/tank/command/valve/status')) as [
        { id: number; payload: unknown },
      ];
      assert.deepEqual(payload, { open: true });
      await shown.says(`sent, ID ${id}`);
      const result = [{ id, statusCode: 503, reasonPhrase: 'stuck', payload: { angle: 12 } }];
      await device.publish('kp1/v1/cex/tank/result/valve', JSON.stringify(result));
      await shown.says('completed 503 stuck', row);
      await shown.says('{"angle":12}', row);
      await shown.says(/^\d+(\.\d+)? s$/, row);
    });

    it('says what is wrong with what was entered, and sends nothing', async () => {
      await open(of('commands'));
      await shown.press('Send command');
      await shown.says('enter the type of the command');
      await shown.enter('Type', 'valve');
      await shown.enter('Payload (JSON, may be empty)', '{open}');
      await shown.says(/is not JSON/);
      await shown.press('Send command');
      await until(async () => (await shown.page.getByText(/is not JSON/).count()) === 2);
      assert.deepEqual(await getJson(simulator, 'endpoints'), []);
    });

    it('shows that the time to live of one has ended', async () => {
      await open(of('commands'));
      await postCommand(simulator, 'tank/commands/valve?ttl=0');
      await shown.says('expired');
    });
  });

  describe('configuration', () => {
    it('publishes the default one, and shows whether it was applied', async () => {
      await device.accepted('kp1/v1/cmx/tank/config/json/1', '{"observe":true}');
      await open(of('configuration'));
      await shown.says(/No configuration of this name is assigned yet/);
      await shown.enter('Configuration (JSON)', '{"interval":5}');
      await shown.press('Publish');
      const { configId, config } = (await device.pushed('kp1/v1/cmx/tank/config/json/status')) as {
        configId: string;
        config: unknown;
      };
      assert.deepEqual(config, { interval: 5 });
      await shown.says('not reported yet');
      const report = { configId, statusCode: 422, reasonPhrase: 'too fast' };
      await device.publish('kp1/v1/cmx/tank/applied/json', JSON.stringify(report));
      await shown.says('rejected 422 too fast');
      await device.publish('kp1/v1/cmx/tank/applied/json', JSON.stringify({ configId, statusCode: 200 }));
      await shown.says('applied 200');
    });

    it('keeps what is being written over other views, another theme, and a name that is entered afterwards', async () => {
      await assign(simulator, 'tank/config', { a: 1 });
      await open(of('configuration'));
      const area = shown.page.getByLabel('Configuration (JSON)');
      await until(async () => (await area.inputValue()).includes('"a": 1'));
      await area.fill('{"b": 2}');
      await shown.choose('Theme', 'dark');
      await shown.page.getByRole('tab', { name: 'Metadata' }).click();
      await shown.page.getByRole('tab', { name: 'Configuration' }).click();
      await shown.enter('Name', 'net');
      await shown.page.getByLabel('Name', { exact: true }).blur();
      await shown.says(/No configuration of this name/);
      await shown.page.getByRole('tab', { name: 'Metadata' }).click();
      await shown.page.getByRole('tab', { name: 'Configuration' }).click();
      assert.equal(await shown.page.getByLabel('Name', { exact: true }).inputValue(), 'net');
      assert.equal(await area.inputValue(), '{"b": 2}');
    });

    it('says that it was published also where something unfinished is being written by then', async () => {
      await open(of('configuration'));
      const area = shown.page.getByLabel('Configuration (JSON)');
      await area.fill('{"a": 1}');
      // Held until the field has another text.
      const entered = Promise.withResolvers<void>();
      await shown.page.route('**/config', async (route) => {
        if (route.request().method() === 'PUT') await entered.promise;
        await route.continue();
      });
      await shown.press('Publish');
      await area.fill('{"a": ');
      entered.resolve();
      await shown.says(/^published as/);
      assert.equal(await area.inputValue(), '{"a": ');
      await shown.page.unrouteAll({ behavior: 'wait' });
    });

    it('edits a named one without losing what is being written', async () => {
      await assign(simulator, 'tank/config/net', { a: 1 });
      await open(of('configuration'));
      await shown.enter('Name', 'net');
      await shown.page.getByLabel('Name', { exact: true }).blur();
      const area = shown.page.getByLabel('Configuration (JSON)');
      await until(async () => (await area.inputValue()).includes('"a": 1'));
      await area.fill('{"a": 2}');
      const configId = await assign(simulator, 'tank/config/net', { a: 3 });
      await shown.says(configId);
      assert.equal(await area.inputValue(), '{"a": 2}');
      await shown.press('Publish');
      await shown.says(/^published as/);
      assert.deepEqual(((await getJson(simulator, 'endpoints/tank/config/net')) as { config: unknown }).config, {
        a: 2,
      });
    });
  });

  describe('software', () => {
    it('assigns a version, and shows what is installed and what was rejected', async () => {
      await device.accepted('kp1/v1/cmx_ota/tank/applied/json/1', '{"configId":"1.0","statusCode":200}');
      await open(of('software'));
      await shown.says('Installed: 1.0');
      await shown.enter('Version', '2.0');
      await shown.enter('Specification (JSON)', '{"link":"https://example.com/2.0"}');
      await shown.press('Assign');
      const { configId } = (await device.pushed('kp1/v1/cmx_ota/tank/config/json/status')) as { configId: string };
      assert.equal(configId, '2.0');
      await device.publish(
        'kp1/v1/cmx_ota/tank/applied/json',
        '{"configId":"2.0","statusCode":500,"reasonPhrase":"no space"}',
      );
      await shown.says('rejected 500 no space');
    });
  });

  describe('blobs', () => {
    it('lists uploads when they come, and gives them back as they were', async () => {
      await open(of('blobs'));
      await shown.says(/No uploads yet/);
      const { token } = (await device.asked('kp1/v1/bcx/tank/token/1')) as { token: string };
      const url = `${simulator.httpUrl}/bcx/api/v1/binary-data?name=${encodeURIComponent('photo <1>.bin')}`;
      await fetch(url, { method: 'POST', headers: { 'x-auth-token': token }, body: Buffer.from([1, 2, 250]) });
      const link = shown.page.getByRole('link', { name: 'photo <1>.bin' });
      const [download] = await Promise.all([shown.page.waitForEvent('download'), link.click()]);
      assert.deepEqual([...(await readFile(await download.path()))], [1, 2, 250]);
      await shown.says('3 B');
    });
  });

  describe('faults', () => {
    const faults = (): Promise<unknown> => getJson(simulator, 'faults');

    it('cuts the connection with one button, says so on every view, and ends it with another', async () => {
      await open('#/faults');
      await shown.press('Cut the connection');
      const banner = shown.page.getByRole('alert');
      await shown.says(/The connection is cut/, banner);
      assert.deepEqual(await faults(), [{ action: 'disconnect' }]);
      await sample(1);
      await device.closed();
      await shown.page.getByRole('link', { name: 'Log' }).click();
      await shown.says(/fault: disconnect/);
      await banner.getByRole('button', { name: 'All well again' }).click();
      await banner.waitFor({ state: 'hidden' });
      assert.deepEqual(await faults(), []);
    });

    it('adds one with everything that it can have, edits and removes it', async () => {
      await open('#/faults');
      await shown.choose('What happens', 'error');
      await shown.choose('Extension', 'dcx');
      await shown.enter('Resource', 'json');
      await shown.enter('Endpoint', 'tank');
      await shown.enter('Of 100 requests', '50');
      await shown.enter('How often', '3');
      await shown.enter('Status code', '503');
      await shown.enter('Reason', 'maintenance');
      await shown.press('Save this fault');
      const text = 'requests on dcx/json of tank: refuses with 503 maintenance, 50 % of them, 3 more times';
      await shown.says(text, shown.part('faults'));
      const fault = {
        action: 'error',
        extension: 'dcx',
        resource: 'json',
        token: 'tank',
        probability: 0.5,
        count: 3,
        statusCode: 503,
        reasonPhrase: 'maintenance',
      };
      assert.deepEqual(await faults(), [fault]);
      await shown.press(`Edit: ${text}`);
      await shown.enter('How often', '');
      await shown.press('Save this fault');
      const { count: _, ...endless } = fault;
      await until(async () => JSON.stringify(await faults()) === JSON.stringify([endless]));
      await shown
        .part('faults')
        .getByRole('button', { name: /^Remove/ })
        .click();
      await shown.says('All is well: no faults.');
    });

    it('replaces the fault that was edited, wherever it stands by then', async () => {
      await putFaults(simulator, [
        { action: 'drop', extension: 'dcx', count: 1 },
        { action: 'drop', extension: 'cex' },
      ]);
      await open('#/faults');
      await shown.press('Edit: ignores requests on cex');
      await sample(1);
      await until(async () => ((await faults()) as unknown[]).length === 1);
      await until(async () => (await shown.part('faults').locator('li').count()) === 1);
      await shown.enter('How often', '5');
      await shown.press('Save this fault');
      await shown.says(/5 more times/, shown.part('faults'));
      assert.deepEqual(await faults(), [{ action: 'drop', extension: 'cex', count: 5 }]);
    });

    it('counts down', async () => {
      await open('#/faults');
      await putFaults(simulator, [{ action: 'drop', count: 2 }]);
      await shown.says(/2 more times/, shown.part('faults'));
      await sample(1);
      await shown.says(/1 more time$/, shown.part('faults'));
      await sample(1);
      await shown.says('All is well: no faults.');
    });

    it('says why the simulator does not take one', async () => {
      await open('#/faults');
      await shown.enter('Of 100 requests', '200');
      await shown.press('Save this fault');
      await shown.says(/^Of 100 requests: /);
      assert.deepEqual(await faults(), []);
    });
  });

  describe('log', () => {
    it('shows every message with topic, ID, size and outcome, and its payload when it is opened', async () => {
      await open('#/log');
      await device.accepted('kp1/v1/dcx/tank/json/7', '{"level":12}');
      const log = shown.part('log');
      const [incoming, outgoing] = [
        log.locator('li', { hasText: 'accepted' }),
        log.locator('li', { hasText: '/7/status' }),
      ];
      await shown.says('kp1/v1/dcx/tank/json/7', incoming);
      await shown.says('#7', incoming);
      await shown.says('12 B', incoming);
      await shown.says('sent', outgoing);
      await incoming.locator('summary').click();
      await shown.says('{"level":12}', incoming);
    });

    it('filters, pauses, clears', async () => {
      await open('#/log');
      await device.accepted('kp1/v1/dcx/tank/json/1', '1');
      await device.rejected('kp1/v1/dcx/oven/json/2', '{');
      const rows = shown.part('log').locator('li');
      await until(async () => (await rows.count()) === 4);
      await shown.page.getByLabel('Failures only').check();
      await until(async () => (await rows.count()) === 2);
      await shown.choose('Direction', 'out');
      await until(async () => (await rows.count()) === 1);
      await shown.says('error 400', rows);
      await shown.page.getByLabel('Failures only').uncheck();
      await shown.choose('Direction', '');
      await shown.enter('Endpoint', 'tank');
      await until(async () => (await rows.count()) === 2);
      await shown.enter('Endpoint', '');
      await shown.enter('Search', 'oven');
      await until(async () => (await rows.count()) === 2);
      await shown.enter('Search', '');
      await shown.press('Pause');
      await device.accepted('kp1/v1/dcx/tank/json/3', '1');
      await shown.press('Resume');
      await until(async () => (await rows.count()) === 6);
      await shown.press('Clear');
      await until(async () => (await rows.count()) === 0);
    });

    it('exports what the filter shows', async () => {
      await open('#/log');
      await device.accepted('kp1/v1/dcx/tank/json/1', '1');
      await device.accepted('kp1/v1/dcx/oven/json/2', '1');
      await shown.enter('Endpoint', 'oven');
      await until(async () => (await shown.part('log').locator('li').count()) === 2);
      const [download] = await Promise.all([shown.page.waitForEvent('download'), shown.press('Export')]);
      assert.match(download.suggestedFilename(), /\.ndjson$/);
      const lines = (await readFile(await download.path(), 'utf8')).trim().split('\n');
      const topics = lines.map((line) => (JSON.parse(line) as { topic: string }).topic);
      assert.deepEqual(topics, ['kp1/v1/dcx/oven/json/2', 'kp1/v1/dcx/oven/json/2/status']);
    });
  });
});
