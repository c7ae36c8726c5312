/** What is remembered under a name for each endpoint, in the database. */
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { RecordKind } from '../operations.ts';
import type { StoredEndpoint } from '../store.ts';

export class RecordTable {
  readonly #read: StatementSync;
  readonly #write: StatementSync;

  constructor(sqlite: DatabaseSync) {
    this.#read = sqlite.prepare(
      'SELECT value FROM records WHERE kind = ? AND server = ? AND app_version = ? AND token_hash = ? AND name = ?',
    );
    this.#write = sqlite.prepare('INSERT OR REPLACE INTO records VALUES (?, ?, ?, ?, ?, ?)');
  }

  read(kind: RecordKind, { server, appVersion, tokenHash }: StoredEndpoint, name: string): string | undefined {
    const value = this.#read.get(kind, server, appVersion, tokenHash, name)?.['value'];
    return typeof value === 'string' ? value : undefined;
  }

  write(kind: RecordKind, { server, appVersion, tokenHash }: StoredEndpoint, name: string, json: string): void {
    this.#write.run(kind, server, appVersion, tokenHash, name, json);
  }
}
