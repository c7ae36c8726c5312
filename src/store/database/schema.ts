/** The tables of a database file. A file of an earlier version is brought up to date when it is opened. */
import type { DatabaseSync } from 'node:sqlite';
import { wording } from '../../protocol/wording.ts';
import { StoreFailure } from '../store-failure.ts';
import { applicationId } from '../store-file.ts';

/** Each brings a file from the version that is its index to the next one. */
const migrations = [
  `CREATE TABLE queues (
     id INTEGER PRIMARY KEY,
     token TEXT NOT NULL,
     app_version TEXT NOT NULL,
     UNIQUE (token, app_version)
   ) STRICT;
   CREATE TABLE samples (
     sequence INTEGER PRIMARY KEY,
     queue INTEGER NOT NULL,
     node TEXT NOT NULL,
     stored_at INTEGER NOT NULL,
     body TEXT NOT NULL
   ) STRICT;
   CREATE INDEX samples_by_queue ON samples (queue, sequence);
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
   CREATE TABLE records (
     kind TEXT NOT NULL,
     server TEXT NOT NULL,
     app_version TEXT NOT NULL,
     token_hash TEXT NOT NULL,
     name TEXT NOT NULL,
     value TEXT NOT NULL,
     PRIMARY KEY (kind, server, app_version, token_hash, name)
   ) STRICT, WITHOUT ROWID;`,
  // A short key, in the table itself: writing a command takes little more than half the time.
  `ALTER TABLE commands RENAME TO commands_before;
   CREATE TABLE endpoints (
     id INTEGER PRIMARY KEY,
     server TEXT NOT NULL,
     app_version TEXT NOT NULL,
     token_hash TEXT NOT NULL,
     UNIQUE (server, app_version, token_hash)
   ) STRICT;
   CREATE TABLE commands (
     endpoint INTEGER NOT NULL,
     type TEXT NOT NULL,
     id INTEGER NOT NULL,
     digest TEXT NOT NULL,
     place INTEGER NOT NULL,
     entry TEXT NOT NULL,
     PRIMARY KEY (endpoint, type, id, digest)
   ) STRICT, WITHOUT ROWID;
   INSERT INTO endpoints (server, app_version, token_hash)
     SELECT DISTINCT server, app_version, token_hash FROM commands_before;
   INSERT INTO commands (endpoint, type, id, digest, place, entry)
     SELECT endpoints.id, type, commands_before.id, digest, place, entry
     FROM commands_before JOIN endpoints USING (server, app_version, token_hash);
   DROP TABLE commands_before;`,
] as const;

/** A file that cannot be read as one of ours. */
export class DamagedFileError extends Error {}

/**
 * Makes the tables, or brings them up to date.
 * @throws {DamagedFileError} the file holds something else
 */
export function migrate(sqlite: DatabaseSync): void {
  const version = numberOf(sqlite, 'user_version');
  const isEmpty = numberOf(sqlite, 'schema_version') === 0;
  if (!isEmpty && numberOf(sqlite, 'application_id') !== applicationId) {
    throw new DamagedFileError('it is no store of these nodes');
  }
  if (version > migrations.length) throw new StoreFailure(wording('store.newerVersion'));
  if (version === migrations.length) return;
  const steps = migrations.slice(version).join('\n');
  const marks = `PRAGMA application_id = ${applicationId}; PRAGMA user_version = ${migrations.length};`;
  // The mark has to be in the file itself, and not only in the log beside it.
  sqlite.exec(`BEGIN; ${steps} ${marks} COMMIT; PRAGMA wal_checkpoint(TRUNCATE)`);
}

function numberOf(sqlite: DatabaseSync, pragma: string): number {
  return Number(sqlite.prepare(`PRAGMA ${pragma}`).get()?.[pragma]);
}
