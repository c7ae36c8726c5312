/** Every error and every failure of a connection is provoked, and then everything that was written is searched. */
import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { HostileServer } from '../support/hostile-server.ts';
import { freePort } from '../support/mosquitto.ts';
import { type FlowNode, NodeRed, runtimes } from '../support/node-red.ts';
import { until } from '../support/until.ts';
import { wellBehaved } from './target.ts';

const secret = {
  token: 'SECRET-own-token',
  gateway: 'SECRET-gateway-token',
  username: 'SECRET-user@tenant',
  password: 'SECRET-pass word',
  passphrase: 'SECRET-passphrase',
  invalid: 'SECRET/in+valid#token',
} as const;

/** As texts carry it. */
const leak = new RegExp(
  ['SECRET', ...Object.values(secret).map((text) => Buffer.from(text).toString('base64').replace(/.==?$/, ''))].join(
    '|',
  ),
  'i',
);

const login = { token: secret.token, username: secret.username, password: secret.password };

const keepCode = (what: string): string => `
  // Of a message of this flow only what the nodes add.
  const { token, _msgid, ...rest } = msg;
  const kept = msg.mine ? { kaa: msg.kaa } : rest;
  const error = msg.error && { ...msg.error, text: String(msg.error.message), stack: msg.error.stack };
  const texts = global.get('${what}') ?? new Set();
  texts.add(JSON.stringify({ ...kept, error }));
  global.set('${what}', texts);`;

const places = { caught: { z: 'caught', x: 0, y: 0 }, loose: { z: 'loose', x: 0, y: 0 } };

function endpointNode(id: string, url: string, properties: object = {}): FlowNode {
  return { id, type: 'kaa-endpoint', url, appVersion: 'v1', requestTimeout: '0.5', credentials: login, ...properties };
}

/** What is done with each endpoint, on a tab with a catch node, and on one without, where errors go to the log. */
const kinds = {
  sample: { type: 'kaa-telemetry' },
  stored: { type: 'kaa-telemetry', delivery: 'stored' },
  plain: { type: 'kaa-telemetry', format: 'plain' },
  keys: { type: 'kaa-metadata', operation: 'getKeys' },
  commands: { type: 'kaa-command', mode: 'receive', commandType: 'reboot', tokens: 'gateway', tokensType: 'global' },
  respond: { type: 'kaa-command', mode: 'respond' },
  config: { type: 'kaa-config', mode: 'observe' },
  software: { type: 'kaa-ota', mode: 'observe' },
  blob: { type: 'kaa-blob-token' },
} as const;

type Kind = keyof typeof kinds;

function tab(name: 'caught' | 'loose', endpoints: readonly string[]): FlowNode[] {
  return endpoints.flatMap((endpoint) =>
    Object.entries(kinds).map(([kind, node]) => ({
      id: `${name}-${endpoint}-${kind}`,
      endpoint,
      wires: [],
      ...places[name],
      ...node,
    })),
  );
}

describe('secrets', () => {
  let nodeRed: NodeRed;
  let good: HostileServer;
  let refusing: HostileServer;
  let other: HostileServer;
  let heard = '';
  let socket: WebSocket;
  const takers: string[] = [];

  before(async function provoke() {
    this.timeout(120_000);
    const [runtime] = runtimes;
    nodeRed = await NodeRed.start(runtime, {
      inside: `logging: { console: { level: 'trace', metrics: true, audit: true } },
        functionGlobalContext: { gateway: [${JSON.stringify(secret.gateway)}] }`,
    });
    good = new HostileServer();
    refusing = new HostileServer();
    refusing.returnCode = 5;
    other = new HostileServer();
    other.answer = wellBehaved;
    const [url, refusingUrl] = [await good.listen(), await refusing.listen()];
    good.answer = wellBehaved;
    // A store that cannot be opened.
    mkdirSync(join(nodeRed.userDirectory, 'kaa/broken.sqlite/x'), { recursive: true });
    const tls = { type: 'tls-config', certname: 'c', keyname: 'k', caname: '' };
    const badTls = { certdata: 'no certificate', keydata: 'no key', passphrase: secret.passphrase };
    const endpoints = [
      endpointNode('good', url, { outboxMaxMegabytes: '0.01', requestTimeout: '2' }),
      endpointNode('broken', await other.listen()),
      endpointNode('login', refusingUrl),
      endpointNode('refused', `mqtt://127.0.0.1:${await freePort()}`),
      endpointNode('unknown', 'mqtt://host.invalid:1883'),
      endpointNode('http', nodeRed.url.replace('http', 'mqtt')),
      endpointNode('websocket', url.replace('mqtt', 'ws')),
      endpointNode('plaintext', url.replace('mqtt', 'mqtts')),
      endpointNode('certificates', url.replace('mqtt', 'mqtts'), { tls: 'tls' }),
      endpointNode('files', url.replace('mqtt', 'mqtts'), { tls: 'files' }),
      endpointNode('invalid', url, { credentials: { ...login, token: secret.invalid } }),
      endpointNode('number', url, { keepalive: 'x' }),
      endpointNode('passwordOnly', url, { credentials: { password: secret.password } }),
    ];
    const names = endpoints.map(({ id }) => id);
    const flow: FlowNode[] = [
      { id: 'caught', type: 'tab', label: 'with Catch' },
      { id: 'loose', type: 'tab', label: 'without' },
      { id: 'tls', ...tls, credentials: badTls },
      { id: 'files', type: 'tls-config', cert: '/none.pem', key: '/none.key', ca: '/none.ca' },
      ...endpoints,
      ...tab('caught', names),
      ...tab('loose', names),
      { id: 'catch', type: 'catch', scope: null, wires: [['keep-caught']], ...places.caught },
      { id: 'status', type: 'status', scope: null, wires: [['keep-status', 'debug']], ...places.caught },
      { id: 'status-loose', type: 'status', scope: null, wires: [['keep-status-loose']], ...places.loose },
      keeper('keep-caught', 'errors', 'caught'),
      keeper('keep-status', 'statuses', 'caught'),
      keeper('keep-status-loose', 'statuses', 'loose'),
      {
        id: 'debug',
        type: 'debug',
        active: true,
        complete: 'true',
        tosidebar: true,
        console: true,
        tostatus: true,
        wires: [],
        ...places.caught,
      },
    ];
    takers.push(
      ...flow.flatMap(({ id, z, type }) =>
        z !== undefined && type.startsWith('kaa-') && !/-(commands|config|software)$/.test(id) ? [id] : [],
      ),
    );
    flow.push(
      { id: 'in', type: 'http in', url: '/provoke', method: 'post', wires: [['provoke', 'answer']], ...places.caught },
      {
        id: 'provoke',
        type: 'function',
        func: `const { id, message, count = 1 } = msg.payload;
               const outputs = ${JSON.stringify(takers)}.map((taker) => (taker === id ? {} : null));
               for (let number = 0; number < count; number += 1) node.send(outputs.map((output) => output && { ...message, mine: true }));`,
        outputs: takers.length,
        wires: takers.map((id) => [id]),
        ...places.caught,
      },
      { id: 'in-kept', type: 'http in', url: '/kept', method: 'get', wires: [['kept']], ...places.caught },
      {
        id: 'kept',
        type: 'function',
        func: `msg.payload = { errors: [...(global.get('errors') ?? [])], statuses: [...(global.get('statuses') ?? [])] }; return msg;`,
        wires: [['answer']],
        ...places.caught,
      },
      { id: 'answer', type: 'http response', wires: [], ...places.caught },
    );
    socket = new WebSocket(`${nodeRed.url.replace('http', 'ws')}/comms`);
    socket.addEventListener('message', ({ data }) => {
      heard += String(data);
    });
    await new Promise((resolve) => socket.addEventListener('open', resolve));
    for (const topic of ['#', 'debug', 'status/#', 'notification/#']) socket.send(JSON.stringify({ subscribe: topic }));
    await nodeRed.deploy(flow);
    await until(() => good.connected && refusing.connects > 0);
    while (!(await fetch(`${nodeRed.url}/kept`)).ok);
    await provokeAll();
    // Only this endpoint and its nodes are replaced, so that Catch hears of what was under way.
    await nodeRed.deploy(
      flow.map((node) => (node.id === 'good' ? { ...node, keepalive: '31' } : node)),
      'nodes',
    );
    await untilKept('KAA_CLOSED');
    await until(() => /nothing listens/.test(nodeRed.output) && /host\.invalid/.test(nodeRed.output));
  });

  after(async () => {
    socket.close();
    await nodeRed.remove();
    await good.close();
    await refusing.close();
    await other.close();
  });

  function keeper(id: string, what: string, place: 'caught' | 'loose'): FlowNode {
    return { id, type: 'function', func: keepCode(what), outputs: 0, wires: [], ...places[place] };
  }

  /** Again where Node-RED has ended an idle connection. */
  async function ask(path: string, request: RequestInit = {}): Promise<string> {
    for (;;) {
      try {
        return await (await fetch(`${nodeRed.url}/${path}`, request)).text();
      } catch (error) {
        if (!nodeRed.running) throw error;
      }
    }
  }

  function kept(): Promise<string> {
    return ask('kept');
  }

  async function send(endpoint: string, kind: Kind, message: object, count = 1): Promise<void> {
    for (const tabName of ['caught', 'loose']) {
      await ask('provoke', {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ id: `${tabName}-${endpoint}-${kind}`, message, count }),
      });
    }
  }

  async function untilKept(code: string): Promise<void> {
    while (!(await kept()).includes(code)) await new Promise((resolve) => setImmediate(resolve));
  }

  /** Bodies that repeat the topic and what the platform knows of its endpoint. */
  function reasons(topic: string): readonly string[] {
    const [, , , token = ''] = topic.split('/');
    const text = `no ${topic} with ${token} here`;
    return [
      JSON.stringify({ statusCode: 403, reasonPhrase: text }),
      text,
      JSON.stringify(text),
      JSON.stringify({ [topic]: [topic], [token]: 1 }),
      JSON.stringify([{ id: topic, [topic]: 1 }, topic]),
    ];
  }

  async function provokeAll(): Promise<void> {
    const samples: readonly Kind[] = ['sample', 'plain', 'keys', 'blob', 'stored'];
    const own = { payload: 1, topic: 'metric' };
    const behind = { ...own, token: secret.gateway };
    for (const endpoint of [
      'refused',
      'login',
      'unknown',
      'http',
      'websocket',
      'plaintext',
      'certificates',
      'files',
      'invalid',
      'number',
      'passwordOnly',
      'broken',
    ]) {
      for (const kind of samples) await send(endpoint, kind, own);
      await send(endpoint, 'respond', { command: 'reboot', commandId: 1, payload: 1 });
    }
    await untilKept('KAA_CONFIG');
    // KAA_INVALID, with secrets where they do not belong.
    for (const token of [
      secret.invalid,
      { token: secret.token },
      [secret.token],
      `${secret.token}\n`,
      secret.token.repeat(200),
    ]) {
      for (const kind of samples) await send('good', kind, { ...own, token });
      for (const kind of samples) await send('good', kind, { ...own, appVersion: token });
    }
    await send('good', 'plain', { payload: secret.token, topic: 'metric' });
    await send('good', 'plain', { payload: 1, topic: secret.invalid });
    await send('good', 'respond', { command: secret.invalid, commandId: secret.token });
    await untilKept('KAA_INVALID');
    // KAA_REJECTED and KAA_PROTOCOL.
    for (const [index] of reasons('').entries()) {
      for (const end of ['error', 'status']) {
        good.answer = ({ topic }) =>
          /\d$/.test(topic) ? [{ topic: `${topic}/${end}`, payload: reasons(topic)[index] ?? '' }] : [];
        for (const message of [own, behind]) for (const kind of samples) await send('good', kind, message);
        await send('good', 'respond', { command: 'reboot', commandId: 100 + index, payload: 1 });
        for (const token of [secret.token, secret.gateway]) {
          for (const path of [
            'dcx/TOKEN/json',
            'cex/TOKEN/command/reboot',
            'cex/TOKEN/result/reboot',
            'cmx/TOKEN/config/json',
            'cmx_ota/TOKEN/config/json',
          ]) {
            const topic = `kp1/v1/${path.replace('TOKEN', token)}`;
            await good.publish([{ topic: `${topic}/${end}`, payload: reasons(topic)[index] ?? '' }]);
          }
        }
      }
    }
    await untilKept('KAA_REJECTED');
    await untilKept('KAA_PROTOCOL');
    good.answer = wellBehaved;
    for (const message of [{}, { token: secret.gateway }]) {
      const result = { command: 'reboot', commandId: 7, payload: 1, ...message };
      await send('good', 'respond', result);
      await send('good', 'respond', result);
    }
    await untilKept('KAA_DUPLICATE');
    good.answering = false;
    for (const message of [own, behind]) for (const kind of samples) await send('good', kind, message);
    await untilKept('KAA_TIMEOUT');
    for (const message of [own, behind])
      await send('good', 'stored', { ...message, payload: { text: 'x'.repeat(900) } }, 30);
    await untilKept('KAA_STORE_FULL');
    await untilKept('KAA_STORE');
    for (const message of [own, behind]) await send('good', 'sample', message, 10_010);
    await untilKept('KAA_BUSY');
    good.drop();
    await untilKept('KAA_OFFLINE');
    await until(() => good.connected);
    good.answering = false;
    for (const message of [own, behind]) await send('good', 'sample', message);
  }

  const routes = [
    'flows',
    'flows/state',
    'settings',
    'nodes',
    'nodes/messages',
    'context/global',
    'context/flow/caught',
    'credentials/kaa-endpoint/good',
    'credentials/tls-config/tls',
    'plugins',
    'library/local/flows/',
    'icons',
    'diagnostics',
    'locales/nodes',
  ];

  it('no error of the contract is missing from what was provoked', async () => {
    const text = await kept();
    const codes = [
      'INVALID',
      'REJECTED',
      'TIMEOUT',
      'OFFLINE',
      'BUSY',
      'PROTOCOL',
      'DUPLICATE',
      'STORE_FULL',
      'STORE',
      'CLOSED',
      'CONFIG',
    ];
    assert.deepEqual(
      codes.filter((code) => !text.includes(`KAA_${code}\\"`)),
      [],
    );
  });

  it('what Node-RED prints at level trace, without the flows it was given', () => {
    assert.deepEqual(leaksIn(nodeRed.output), []);
  });

  it('what Catch and Status nodes get', async () => {
    assert.deepEqual(leaksIn(await kept()), []);
  });

  it('what the editor hears', () => {
    assert.ok(heard.includes('status/'));
    assert.deepEqual(leaksIn(heard), []);
  });

  for (const route of routes) {
    it(`GET /${route}`, async () => {
      const text = await (await nodeRed.get(route)).text();
      // The user name is what Node-RED itself gives to the dialog, and the list of tokens is the flow's.
      const given = route.startsWith('credentials') ? text.replaceAll(secret.username, '') : text;
      assert.deepEqual(leaksIn(route.startsWith('context') ? given.replaceAll(secret.gateway, '') : given), []);
    });
  }

  for (const [what, text] of [
    ['the token of another endpoint of the connection', secret.gateway],
    ['the user name', secret.username],
    ['the password', secret.password],
  ] as const) {
    it(`a reason that repeats ${what}`, async () => {
      await until(() => good.connected);
      good.answering = true;
      good.answer = ({ topic }) =>
        /\d$/.test(topic)
          ? [
              {
                topic: `${topic}/error`,
                payload: JSON.stringify({ statusCode: 418, reasonPhrase: `not ${text} here` }),
              },
            ]
          : [];
      const before = nodeRed.output.length;
      await send('good', 'keys', {});
      await until(() => /rejected.*: 418/.test(nodeRed.output.slice(before)));
      assert.deepEqual(leaksIn(nodeRed.output.slice(before)), []);
    });
  }

  it('the files of the user directory', () => {
    const files = readdirSync(nodeRed.userDirectory, { recursive: true, encoding: 'utf8' }).filter(
      (name) => !name.startsWith('node_modules') && !name.startsWith('settings'),
    );
    assert.ok(files.includes('flows_cred.json'));
    for (const name of files) {
      const path = join(nodeRed.userDirectory, name);
      const { mode } = statSync(path);
      if (!statSync(path).isFile()) continue;
      const text = readFileSync(path, 'latin1');
      if (/\.sqlite/.test(name)) {
        assert.equal(mode & 0o777, 0o600, name);
        // Tokens of messages may be in it, to be sent under them later.
        assert.deepEqual(leaksIn(text.replaceAll(secret.gateway, '')), [], name);
      } else assert.deepEqual(leaksIn(text), [], name);
    }
  });
});

/** Where a text holds a secret, or a topic with its token. */
function leaksIn(text: string): readonly string[] {
  const leaks: string[] = [];
  for (const pattern of [leak, /kp1\/[^/\s]+\/[^/\s]+\/(?!\*\*\*)[^/\s"]+/]) {
    for (const { index } of text.matchAll(new RegExp(pattern, 'gi'))) {
      if (leaks.length < 5) leaks.push(text.slice(Math.max(0, index - 150), index + 100));
    }
  }
  return leaks;
}
