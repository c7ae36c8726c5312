import { open, readFile, realpath, rename, rm, stat } from 'node:fs/promises';
import type { Platform } from '../platform/platform.ts';
import { readSavedState } from './saved-state-schema.ts';
import { restoreState, type SavedState, saveState } from './saved-state.ts';

/** Milliseconds from a change to the writing of the file: what changes meanwhile is written with it. */
const delayMilliseconds = 200;

/** Writing takes at most this part of the time. */
const mostOfTheTime = 0.1;

/** Milliseconds until a file that could not be written is tried again. */
const retryMilliseconds = 2000;

/** The state file cannot be used; the message says why and what to do. */
export class StateFileError extends Error {
  /** @param problem what is wrong with the file, to follow its name */
  constructor(file: string, problem: string, cause: unknown, advice: string) {
    super(`the state file ${file} ${problem}: ${cause instanceof Error ? cause.message : String(cause)}; ${advice}`, {
      cause,
    });
    this.name = 'StateFileError';
  }
}

type Writing =
  | { readonly name: 'nothing to write' }
  | { readonly name: 'waiting'; readonly timer: NodeJS.Timeout }
  | { readonly name: 'writing'; readonly done: Promise<void> }
  | { readonly name: 'ended' };

/** Keeps a platform's state in a file, readable by its owner only: it holds tokens. */
export class StateFile {
  readonly #path: string;
  readonly #platform: Platform;
  readonly #failed: (error: StateFileError) => void;
  readonly #unsubscribe: () => void;
  #state: Writing = { name: 'nothing to write' };
  #changedMeanwhile = false;
  /** The inode that was written last; another one is of another program. */
  #written: number | undefined;
  /** Why it could not be written, as it was told; undefined once it could. */
  #told: string | undefined;

  private constructor(path: string, platform: Platform, failed: (error: StateFileError) => void) {
    this.#path = path;
    this.#platform = platform;
    this.#failed = failed;
    this.#unsubscribe = platform.changes.subscribe(({ what }) => {
      if (what !== 'faults') this.#changed();
    });
  }

  /**
   * Restores what the file holds, if there is one, and keeps it up to date until `close`.
   * @param failed called when the file cannot be written, once for each reason; it is tried again
   * @throws {StateFileError} it cannot be read, or written
   */
  static async open(path: string, platform: Platform, failed: (error: StateFileError) => void): Promise<StateFile> {
    const located = await locate(path);
    await restore(located, platform);
    const file = new StateFile(located, platform, failed);
    try {
      // Tells now, and not after the first change, that the folder is missing or read-only.
      await file.#write('running');
    } catch (error) {
      file.#unsubscribe();
      throw new StateFileError(path, 'cannot be written', error, 'choose another one');
    }
    return file;
  }

  /** Writes the state as it is at the end. */
  async close(): Promise<void> {
    if (this.#state.name === 'writing') await this.#state.done;
    if (this.#state.name === 'waiting') clearTimeout(this.#state.timer);
    this.#state = { name: 'ended' };
    try {
      do {
        this.#changedMeanwhile = false;
        await this.#write('closed');
      } while (this.#changedMeanwhile);
    } catch (error) {
      this.#failed(new StateFileError(this.#path, 'cannot be written', error, 'what has changed last is lost'));
    } finally {
      this.#unsubscribe();
    }
  }

  #changed(): void {
    if (this.#state.name === 'nothing to write') this.#wait(delayMilliseconds);
    else this.#changedMeanwhile = true;
  }

  #wait(milliseconds: number): void {
    const timer = setTimeout(() => {
      this.#state = { name: 'writing', done: this.#writeAndGoOn() };
    }, milliseconds);
    this.#state = { name: 'waiting', timer };
  }

  async #writeAndGoOn(): Promise<void> {
    const started = performance.now();
    this.#changedMeanwhile = false;
    let wait = delayMilliseconds;
    try {
      await this.#write('running');
      this.#told = undefined;
      wait = Math.max(wait, (performance.now() - started) / mostOfTheTime);
    } catch (error) {
      this.#tellOnce(new StateFileError(this.#path, 'cannot be written', error, 'it is tried again'));
      this.#changedMeanwhile = true;
      wait = retryMilliseconds;
    }
    if (this.#changedMeanwhile) this.#wait(wait);
    else this.#state = { name: 'nothing to write' };
  }

  #tellOnce(error: StateFileError): void {
    if (error.message !== this.#told) this.#failed(error);
    this.#told = error.message;
  }

  /** The file is the old one or the new one at every moment, whatever happens. */
  async #write(ending: SavedState['process']): Promise<void> {
    await this.#requireOwn();
    const beside = `${this.#path}.${process.pid}.new`;
    const text = JSON.stringify(saveState(this.#platform, ending));
    try {
      const file = await open(beside, 'w', 0o600);
      let inode: number;
      try {
        await file.writeFile(text);
        await file.sync();
        inode = (await file.stat()).ino;
      } finally {
        await file.close();
      }
      await rename(beside, this.#path);
      this.#written = inode;
    } catch (error) {
      await rm(beside, { force: true }).catch(() => undefined);
      throw error;
    }
  }

  /** @throws {Error} where another program has written the file since */
  async #requireOwn(): Promise<void> {
    if (this.#written === undefined) return;
    const found = await stat(this.#path).catch(() => undefined);
    if (found !== undefined && found.ino !== this.#written) {
      throw new Error('another program writes it too, so that each loses what the other saves');
    }
  }
}

/** Where the file is: behind a link, the file that it leads to. */
async function locate(path: string): Promise<string> {
  try {
    const real = await realpath(path);
    if (!(await stat(real)).isFile()) throw new Error('it is no file');
    return real;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return path;
    throw new StateFileError(path, 'cannot be read', error, 'choose another one');
  }
}

async function restore(path: string, platform: Platform): Promise<void> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return;
    throw new StateFileError(path, 'cannot be read', error, 'choose another one');
  }
  try {
    restoreState(platform, readSavedState(text));
  } catch (error) {
    throw new StateFileError(path, 'cannot be used', error, 'mend it or move it away');
  }
}
