/** The commands of all endpoints in the database. */
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { StoredCommand, StoredEndpoint } from '../store.ts';

export class CommandTable {
  readonly #read: StatementSync;
  readonly #write: StatementSync;
  readonly #remove: StatementSync;

  constructor(sqlite: DatabaseSync) {
    const key = 'server = ? AND app_version = ? AND token_hash = ?';
    this.#read = sqlite.prepare(`SELECT entry FROM commands WHERE ${key} ORDER BY place`);
    this.#write = sqlite.prepare(
      `INSERT INTO commands (server, app_version, token_hash, type, id, digest, entry) VALUES (?, ?, ?, ?, ?, ?, ?)
       ON CONFLICT DO UPDATE SET entry = excluded.entry`,
    );
    this.#remove = sqlite.prepare(`DELETE FROM commands WHERE ${key} AND type = ? AND id = ? AND digest = ?`);
  }

  read({ server, appVersion, tokenHash }: StoredEndpoint): readonly StoredCommand[] {
    const rows = this.#read.all(server, appVersion, tokenHash);
    return rows.map(({ entry }) => JSON.parse(String(entry)) as StoredCommand);
  }

  write({ server, appVersion, tokenHash }: StoredEndpoint, commands: readonly StoredCommand[]): void {
    for (const command of commands) {
      const { type, id, digest = '' } = command;
      this.#write.run(server, appVersion, tokenHash, type, id, digest, JSON.stringify(command));
    }
  }

  remove({ server, appVersion, tokenHash }: StoredEndpoint, { type, id, digest = '' }: StoredCommand): void {
    this.#remove.run(server, appVersion, tokenHash, type, id, digest);
  }
}
