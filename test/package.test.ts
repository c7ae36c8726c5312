import assert from 'node:assert/strict';
import { existsSync, globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import vm from 'node:vm';
import { demoFlow } from '../.tools/demo-flow.ts';
import { checkStages } from '../src/client/connection-check.ts';
import { connectionReasons, connectionTroubles } from '../src/protocol/connection-reasons.ts';
import { errorTexts } from '../src/protocol/error-texts.ts';
import { nameProblemText } from '../src/protocol/names.ts';
import { presentVersion } from '../src/protocol/saved-nodes.ts';
import { DeployedFlow } from '../src/runtime/deploy-lint/deployed-flow.ts';
import { findMisuse, misuseRules } from '../src/runtime/deploy-lint/find-misuse.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const read = (file: string): string => readFileSync(join(root, file), 'utf8');
const readJson = (file: string): unknown => JSON.parse(read(file));
const readFlow = (file: string) => readJson(file) as ExampleNode[];

interface ExampleNode {
  readonly id: string;
  readonly type: string;
  readonly wires?: readonly (readonly string[])[];
  readonly [property: string]: unknown;
}

interface Manifest {
  readonly name: string;
  readonly license: string;
  readonly keywords: readonly string[];
  readonly repository: { readonly url: string };
  readonly engines: { readonly node: string };
  readonly dependencies: Record<string, string>;
  readonly bin: Record<string, string>;
  readonly 'node-red': { readonly version: string; readonly nodes: Record<string, string> };
}

type Validator = (...values: unknown[]) => unknown;

interface Definition {
  readonly category: string;
  readonly color?: string;
  readonly icon?: string;
  readonly defaults: Record<string, { readonly value: unknown; readonly validate?: Validator }>;
  readonly credentials?: Record<string, { readonly validate?: Validator }>;
}

const manifest = readJson('package.json') as Manifest;
const types = Object.keys(manifest['node-red'].nodes);

/** The contract of properties, which saved flows depend on, with their defaults. */
const contract: Record<string, Record<string, unknown>> = {
  'kaa-endpoint': {
    name: '',
    url: 'mqtts://mqtt.cloud.kaaiot.com:8883',
    appVersion: '',
    tls: '',
    clientId: '',
    qos: 'auto',
    keepalive: '30',
    requestTimeout: '10',
    maxInFlight: '100',
    maxPayload: '256',
    requestIdMax: '99999',
    dcx: 'dcx',
    epmx: 'epmx',
    cex: 'cex',
    cmx: 'cmx',
    cmxOta: 'cmx_ota',
    bcx: 'bcx',
    outboxMaxMegabytes: '256',
    outboxMaxDays: '0',
    outboxOverflow: 'reject',
    blobUrl: '',
    configVersion: 1,
  },
  'kaa-telemetry': {
    name: '',
    endpoint: '',
    format: 'json',
    metric: 'topic',
    metricType: 'msg',
    delivery: 'confirmed',
    timestamp: 'none',
    timestampField: 'timestamp',
    batchSize: '1',
    batchInterval: '0',
    configVersion: 1,
  },
  'kaa-metadata': {
    name: '',
    endpoint: '',
    operation: 'updateKeys',
    configVersion: 1,
  },
  'kaa-command': {
    name: '',
    endpoint: '',
    mode: 'receive',
    commandType: '',
    replyTimeout: '0',
    afterRestart: 'fail',
    statusCode: '',
    statusCodeType: 'num',
    reasonPhrase: '',
    reasonPhraseType: 'str',
    tokens: '',
    tokensType: 'env',
    dynamic: false,
    inputs: 0,
    configVersion: 1,
  },
  'kaa-config': {
    name: '',
    endpoint: '',
    mode: 'observe',
    configName: '',
    emit: 'always',
    autoApply: true,
    tokens: '',
    tokensType: 'env',
    dynamic: false,
    inputs: 0,
    configVersion: 1,
  },
  'kaa-ota': {
    name: '',
    endpoint: '',
    mode: 'observe',
    currentVersion: '',
    currentVersionType: 'str',
    tokens: '',
    tokensType: 'env',
    dynamic: false,
    inputs: 0,
    configVersion: 1,
  },
  'kaa-blob-token': {
    name: '',
    endpoint: '',
    output: 'payload',
    configVersion: 1,
  },
  'kaa-simulator': {
    name: '',
    mqttPort: '1883',
    httpPort: '1884',
    host: '127.0.0.1',
    mode: 'kpc',
    stateFile: '',
    configVersion: 1,
  },
};

/** Runs the inline script of a dialog as the editor would, and gives what it registers. */
function registered(type: string): Definition {
  const [, script = ''] = /<script type="text\/javascript">([\s\S]*?)<\/script>/.exec(read(`nodes/${type}.html`)) ?? [];
  let found: Definition | undefined;
  vm.runInNewContext(script, {
    RED: {
      nodes: {
        registerType: (name: string, definition: Definition) => {
          assert.equal(name, type);
          found = definition;
        },
      },
    },
  });
  assert.ok(found, `${type} registers nothing`);
  return found;
}

/** All keys of a catalogue, e.g. `kaa-telemetry.label.name`. */
function keysOf(value: unknown, path: readonly string[] = []): string[] {
  if (typeof value !== 'object' || value === null) return [path.join('.')];
  return Object.entries(value).flatMap(([key, inner]) => keysOf(inner, [...path, key]));
}

const expanded = (prefix: string, names: Iterable<string>): string[] =>
  Array.from(names, (name) => `${prefix}.${name}`);

/** Keys of the texts of errors, e.g. `reason.nested`. */
const errorKeys = keysOf(errorTexts);

/** Keys that the code composes, by the lists that it composes them from. */
const composed = [
  ...expanded('kaa-endpoint.status.reason', Object.keys(connectionReasons)),
  ...expanded('kaa-endpoint.log', [...Object.keys(connectionReasons), ...connectionTroubles, 'connected']),
  ...expanded('kaa-endpoint.lint', misuseRules),
  ...expanded('kaa-endpoint.log.conflict', ['token', 'clientId']),
  ...expanded('kaa-simulator.status', ['starting', 'running', 'elsewhere']),
  ...expanded('kaa-simulator.console', ['elsewhere', 'unknown']),
  ...expanded('kaa-endpoint.status.trouble', connectionTroubles),
  ...expanded('kaa-endpoint.check.stage', checkStages),
  ...expanded('kaa-endpoint.check.state', ['passed', 'failed', 'skipped']),
  ...expanded('kaa-endpoint.check.skipped', ['plain', 'address', 'nobody', 'in-use']),
  ...expanded('kaa-endpoint.age', ['seconds', 'minutes', 'hours', 'days']),
  ...expanded('kaa-endpoint.sidebar.state', ['connected', 'connecting', 'offline', 'closed', 'unused']),
  ...expanded('kaa-endpoint.sidebar.fact', ['server', 'roundTrips', 'requests', 'backlog', 'endpoints']),
  ...expanded('kaa-endpoint.sidebar.action', ['pause', 'resume', 'reconnect', 'discard']),
  ...expanded('kaa-endpoint.sidebar.list', ['errors', 'observed', 'commands']),
  ...expanded('kaa-endpoint.error', errorKeys),
  ...expanded('kaa-endpoint.validation.name', Object.keys(nameProblemText)),
  ...expanded(
    'kaa-endpoint.status.error',
    new Set(
      [...read('src/protocol/errors.ts').matchAll(/'(KAA_[A-Z_]+)'/g)].map(([, code]) => String(code)).concat('other'),
    ),
  ),
];

describe('package', () => {
  it('keeps the rules of the Node-RED scorecard', () => {
    assert.match(manifest.name, /^@[a-z-]+\/node-red-[a-z]+$/);
    assert.equal(manifest.license, 'Apache-2.0');
    assert.match(read('LICENSE'), /Apache License/);
    assert.match(manifest.repository.url, /^git\+https:/);
    assert.ok(manifest.keywords.includes('node-red'));
    assert.ok(Object.keys(manifest.dependencies).length <= 6);
    assert.match(manifest['node-red'].version, /\d/);
    assert.ok(read('README.md').length > 1000);
  });

  it('admits Node 22.9.0, which Node-RED 5 does', () => {
    assert.equal(manifest.engines.node, '>=22.9');
  });

  it('names only files that the build makes', () => {
    for (const file of [...Object.values(manifest['node-red'].nodes), ...Object.values(manifest.bin)]) {
      assert.ok(existsSync(join(root, file)), file);
    }
  });

  it('has a picture for each that the README shows, and no other', () => {
    const shown = [...read('README.md').matchAll(/test\/pictures\/[\w-]+\.png/g)].map(([path]) => path);
    assert.deepEqual(shown.toSorted(), globSync('test/pictures/*.png', { cwd: root }).toSorted());
  });

  it('has every type in some example', () => {
    const used = new Set(
      globSync('examples/*.json', { cwd: root }).flatMap((file) => readFlow(file).map(({ type }) => type)),
    );
    for (const type of types) assert.ok(used.has(type), type);
  });

  it('examples give every property of the contract', () => {
    for (const file of globSync('examples/*.json', { cwd: root })) {
      for (const node of readFlow(file).filter(({ type }) => types.includes(type))) {
        const missing = Object.keys(contract[node.type] ?? {}).filter((property) => !(property in node));
        assert.deepEqual(missing, [], `${file}: ${node.type}`);
      }
    }
  });

  it('examples say what to do, show errors, and wire only nodes of their own', () => {
    for (const file of globSync('examples/*.json', { cwd: root })) {
      const nodes = readFlow(file);
      for (const type of ['comment', 'catch'])
        assert.ok(
          nodes.some((node) => node.type === type),
          `${file}: ${type}`,
        );
      const ids = new Set(nodes.map(({ id }) => id));
      assert.equal(ids.size, nodes.length, file);
      for (const id of nodes.flatMap(({ wires = [] }) => wires.flat())) assert.ok(ids.has(id), `${file}: ${id}`);
    }
  });

  it('examples share only the endpoint, so that any of them can be imported together', () => {
    const ids = globSync('examples/*.json', { cwd: root })
      .flatMap(readFlow)
      .filter(({ type }) => type !== 'kaa-endpoint')
      .map(({ id }) => id);
    assert.deepEqual(
      ids.filter((id, index) => ids.indexOf(id) !== index),
      [],
    );
  });

  it('the plant of npm start shares its endpoint with examples only where it has the ports of their simulator', () => {
    const endpointAt = (mqttPort: number, httpPort: number) =>
      demoFlow({ mqttPort, httpPort }).find(({ type }) => type === 'kaa-endpoint')?.id;
    const [shared] = readFlow('examples/metadata.json').filter(({ type }) => type === 'kaa-endpoint');
    assert.equal(endpointAt(1883, 1884), shared?.id);
    assert.notEqual(endpointAt(1885, 1886), shared?.id);
  });

  it('examples have a simulator, and an endpoint that needs nothing to be entered', () => {
    for (const file of globSync('examples/*.json', { cwd: root })) {
      const [simulator] = readFlow(file).filter(({ type }) => type === 'kaa-simulator');
      const [endpoint, ...others] = readFlow(file).filter(({ type }) => type === 'kaa-endpoint');
      assert.equal(others.length, 0, file);
      assert.equal(endpoint?.['url'], `mqtt://127.0.0.1:${String(simulator?.['mqttPort'])}`, file);
      assert.equal(endpoint['blobUrl'], `http://127.0.0.1:${String(simulator?.['httpPort'])}`, file);
      assert.deepEqual(endpoint['credentials'], { token: 'demo-machine' }, file);
    }
  });

  it('examples show no misuse', () => {
    for (const file of globSync('examples/*.json', { cwd: root })) {
      assert.deepEqual(
        findMisuse(new DeployedFlow(readFlow(file)), { loginOf: () => undefined, isSubflowModule: () => false }),
        [],
        file,
      );
    }
  });

  it('examples hold only our nodes and core nodes', () => {
    for (const file of globSync('examples/*.json', { cwd: root })) {
      for (const { type } of readFlow(file)) {
        assert.ok(
          types.includes(type) ||
            /^(tab|group|comment|inject|function|debug|catch|complete|status|change|switch|trigger|delay|http request)$/.test(
              type,
            ),
          type,
        );
      }
    }
  });
});

describe('texts of errors', () => {
  const files = globSync('{nodes,src}/**/*.ts', { cwd: root });
  const code = files
    .filter((file) => !file.endsWith('error-texts.ts'))
    .map(read)
    .join('\n');

  it('are in the English catalogue as they are in the code', () => {
    const catalogue = readJson('nodes/locales/en-US/kaa-endpoint.json') as { 'kaa-endpoint': { error: unknown } };
    assert.deepEqual(catalogue['kaa-endpoint'].error, errorTexts);
  });

  it('are all used', () => {
    const composedGroups = new Set([...code.matchAll(/wording\(`(\w+)\.\$\{/g)].map(([, group]) => group));
    const unused = errorKeys.filter((key) => {
      const [group = '', name = ''] = key.split('.');
      if (code.includes(`'${key}'`)) return false;
      return !composedGroups.has(group) || !new RegExp(`'${name}'|\\b${name}: `).test(code);
    });
    assert.deepEqual(unused, []);
  });
});

for (const type of types) {
  describe(`dialog of ${type}`, () => {
    const html = read(`nodes/${type}.html`);

    it('registers literally, as the Flow Library wants it', () => {
      assert.match(html, new RegExp(`registerType\\('${type}', \\{`));
      const { category, color, icon } = registered(type);
      if (category === 'config') return;
      assert.match(html, /color: '#[0-9a-f]{6}'/);
      assert.match(String(color), /^#[0-9a-f]{6}$/);
      assert.ok(existsSync(join(root, 'icons', String(icon))), icon);
    });

    it('has the properties and defaults of the contract', () => {
      const defaults = Object.entries(registered(type).defaults).map(([name, { value }]) => [name, value]);
      assert.deepEqual(Object.fromEntries(defaults), contract[type]);
    });

    it('has a validator for all but the name, of two arguments, so that its message is shown', () => {
      const { defaults, credentials = {} } = registered(type);
      for (const [name, { validate }] of Object.entries({ ...defaults, ...credentials })) {
        if (name !== 'name' && name !== 'inputs') assert.equal(validate?.length, 2, name);
      }
    });

    it('saves the present version', () => {
      assert.equal(registered(type).defaults['configVersion']?.value, presentVersion(type));
    });

    it('has an input for each property and credential, and no other', () => {
      const { defaults, credentials = {}, category } = registered(type);
      const prefix = category === 'config' ? 'node-config-input' : 'node-input';
      const inputs = [...html.matchAll(new RegExp(`<(?:input|select)[^>]* id="${prefix}-(\\w+)"`, 'g'))].map(
        ([, name]) => String(name),
      );
      const expected = [...Object.keys(defaults), ...Object.keys(credentials)];
      assert.deepEqual(inputs.toSorted(), expected.toSorted());
    });

    it('has a label for each input', () => {
      for (const [, id] of html.matchAll(/<(?:input|select)(?![^>]*type="hidden")[^>]* id="([\w-]+)"/g)) {
        assert.ok(html.includes(`<label for="${id}"`), id);
      }
    });

    it('has help', () => {
      assert.match(read(`nodes/locales/en-US/${type}.html`), new RegExp(`data-help-name="${type}"`));
    });

    it('uses every key of its catalogue and no other', () => {
      const quoted = [...html.matchAll(/(kaa-[a-z-]+(?:\.[\w-]+)+)(?=["'\]])/g)].map(([, key]) => String(key));
      const used = new Set(quoted.filter((key) => !key.endsWith('.svg')));
      const code = globSync('{nodes,src}/**/*.ts', { cwd: root }).map(read).join('\n');
      for (const [, key] of code.matchAll(/(?:texts|text)(?:\(RED\))?\(\s*(?:integer \? )?'([\w.-]+)'/gi))
        used.add(`kaa-endpoint.${key}`);
      // Of texts that the runtime reports.
      for (const [, key] of code.matchAll(/\bkey: '([\w-]+\.[\w.-]+)'/g)) used.add(`kaa-endpoint.${key}`);
      for (const [, key] of code.matchAll(/'(validation\.\w+)'/g)) used.add(`kaa-endpoint.${key}`);
      for (const key of composed) used.add(key);
      const defined = keysOf(readJson(`nodes/locales/en-US/${type}.json`)).toSorted();
      assert.deepEqual(defined, [...used].filter((key) => key.startsWith(`${type}.`)).toSorted());
    });
  });
}
