/** With adminAuth, nothing of the editor's side answers without permission but what Node-RED itself gives to everybody. */
import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { NodeRed, runtimes } from '../support/node-red.ts';

const methods = ['get', 'post', 'put', 'delete', 'patch'] as const;

interface Route {
  readonly path: string;
  readonly methods: readonly string[];
}

/** A node module that tells, on the HTTP side of the flows, which routes the admin side has. */
const lister = `module.exports = (RED) => {
  const routesIn = (stack, prefix) => stack.flatMap((layer) => {
    if (layer.route) {
      const paths = [].concat(layer.route.path).map((path) => prefix + String(path));
      return paths.map((path) => ({ path, methods: Object.keys(layer.route.methods) }));
    }
    const inner = layer.handle && (layer.handle.stack ?? layer.handle._router?.stack ?? layer.handle.router?.stack);
    return inner ? routesIn(inner, prefix) : [];
  });
  RED.httpNode.get('/admin-routes', (_request, response) => {
    const { httpAdmin } = RED;
    response.json(routesIn((httpAdmin._router ?? httpAdmin.router).stack, ''));
  });
};`;

/** What Node-RED gives to everybody: the editor's own files, what the login needs, and the package's public files. */
const open = [
  /^\/$/,
  /^\/auth\//,
  /^\/(red|vendor|types|favicon|theme|resources|icons|locales|debug\/view|core|tours)/,
];

for (const runtime of runtimes) {
  describe(`admin routes in Node-RED ${runtime.version} with adminAuth`, () => {
    let nodeRed: NodeRed;
    let folder: string;

    before(async function install() {
      this.timeout(120_000);
      folder = await mkdtemp(join(tmpdir(), 'kaa-lister-'));
      await writeFile(join(folder, 'lister.js'), lister);
      await writeFile(join(folder, 'lister.html'), '<script></script>');
      nodeRed = await NodeRed.start(runtime, {
        inside: `nodesDir: ${JSON.stringify(folder)}, adminAuth: {
          type: 'credentials', users: async () => null, authenticate: async () => null, default: async () => null,
          tokens: async (token) =>
            ({ right: { username: 'admin', permissions: '*' }, reader: { username: 'reader', permissions: 'read' } })[token] ?? null }`,
      });
    });

    after(async () => {
      await nodeRed.remove();
      await rm(folder, { recursive: true, force: true });
    });

    it('none of them answers without permission', async () => {
      const nodes = await fetch(`${nodeRed.url}/nodes`, {
        headers: { accept: 'application/json', authorization: 'Bearer right' },
      });
      assert.match(await nodes.text(), /kaa-telemetry/);
      const routes = (await (await fetch(`${nodeRed.url}/admin-routes`)).json()) as readonly Route[];
      assert.ok(routes.length > 0, `${routes.length} routes`);
      const answering: string[] = [];
      for (const { path, methods: taken } of routes) {
        if (open.some((pattern) => pattern.test(path)) || !path.startsWith('/')) continue;
        const url = path.replaceAll(/[:*]\w*(\([^)]*\))?/g, 'kaa-endpoint').replaceAll(/[{}?]/g, '');
        for (const method of methods.filter((each) => taken.includes(each) || taken.includes('_all'))) {
          const request = { method: method.toUpperCase(), headers: { accept: 'application/json' } };
          const { status } = await fetch(nodeRed.url + url, request);
          if (status !== 401) answering.push(`${method} ${path}: ${status}`);
        }
      }
      assert.deepEqual(answering, []);
    });

    it("the package's own want the permission to read flows or to write them", async () => {
      const routes = (await (await fetch(`${nodeRed.url}/admin-routes`)).json()) as readonly Route[];
      const own = routes.filter(({ path }) => path.startsWith('/kaa/'));
      assert.deepEqual(own.map(({ path, methods: taken }) => `${taken.join()} ${path}`).toSorted(), [
        'get /kaa/endpoints',
        'get /kaa/endpoints/:id/names/:kind',
        'post /kaa/check',
        'post /kaa/endpoints/:id/:action',
      ]);
      const statusOf = async (bearer: string, method: string, path: string): Promise<number> => {
        const headers = { authorization: `Bearer ${bearer}`, 'content-type': 'application/json' };
        const body = method === 'post' ? { body: '{}' } : {};
        return (await fetch(nodeRed.url + path, { method: method.toUpperCase(), headers, ...body })).status;
      };
      for (const { path, methods: taken } of own) {
        for (const method of taken) {
          const url = path.replace(':id', 'endpoint').replace(':action', 'discard');
          const allowed = [await statusOf('right', method, url), await statusOf('reader', method, url)];
          assert.notEqual(allowed[0], 401, url);
          assert.equal(allowed[1] === 401, method === 'post', `${method} ${url} of a reader`);
        }
      }
    });

    it("a page of another origin cannot use them in a person's name", async () => {
      for (const path of ['kaa/check', 'kaa/endpoints/endpoint/discard']) {
        const response = await fetch(`${nodeRed.url}/${path}`, {
          method: 'POST',
          headers: { authorization: 'Bearer right', 'content-type': 'text/plain' },
          body: '{"id":"","properties":{"url":"mqtt://127.0.0.1:1"},"credentials":{}}',
        });
        assert.equal(response.status, 415, path);
      }
    });

    it('a check says nothing of what it was not told', async () => {
      const response = await fetch(`${nodeRed.url}/kaa/check`, {
        method: 'POST',
        headers: { authorization: 'Bearer right', 'content-type': 'application/json' },
        body: JSON.stringify({
          id: 'endpoint',
          properties: { url: 'mqtt://127.0.0.1:1', appVersion: 'v1' },
          credentials: { token: 'check-token', username: 'check-user', password: 'check-password' },
        }),
      });
      const text = await response.text();
      assert.match(text, /"stage":"tcp","state":"failed"/);
      assert.doesNotMatch(text, /check-/);
    });
  });
}
