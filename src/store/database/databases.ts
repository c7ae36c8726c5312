/** The open database files of the thread: each is opened by the first group for it, and again after it failed. */
import type { Group, GroupReply, OperationResult } from '../operations.ts';
import { Database } from './database.ts';
import { openFile } from './open-file.ts';
import { wantsReopening } from './sqlite-errors.ts';

export class Databases {
  readonly #open = new Map<string, Database>();
  /** Files that were closed here, and need no check when they are opened again. */
  readonly #sound = new Set<string>();

  run({ file, operations }: Group): GroupReply {
    const losses = { dropped: 0, expired: 0 };
    let movedAside: string | undefined;
    let database = this.#open.get(file.path);
    if (database === undefined) {
      try {
        const opened = openFile(file.path, this.#sound.delete(file.path));
        ({ movedAside } = opened);
        database = new Database(opened.sqlite, file.path);
        this.#open.set(file.path, database);
      } catch (error) {
        const reason = error instanceof Error ? error.message : 'the file cannot be opened';
        const refused: OperationResult = { refusal: { kind: 'failed', reason } };
        return { results: operations.map(() => refused), ...losses };
      }
    }
    const results = database.run(file, operations, losses, (error) => {
      if (wantsReopening(error)) this.#abandon(file.path);
    });
    const aside = movedAside === undefined ? {} : { movedAside };
    return { results, ...losses, ...aside, ...this.#backlogOf(file.path) };
  }

  close(path: string): void {
    const database = this.#open.get(path);
    if (database === undefined) return;
    this.#open.delete(path);
    database.close();
    this.#sound.add(path);
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
