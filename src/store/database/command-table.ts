/** The commands of all endpoints in the database. */
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { CommandKey, CommandRow } from '../operations.ts';
import type { StoredEndpoint } from '../store.ts';

export class CommandTable {
  readonly #endpoint: StatementSync;
  readonly #addEndpoint: StatementSync;
  readonly #removeEndpoint: StatementSync;
  readonly #read: StatementSync;
  readonly #write: StatementSync;
  readonly #remove: StatementSync;
  #lastPlace: number;

  constructor(sqlite: DatabaseSync) {
    this.#endpoint = sqlite.prepare('SELECT id FROM endpoints WHERE server = ? AND app_version = ? AND token_hash = ?');
    this.#addEndpoint = sqlite.prepare('INSERT INTO endpoints (server, app_version, token_hash) VALUES (?, ?, ?)');
    this.#removeEndpoint = sqlite.prepare(
      'DELETE FROM endpoints WHERE id = ?1 AND NOT EXISTS (SELECT 1 FROM commands WHERE endpoint = ?1)',
    );
    this.#read = sqlite.prepare('SELECT entry FROM commands WHERE endpoint = ? ORDER BY place');
    this.#write = sqlite.prepare(
      `INSERT INTO commands (endpoint, type, id, digest, place, entry) VALUES (?, ?, ?, ?, ?, ?)
       ON CONFLICT DO UPDATE SET entry = excluded.entry`,
    );
    this.#remove = sqlite.prepare('DELETE FROM commands WHERE endpoint = ? AND type = ? AND id = ? AND digest = ?');
    this.#lastPlace = Number(sqlite.prepare('SELECT max(place) AS last FROM commands').get()?.['last'] ?? 0);
  }

  read(endpoint: StoredEndpoint): readonly string[] {
    const id = this.#idOf(endpoint);
    return id === undefined ? [] : this.#read.all(id).map(({ entry }) => String(entry));
  }

  write(endpoint: StoredEndpoint, rows: readonly CommandRow[]): void {
    const endpointId = this.#idOf(endpoint) ?? this.#add(endpoint);
    for (const [type, id, digest, json] of rows) {
      this.#lastPlace += 1;
      this.#write.run(endpointId, type, id, digest, this.#lastPlace, json);
    }
  }

  remove(endpoint: StoredEndpoint, key: CommandKey): void {
    const id = this.#idOf(endpoint);
    if (id === undefined) return;
    this.#remove.run(id, ...key);
    this.#removeEndpoint.run(id);
  }

  #idOf({ server, appVersion, tokenHash }: StoredEndpoint): number | undefined {
    const id = this.#endpoint.get(server, appVersion, tokenHash)?.['id'];
    return id === undefined ? undefined : Number(id);
  }

  #add({ server, appVersion, tokenHash }: StoredEndpoint): number {
    return Number(this.#addEndpoint.run(server, appVersion, tokenHash).lastInsertRowid);
  }
}
