import assert from 'node:assert/strict';
import { DatabaseSync } from 'node:sqlite';
import type { StoredCommand, StoredEndpoint } from '../../src/store/store.ts';
import { StoreFolder } from './store-folder.ts';

const endpoint: StoredEndpoint = { server: 'kaa:1883', appVersion: 'v1', tokenHash: 'hash' };
const others: readonly StoredEndpoint[] = [
  { ...endpoint, server: 'kaa:1884' },
  { ...endpoint, appVersion: 'v2' },
  { ...endpoint, tokenHash: 'other' },
];

/** Takes the tables of commands back to what they were in the first version of the file. */
const firstVersion = `
  DROP TABLE commands;
  DROP TABLE endpoints;
  CREATE TABLE commands (
    place INTEGER PRIMARY KEY,
    server TEXT NOT NULL,
    app_version TEXT NOT NULL,
    token_hash TEXT NOT NULL,
    type TEXT NOT NULL,
    id INTEGER NOT NULL,
    digest TEXT NOT NULL,
    entry TEXT NOT NULL,
    UNIQUE (server, app_version, token_hash, type, id, digest)
  ) STRICT;
  PRAGMA user_version = 1;`;

function command(id: number, changes: Partial<StoredCommand> = {}): StoredCommand {
  return { type: 'reboot', id, digest: 'digest', process: 'process', askedAt: 1, reported: false, ...changes };
}

describe('what is remembered on disk', () => {
  let folder: StoreFolder;

  beforeEach(() => {
    folder = new StoreFolder();
  });

  afterEach(() => folder.remove());

  describe('commands', () => {
    it('are there after reopening, the oldest first', async () => {
      const entries = [
        command(3, { payload: { in: [1, null, 'x'] }, deadline: 5 }),
        command(1, { result: { statusCode: 200, reasonPhrase: 'OK', payload: false }, reported: true }),
        command(2),
      ];
      const { commands } = folder.open();
      await commands.write(endpoint, entries);
      assert.deepEqual(await commands.read(endpoint), entries);
      await folder.closeStores();
      assert.deepEqual(await folder.open().commands.read(endpoint), entries);
    });

    it('are replaced in their place', async () => {
      const { commands } = folder.open();
      for (const id of [1, 2, 3]) await commands.write(endpoint, [command(id)]);
      const answered = command(2, { result: { statusCode: 504 } });
      await commands.write(endpoint, [answered]);
      await folder.closeStores();
      assert.deepEqual(await folder.open().commands.read(endpoint), [command(1), answered, command(3)]);
    });

    it('with the same ID and another digest or type are other ones', async () => {
      const { digest: _digest, ...unknown } = command(1);
      const entries = [command(1), command(1, { digest: 'another' }), command(1, { type: 'valve' }), unknown];
      const { commands } = folder.open();
      await commands.write(endpoint, entries);
      assert.deepEqual(await commands.read(endpoint), entries);
    });

    it('are removed alone', async () => {
      const { digest: _digest, ...unknown } = command(1);
      const { commands } = folder.open();
      await commands.write(endpoint, [command(1), unknown, command(2)]);
      await commands.remove(endpoint, unknown);
      await commands.remove(endpoint, command(2));
      await folder.closeStores();
      assert.deepEqual(await folder.open().commands.read(endpoint), [command(1)]);
    });

    it('that were written after reopening are behind those before', async () => {
      await folder.open().commands.write(endpoint, [command(7), command(8)]);
      await folder.closeStores();
      const { commands } = folder.open();
      await commands.write(endpoint, [command(1)]);
      assert.deepEqual(await commands.read(endpoint), [command(7), command(8), command(1)]);
    });

    it('leave nothing of their endpoint behind when the last one is removed', async () => {
      const { commands } = folder.open();
      for (const each of [endpoint, ...others]) await commands.write(each, [command(1), command(2)]);
      for (const each of [endpoint, ...others]) await commands.remove(each, command(1));
      for (const other of others) await commands.remove(other, command(2));
      await commands.remove({ ...endpoint, server: 'unknown:1883' }, command(2));
      assert.deepEqual(await commands.read(endpoint), [command(2)]);
      await folder.closeStores();
      const [left] = folder.query('SELECT server, app_version, token_hash FROM endpoints');
      assert.deepEqual({ ...Object(left) }, { server: 'kaa:1883', app_version: 'v1', token_hash: 'hash' });
      assert.equal(folder.query('SELECT 1 FROM endpoints').length, 1);
    });

    it('of a file of the first version are taken over, in their order', async () => {
      await folder.open().commands.write(endpoint, []);
      await folder.closeStores();
      const file = new DatabaseSync(folder.path);
      file.exec(firstVersion);
      const insert = file.prepare(
        'INSERT INTO commands (server, app_version, token_hash, type, id, digest, entry) VALUES (?, ?, ?, ?, ?, ?, ?)',
      );
      for (const id of [3, 1, 2]) {
        for (const { server, appVersion, tokenHash } of [endpoint, ...others]) {
          const entry = JSON.stringify(command(id, { payload: { tokenHash } }));
          insert.run(server, appVersion, tokenHash, 'reboot', id, 'digest', entry);
        }
      }
      file.close();
      const { commands } = folder.open();
      for (const each of [endpoint, ...others]) {
        const { tokenHash } = each;
        const expected = [3, 1, 2].map((id) => command(id, { payload: { tokenHash } }));
        assert.deepEqual(await commands.read(each), expected);
        await commands.write(each, [command(4)]);
        await commands.remove(each, command(1));
        assert.deepEqual(await commands.read(each), [...expected.filter(({ id }) => id !== 1), command(4)]);
      }
    });

    it('of other servers, application versions and tokens are apart', async () => {
      const { commands } = folder.open();
      for (const [index, other] of others.entries()) await commands.write(other, [command(index)]);
      assert.deepEqual(await commands.read(endpoint), []);
      for (const [index, other] of others.entries()) assert.deepEqual(await commands.read(other), [command(index)]);
    });
  });

  describe('records', () => {
    const configuration = { received: { configId: 'a', config: { n: [1] } }, applied: 'a', emitted: { node: 'a' } };

    it('are undefined until they are written', async () => {
      const { configurations, software } = folder.open();
      assert.equal(await configurations.read(endpoint, ''), undefined);
      assert.equal(await software.read(endpoint, ''), undefined);
    });

    it('are there after reopening', async () => {
      const { configurations } = folder.open();
      await configurations.write(endpoint, '', configuration);
      await folder.closeStores();
      assert.deepEqual(await folder.open().configurations.read(endpoint, ''), configuration);
    });

    it('are replaced', async () => {
      const { configurations } = folder.open();
      await configurations.write(endpoint, '', configuration);
      await configurations.write(endpoint, '', { emitted: {} });
      await folder.closeStores();
      assert.deepEqual(await folder.open().configurations.read(endpoint, ''), { emitted: {} });
    });

    it('of other names, kinds and endpoints are apart', async () => {
      const { configurations, software } = folder.open();
      await configurations.write(endpoint, '', configuration);
      await configurations.write(endpoint, 'second', { emitted: { node: 'b' } });
      await software.write(endpoint, '', { offered: [], rejected: ['1.0'] });
      assert.deepEqual(await configurations.read(endpoint, ''), configuration);
      assert.deepEqual(await configurations.read(endpoint, 'second'), { emitted: { node: 'b' } });
      assert.deepEqual(await software.read(endpoint, ''), { offered: [], rejected: ['1.0'] });
      for (const other of others) assert.equal(await configurations.read(other, ''), undefined);
    });
  });
});
