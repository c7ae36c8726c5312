/** Opens a database file: private to the user, checked, and up to date. */
import { chmodSync, closeSync, existsSync, mkdirSync, openSync, renameSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { DamagedFileError, migrate } from './schema.ts';

/** SQLite's file and what it puts beside it. */
const suffixes = ['', '-wal', '-shm'] as const;

/** Milliseconds to wait for another process that has the file open: Node-RED may be restarting. */
const patience = 1000;

/**
 * @param isSound whether the file needs no check, because this process itself closed it
 * @throws {DamagedFileError} or an error of SQLite that says so: the file is damaged
 * @throws {Error} the folder or the file cannot be used, or another process uses it
 */
export function openFile(path: string, isSound: boolean): DatabaseSync {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  // Made first, because SQLite would make it readable by everybody; what it puts beside it has the same permissions.
  closeSync(openSync(path, 'a', 0o600));
  chmodSync(path, 0o600);
  const sqlite = new DatabaseSync(path);
  try {
    // Nobody else may write to the queue of a running Node-RED, least of all a second one.
    sqlite.exec(`
      PRAGMA busy_timeout = ${patience};
      PRAGMA locking_mode = EXCLUSIVE;
      PRAGMA journal_mode = WAL;
      PRAGMA synchronous = FULL;
      PRAGMA journal_size_limit = 16777216;
      PRAGMA temp_store = MEMORY;`);
    if (!isSound) check(sqlite);
    migrate(sqlite);
    return sqlite;
  } catch (error) {
    sqlite.close();
    throw error;
  }
}

function check(sqlite: DatabaseSync): void {
  const verdict = sqlite.prepare('PRAGMA quick_check(1)').get()?.['quick_check'];
  if (verdict !== 'ok') throw new DamagedFileError(String(verdict));
}

/** Takes a damaged file out of the way; returns where it is now. */
export function moveAside(path: string): string {
  const aside = `${path}.damaged-${new Date().toISOString().replaceAll(/[:.]/g, '-')}`;
  for (const suffix of suffixes) if (existsSync(path + suffix)) renameSync(path + suffix, aside + suffix);
  return aside;
}
