/** The open database files of the thread: each is opened by the first group for it, and again after it failed. */
import type { Group, GroupReply, OperationResult } from '../operations.ts';
import { Database } from './database.ts';
import { moveAside, openFile } from './open-file.ts';
import { DamagedFileError } from './schema.ts';
import { isDamage, reasonOf, wantsReopening } from './sqlite-errors.ts';

export class Databases {
  readonly #open = new Map<string, Database>();
  /** Files that were closed here, and need no check when they are opened again. */
  readonly #sound = new Set<string>();

  run({ file, operations }: Group): GroupReply {
    const { path } = file;
    const losses = { dropped: 0, expired: 0 };
    const event: { movedAside?: string } = {};
    let database: Database;
    try {
      database = this.#at(path, event);
    } catch (error) {
      const refused: OperationResult = { refusal: { kind: 'failed', reason: reasonOf(error) } };
      return { results: operations.map(() => refused), ...losses, ...event };
    }
    let reopen = false;
    const results = database.run(file, operations, losses, (error) => {
      reopen ||= wantsReopening(error);
    });
    if (reopen) this.#abandon(path);
    return { results, ...losses, ...event, ...this.#backlogOf(path) };
  }

  close(path: string): void {
    const database = this.#open.get(path);
    if (database === undefined) return;
    this.#open.delete(path);
    database.close();
    this.#sound.add(path);
  }

  /** @param event told where a damaged file was moved to, whatever comes behind that */
  #at(path: string, event: { movedAside?: string }): Database {
    const known = this.#open.get(path);
    if (known !== undefined) return known;
    let database: Database;
    try {
      database = openDatabase(path, this.#sound.delete(path));
    } catch (error) {
      if (!(error instanceof DamagedFileError) && !isDamage(error)) throw error;
      event.movedAside = moveAside(path);
      database = openDatabase(path, true);
    }
    this.#open.set(path, database);
    return database;
  }

  #backlogOf(path: string): Pick<GroupReply, 'backlog'> {
    try {
      const backlog = this.#open.get(path)?.backlog;
      return backlog === undefined ? {} : { backlog };
    } catch {
      this.#abandon(path);
      return {};
    }
  }

  #abandon(path: string): void {
    const database = this.#open.get(path);
    this.#open.delete(path);
    try {
      database?.close();
    } catch {
      // It is opened and checked anew.
    }
  }
}

function openDatabase(path: string, isSound: boolean): Database {
  const sqlite = openFile(path, isSound);
  try {
    return new Database(sqlite, path);
  } catch (error) {
    // Else its lock would stay.
    sqlite.close();
    throw error;
  }
}
