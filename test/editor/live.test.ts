/** What the editor shows and asks beside the dialogs' fields: the sidebar, the connection test and names. */
import assert from 'node:assert/strict';
import type { Request } from 'playwright-core';
import { type Simulator, startSimulator } from '../../src/simulator/simulator.ts';
import type { LiveReport } from '../../src/protocol/live-report.ts';
import { freePort } from '../support/mosquitto.ts';
import { type FlowNode, runtimes } from '../support/node-red.ts';
import { until } from '../support/until.ts';
import { Editor } from './editor.ts';

const token = 'live-token';

const card = '.kaa-endpoint';

function flowFor(simulator: Simulator): readonly FlowNode[] {
  const node = (type: string, id: string, y: number, properties: object): FlowNode => ({
    id,
    type,
    z: 'tab',
    x: 300,
    y,
    name: '',
    endpoint: 'endpoint',
    wires: [[]],
    ...properties,
  });
  return [
    { id: 'tab', type: 'tab', label: 'Live' },
    {
      id: 'endpoint',
      type: 'kaa-endpoint',
      name: 'Line 1',
      url: simulator.mqttUrl,
      appVersion: 'v1',
      requestTimeout: '1',
      credentials: { token },
    },
    { id: 'unused', type: 'kaa-endpoint', name: 'Line 2', url: simulator.mqttUrl, appVersion: 'v1' },
    node('kaa-telemetry', 'stored', 60, { delivery: 'stored', timestamp: 'epoch' }),
    node('kaa-metadata', 'metadata', 120, { operation: 'get' }),
    node('kaa-command', 'command', 180, { mode: 'receive', commandType: 'reboot', inputs: 0 }),
    node('kaa-config', 'config', 240, { mode: 'observe', configName: 'network', inputs: 0 }),
    node('inject', 'sample', 300, {
      props: [{ p: 'payload', v: '{"a":1}', vt: 'json' }],
      wires: [['stored']],
    }),
    node('inject', 'nonsense', 360, { props: [{ p: 'payload', v: 'nonsense', vt: 'str' }], wires: [['stored']] }),
  ];
}

describe('the editor with a running endpoint', () => {
  let simulator: Simulator;
  let editor: Editor;

  before(async function open() {
    this.timeout(120_000);
    simulator = await startSimulator({ mqttPort: 0, httpPort: 0 });
    const opened = await Editor.open(runtimes[0], flowFor(simulator));
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

  const inject = async (id: string): Promise<void> => {
    await fetch(`${editor.nodeRed.url}/inject/${id}`, { method: 'POST' });
  };

  const cardText = (name: string): Promise<string> =>
    editor.page.locator(card, { hasText: name }).evaluate((element) => (element as HTMLElement).innerText);

  async function shows(pattern: RegExp, name = 'Line 1'): Promise<void> {
    await until(async () => pattern.test(await cardText(name)));
  }

  const press = (label: string): Promise<void> =>
    editor.page.locator(card, { hasText: 'Line 1' }).getByRole('button', { name: label }).click();

  async function stored(): Promise<number> {
    const response = await fetch(`${simulator.httpUrl}/api/v1/endpoints/${token}/telemetry/count`);
    return response.ok ? ((await response.json()) as { count: number }).count : 0;
  }

  describe('sidebar', () => {
    before(async () => {
      await editor.page.evaluate('RED.sidebar.show("kaa")');
    });

    it('shows each endpoint, and those that no node uses', async () => {
      await shows(/Line 1\s+connected/);
      await shows(/Line 2\s+no deployed node uses it/, 'Line 2');
    });

    it('shows server, round trips, requests and what is observed, and no token', async () => {
      await editor.page.locator(card, { hasText: 'Line 1' }).locator('summary', { hasText: 'Observed' }).click();
      await shows(/\d+ ms, at most \d+ ms/);
      const text = await cardText('Line 1');
      assert.match(text, new RegExp(new URL(simulator.mqttUrl).host));
      assert.match(text, /0 in flight, 0 waiting/);
      assert.match(text, /cex\/command\/reboot/);
      assert.match(text, /cmx\/config\/json\/network/);
      assert.doesNotMatch(await editor.page.content(), /live-token/);
    });

    it('holds the forwarding on demand, and lets it go on', async () => {
      const before = await stored();
      await press('Pause forwarding');
      await shows(/Paused by hand/);
      await inject('sample');
      await shows(/1 samples, the oldest for \d+ s/);
      assert.equal(await stored(), before);
      await press('Resume forwarding');
      await shows(/On disk\s+nothing/);
      assert.equal(await stored(), before + 1);
    });

    it('is told that there is news over the channel that everybody hears, and fetches the news', async () => {
      await editor.page.evaluate(
        `RED.comms.subscribe('kaa/endpoints', (_topic, news) => (window.kaaNews = [...(window.kaaNews ?? []), news]))`,
      );
      await press('Pause forwarding');
      await shows(/Paused by hand/);
      await press('Resume forwarding');
      await shows(/On disk\s+nothing\s/);
      const news = await editor.page.evaluate<object[]>('window.kaaNews');
      assert.deepEqual(
        news,
        news.map(() => ({})),
      );
    });

    it('discards what waits, when that is confirmed', async () => {
      const before = await stored();
      await press('Pause forwarding');
      await inject('sample');
      await shows(/1 samples/);
      await press('Discard backlog');
      await editor.page.getByRole('button', { name: 'Keep them' }).click();
      await editor.page.waitForSelector('.red-ui-notification', { state: 'detached' });
      assert.match(await cardText('Line 1'), /1 samples/);
      await press('Discard backlog');
      await editor.page.locator('.red-ui-notification').getByRole('button', { name: 'Discard backlog' }).click();
      await shows(/1 samples were discarded/);
      await shows(/On disk\s+nothing/);
      await press('Resume forwarding');
      await inject('sample');
      await until(async () => (await stored()) === before + 1);
    });

    it('connects anew on demand', async () => {
      const answers = async (): Promise<number | undefined> => {
        const { endpoints } = (await (await editor.nodeRed.get('kaa/endpoints')).json()) as LiveReport;
        return endpoints.find(({ id }) => id === 'endpoint')?.roundTrips?.count;
      };
      const before = (await answers()) ?? 0;
      await press('Reconnect');
      // They are counted from the connect on.
      await until(async () => ((await answers()) ?? before) < before);
      await shows(/connected/);
    });

    it('shows the last errors, and a command in work', async () => {
      await inject('nonsense');
      await fetch(`${simulator.httpUrl}/api/v1/endpoints/${token}/commands/reboot`, { method: 'POST' });
      await shows(/Last errors \(1\)/);
      await shows(/Commands in work \(1\)/);
    });

    it('follows what is renamed in the editor', async () => {
      await editor.page.evaluate(
        `(() => { const node = RED.nodes.node('unused'); node.name = 'Line 3'; RED.events.emit('nodes:change', node); })()`,
      );
      await shows(/no deployed node uses it/, 'Line 3');
    });

    it('is drawn anew once for many nodes that change together', async () => {
      const drawn = await editor.page.evaluate<number>(`new Promise((done) => {
        const { eachConfig } = RED.nodes;
        let times = 0;
        RED.nodes.eachConfig = (callback) => (times += 1, eachConfig(callback));
        for (let count = 0; count < 1000; count += 1) RED.events.emit('nodes:change', RED.nodes.node('unused'));
        requestAnimationFrame(() => requestAnimationFrame(() => {
          RED.nodes.eachConfig = eachConfig;
          done(times);
        }));
      })`);
      // The rest of the editor may look too, and a report may come meanwhile.
      assert.ok(drawn >= 1 && drawn < 10, `${drawn} times`);
    });

    it('shows what the last deploy made look like misuse, and leads to the node', async () => {
      const hints = editor.page.locator('.kaa-hints');
      await hints.waitFor();
      assert.match(await hints.innerText(), /To look at \(1\)\s+reboot: /);
      await hints.getByRole('link', { name: 'reboot' }).click();
      await editor.page.waitForSelector('#command.red-ui-flow-node-highlighted');
    });

    it('asks for nothing while it is closed', async () => {
      await editor.page.evaluate('RED.sidebar.show("info")');
      await editor.page.waitForFunction(`!$('.kaa-sidebar').is(':visible')`);
      // That it is hidden the tab hears with the next frames.
      await editor.page.evaluate('new Promise((done) => requestAnimationFrame(() => setTimeout(done, 100)))');
      const asked: string[] = [];
      editor.page.on('request', (request) => {
        if (request.url().includes('kaa/endpoints')) asked.push(request.url());
      });
      // It would ask every five seconds.
      await editor.page.evaluate('new Promise((done) => setTimeout(done, 5500))');
      assert.deepEqual(asked, []);
      await editor.page.evaluate('RED.sidebar.show("kaa")');
      await until(() => asked.length === 1);
    });
  });

  describe('connection test', () => {
    beforeEach(() => editor.editEndpoint());

    afterEach(() => editor.cancel());

    async function test(fields: Readonly<Record<string, string>>): Promise<string> {
      for (const [name, value] of Object.entries(fields)) await editor.page.fill(`#node-config-input-${name}`, value);
      await editor.page.click('#kaa-endpoint-test');
      await editor.page.waitForFunction(`!$('#kaa-endpoint-test').prop('disabled')`);
      return editor.page.locator('#kaa-endpoint-test-stages').innerText();
    }

    it('passes every stage with what is deployed, over its connection', async () => {
      const text = await test({});
      assert.doesNotMatch(text, /failed/);
      assert.match(text, /question to Kaa: asked over the connection of the deployed endpoint/);
      assert.match(text, /passed:\s+subscription to answers\s/);
    });

    it('has a heading for each server, with its protocol and without what may be secret', async () => {
      const url = `mqtt://127.0.0.1:${await freePort()}`;
      await test({ url: `${url}, ${url.replace('mqtt:', 'ws:')}/mqtt?key=secret, ${url}` });
      assert.deepEqual(await editor.page.locator('.kaa-test-server').allInnerTexts(), [
        url,
        `${url.replace('mqtt:', 'ws:')}/mqtt`,
        url,
      ]);
      assert.doesNotMatch(await editor.page.locator('#kaa-endpoint-test-stages').innerText(), /secret/);
    });

    it('says so where it fails itself', async () => {
      await editor.page.route('**/kaa/check', (route) =>
        route.fulfill({ body: '{"message":{"key":"error.store.diskFull"}}\n{"message":"of another"}\n' }),
      );
      assert.match(await test({}), /^failed:\s+the disk is full\s+failed:\s+of another$/);
      await editor.page.unroute('**/kaa/check');
    });

    it('does not vouch for other settings of a token that is in use', async () => {
      await editor.page.evaluate(`$('.red-ui-tray details').prop('open', true)`);
      const text = await test({ epmx: 'epmx-2' });
      assert.match(text, /question to Kaa: not tried: a deployed endpoint with other settings/);
    });

    it('tries another token that was not saved', async () => {
      const text = await test({ token: 'another-token' });
      assert.match(text, /passed:\s+question to Kaa$/);
      assert.doesNotMatch(text, /another-token/);
    });

    it('says what is wrong with a server that was not saved, and what to do', async () => {
      const text = await test({ url: `mqtt://127.0.0.1:${await freePort()}` });
      assert.match(text, /server reached: Cannot connect to .* nothing listens there\. Check the port/);
    });

    it('says so where no TLS is spoken', async () => {
      const text = await test({ url: simulator.mqttUrl.replace('mqtt:', 'mqtts:') });
      assert.match(text, /failed:\s+TLS: .*use mqtt or ws in front of the address/);
    });

    it('names a setting that cannot be used', async () => {
      assert.match(await test({ appVersion: 'a/b' }), /must not contain \/ \+ or #/);
    });
  });

  describe('in German, on an English runtime', () => {
    let german: Editor;

    before(async () => {
      german = await editor.inLanguage('de-DE');
    });

    after(async () => {
      await german.page.context().close();
    });

    it('the sidebar speaks German: errors, and what looks like misuse', async () => {
      await inject('nonsense');
      await german.page.evaluate('RED.sidebar.show("kaa")');
      const shown = german.page.locator(card, { hasText: 'Line 1' });
      await shown.locator('summary', { hasText: 'Letzte Fehler' }).click();
      await shown
        .getByText(/payload .*(ist|kann|muss|darf)/)
        .first()
        .waitFor();
      assert.doesNotMatch(await german.page.locator('.kaa-sidebar').innerText(), / (is|the|must|cannot) /);
    });

    it('so does the connection test, about the server too', async () => {
      await german.editEndpoint();
      await german.page.fill('#node-config-input-url', `mqtt://127.0.0.1:${await freePort()}`);
      await german.page.click('#kaa-endpoint-test');
      await german.page.waitForFunction(`!$('#kaa-endpoint-test').prop('disabled')`);
      const text = await german.page.locator('#kaa-endpoint-test-stages').innerText();
      assert.match(text, /mqtt:\/\/127\.0\.0\.1:\d+/);
      assert.match(text, /Keine Verbindung zu|kann nicht|nicht erreich/i);
      assert.doesNotMatch(text, / (is|the|must|cannot) /i);
      await german.cancel();
    });
  });

  describe('names', () => {
    it('command types that were seen are offered', async () => {
      await editor.edit('command');
      await editor.page.fill('#node-input-commandType', '');
      await editor.page.locator('#node-input-commandType').pressSequentially('reb');
      await editor.page.locator('.red-ui-autoComplete-container, .red-ui-menu-dropdown').getByText('reboot').click();
      assert.equal(await editor.page.inputValue('#node-input-commandType'), 'reboot');
      await editor.cancel();
    });

    it('the attributes that Kaa has are shown', async () => {
      await fetch(`${simulator.httpUrl}/api/v1/endpoints/${token}/metadata`, {
        method: 'PUT',
        body: JSON.stringify({ serial: 'A1', location: 'hall' }),
      });
      await editor.edit('metadata');
      await editor.page.waitForFunction(`$('#kaa-known-keys').text() === 'location, serial'`);
      await editor.cancel();
    });

    describe('of an endpoint that is not chosen any more', () => {
      const names = '**/kaa/endpoints/*/names/*';
      /** Settled while the first endpoint answers at once. */
      let gate: PromiseWithResolvers<void>;
      /** Questions to the first endpoint that were not answered at once. */
      let held: Request[];

      beforeEach(async () => {
        held = [];
        gate = Promise.withResolvers();
        gate.resolve();
        await editor.page.route(names, async (route) => {
          const isLate = route.request().url().includes('/endpoints/endpoint/names');
          if (isLate) {
            held.push(route.request());
            await gate.promise;
          }
          await route.fulfill({ json: [isLate ? 'of-the-first' : 'of-the-second'] });
        });
      });

      afterEach(() => editor.page.unroute(names));

      function holdAnswers(): void {
        held = [];
        gate = Promise.withResolvers();
      }

      async function answerLate(): Promise<void> {
        assert.notEqual(held.length, 0);
        gate.resolve();
        for (const request of held) await (await request.response())?.finished();
        await editor.page.evaluate('new Promise((done) => setTimeout(done))');
      }

      it('attributes vanish at once, and are not shown when they come late', async () => {
        await editor.edit('metadata');
        await editor.page.waitForFunction(`$('#kaa-known-keys').text() === 'of-the-first'`);
        await editor.choose('endpoint', '_ADD_');
        await editor.page.waitForFunction(`$('#kaa-known-keys').is(':hidden')`);
        holdAnswers();
        await editor.choose('endpoint', 'endpoint');
        await until(() => held.length > 0);
        await editor.choose('endpoint', 'unused');
        await editor.page.waitForFunction(`$('#kaa-known-keys').text() === 'of-the-second'`);
        await answerLate();
        assert.equal(await editor.page.locator('#kaa-known-keys').textContent(), 'of-the-second');
        await editor.cancel();
      });

      it('command types are offered no more, whether they came before or come late', async () => {
        const offered = editor.page.locator('.red-ui-autoComplete-container, .red-ui-menu-dropdown');
        const typed = async (text: string): Promise<void> => {
          await editor.page.fill('#node-input-commandType', '');
          await editor.page.locator('#node-input-commandType').pressSequentially(text);
        };
        await editor.edit('command');
        await typed('of');
        await offered.getByText('of-the-first').waitFor();
        await editor.choose('endpoint', '_ADD_');
        holdAnswers();
        await editor.choose('endpoint', 'endpoint');
        await until(() => held.length > 0);
        await editor.choose('endpoint', 'unused');
        await typed('of-the');
        await offered.getByText('of-the-second').waitFor();
        await answerLate();
        await typed('of-');
        await offered.getByText('of-the-second').waitFor();
        assert.equal(await offered.getByText('of-the-first').count(), 0);
        await editor.cancel();
      });
    });
  });

  describe('after another deploy', () => {
    before(async () => {
      const more: readonly FlowNode[] = [
        {
          id: 'rival',
          type: 'kaa-endpoint',
          name: 'Rival',
          url: simulator.mqttUrl,
          appVersion: 'v1',
          credentials: { token },
        },
        { id: 'rivals', type: 'kaa-metadata', z: 'tab', x: 200, y: 420, name: '', endpoint: 'rival', wires: [[]] },
        { id: 'template', type: 'subflow', name: 'Template', in: [], out: [] },
        {
          id: 'inside',
          type: 'kaa-endpoint',
          z: 'template',
          name: 'Inside',
          url: simulator.mqttUrl,
          appVersion: 'v1',
          credentials: { token: 'live-token-inside' },
        },
        { id: 'within', type: 'kaa-metadata', z: 'template', x: 200, y: 60, name: '', endpoint: 'inside', wires: [[]] },
        { id: 'instance', type: 'subflow:template', z: 'tab', x: 200, y: 480, name: 'Instance', wires: [] },
        { id: 'around', type: 'subflow', name: 'Around', in: [], out: [] },
        { id: 'nested', type: 'subflow:template', z: 'around', x: 200, y: 60, name: '', wires: [] },
        { id: 'outer', type: 'subflow:around', z: 'tab', x: 200, y: 540, name: 'Outer', wires: [] },
      ];
      await editor.nodeRed.deploy([...flowFor(simulator), ...more]);
      await editor.page.goto('about:blank');
      await editor.load();
      await editor.page.evaluate('RED.sidebar.show("kaa")');
    });

    const titles = (): Promise<string[]> => editor.page.locator(`${card} h4`).allInnerTexts();

    it('an endpoint in a subflow has a card for each instance, with the names of both', async () => {
      await shows(/connected/, 'Inside (Instance)');
      const inSubflows = (await titles()).filter((title) => title.includes('Inside'));
      assert.deepEqual(inSubflows.toSorted(), ['Inside (Instance)', 'Inside (Outer / Template)']);
    });

    it('the card of one in a subflow leads to the dialog of the template', async () => {
      await editor.page.locator(card).getByRole('link', { name: 'Inside (Instance)' }).click();
      await editor.page.waitForSelector('#node-config-input-url', { state: 'visible' });
      assert.equal(await editor.page.inputValue('#node-config-input-name'), 'Inside');
      await editor.cancel();
    });

    it('two endpoints with the same token are among what is to be looked at, without it', async () => {
      await editor.page
        .locator('.kaa-hints li', { hasText: /and (Rival|Line 1) speak for the same endpoint token/ })
        .waitFor();
      assert.doesNotMatch(await editor.page.content(), /live-token/);
    });

    it('so are two instances of a subflow, by the name that its endpoint has there', async () => {
      await editor.page.locator('.kaa-hints li', { hasText: /^Inside: This endpoint and Inside speak for/ }).waitFor();
    });

    it('one that is deleted and still runs says so', async () => {
      await editor.page.evaluate('RED.nodes.remove("rival")');
      await shows(/connected/, 'Rival – deleted, not deployed yet');
    });
  });
});
