import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { builtinModules } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));

/** Which folders a folder may import from, beside itself. */
const mayImport: Record<string, readonly string[]> = {
  nodes: ['src/runtime', 'src/extensions', 'src/client', 'src/store', 'src/protocol'],
  'src/runtime': ['src/extensions', 'src/client', 'src/store', 'src/protocol'],
  'src/extensions': ['src/client', 'src/store', 'src/protocol'],
  'src/client': ['src/protocol'],
  'src/store': ['src/protocol'],
  'src/simulator/console': ['src/protocol'],
  'src/simulator': ['src/protocol'],
  'src/editor': ['src/protocol'],
  'src/protocol': [],
};

/** Files of the protocol that run in the browser too. */
const inBrowser = [
  'age',
  'bounds',
  'choices',
  'extension-properties',
  'loopback',
  'metadata-operations',
  'names',
  'reported-text',
  'resources',
  'saved-nodes',
  'topic',
];

/** The node that runs the simulator inside Node-RED. */
const mayImportToo = (file: string, folder: string): boolean =>
  file === 'nodes/kaa-simulator.ts' && folder === 'src/simulator';

const sources = globSync('{nodes,src}/**/*.ts', { cwd: root }).filter((file) => !file.endsWith('.d.ts'));

function folderOf(file: string): string {
  const folder = Object.keys(mayImport).find((name) => file.startsWith(`${name}/`));
  assert.ok(folder, `${file} lies in no known folder`);
  return folder;
}

function importsOf(file: string): { path: string; typeOnly: boolean }[] {
  const text = readFileSync(join(root, file), 'utf8');
  const statements = text.matchAll(/^(?:import|export) (type )?[^;]*?from '([^']+)'|(?:import|require)\('([^']+)'\)/gm);
  return [...statements].map(([, type, path, dynamic]) => ({
    path: path ?? dynamic ?? '',
    typeOnly: type !== undefined,
  }));
}

describe('architecture', () => {
  it('imports point one way', () => {
    for (const file of sources) {
      const folder = folderOf(file);
      for (const { path } of importsOf(file).filter(({ path: name }) => name.startsWith('.'))) {
        const target = folderOf(join(dirname(file), path));
        const allowed = target === folder || mayImport[folder]?.includes(target) || mayImportToo(file, target);
        assert.ok(allowed, `${file} imports ${path}`);
      }
    }
  });

  it('files that the browser loads too import nothing but each other', () => {
    for (const name of inBrowser) {
      for (const { path, typeOnly } of importsOf(`src/protocol/${name}.ts`)) {
        assert.ok(typeOnly || inBrowser.map((other) => `./${other}.ts`).includes(path), `${name} imports ${path}`);
      }
    }
  });

  it('the browser loads no other file of the protocol', () => {
    const allowed = inBrowser.map((name) => `${name}.ts`);
    for (const file of globSync('src/{editor,simulator/console}/**/*.ts', { cwd: root })) {
      for (const { path, typeOnly } of importsOf(file)) {
        const [, name] = /\/protocol\/(.+)$/.exec(path) ?? [];
        if (name !== undefined && !typeOnly) assert.ok(allowed.includes(name), `${file} imports ${path}`);
      }
    }
  });

  it('packages are known to the files that stand for them only', () => {
    const known: Record<string, RegExp> = {
      mqtt: /^src\/client\/mqtt-transport\.ts$|^src\/simulator\/broker\/remote-broker\.ts$/,
      ajv: /^src\/protocol\/validators\.ts$|^src\/simulator\/(platform\/fault|state\/saved-state)-schema\.ts$/,
      aedes: /^src\/simulator\/broker\//,
      ws: /^src\/simulator\/broker\/web-socket\.ts$/,
      'node-red': /^(nodes|src\/runtime)\//,
    };
    for (const file of sources) {
      for (const { path } of importsOf(file)) {
        if (path.startsWith('.') || path.startsWith('node:') || builtinModules.includes(path)) continue;
        assert.match(file, known[path] ?? /^$/, `${file} imports ${path}`);
      }
    }
  });

  it('Node-RED types are imported as types: Node-RED itself loads us', () => {
    for (const file of sources) {
      for (const { path, typeOnly } of importsOf(file)) if (path === 'node-red') assert.ok(typeOnly, file);
    }
  });

  it('the simulator is loaded by its node only, and when there is one', () => {
    for (const file of sources.filter((name) => !name.startsWith('src/simulator/'))) {
      const text = readFileSync(join(root, file), 'utf8');
      assert.doesNotMatch(text, /^import (?!type).*\/simulator\//m, file);
    }
  });

  it('what is not needed at the start of Node-RED is loaded when it is needed', () => {
    // The store's own thread is started when something is to be stored.
    const later = ['src/simulator/', 'src/store/database/'];
    for (const file of sources.filter((name) => !later.some((folder) => name.startsWith(folder)))) {
      const text = readFileSync(join(root, file), 'utf8');
      assert.doesNotMatch(text, /^import (?!type).*from '(mqtt|ajv|aedes|ws|node:sqlite)'/m, file);
    }
  });
});
