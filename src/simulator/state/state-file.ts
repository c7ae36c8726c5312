import { open, readFile, rename, rm } from 'node:fs/promises';
import type { Platform } from '../platform/platform.ts';
import { readSavedState } from './saved-state-schema.ts';
import { restoreState, saveState } from './saved-state.ts';

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
  | { readonly name: 'writing'; readonly done: Promise<void> };

/** Keeps a platform's state in a file, readable by its owner only: it holds tokens. */
export class StateFile {
  readonly #path: string;
  readonly #platform: Platform;
  readonly #failed: (error: StateFileError) => void;
  readonly #unsubscribe: () => void;
  #state: Writing = { name: 'nothing to write' };
  #changedMeanwhile = false;
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
    await restore(path, platform);
    const file = new StateFile(path, platform, failed);
    try {
      // Tells now, and not after the first change, that the folder is missing or read-only.
      await file.#write();
    } catch (error) {
      file.#unsubscribe();
      throw new StateFileError(path, 'cannot be written', error, 'choose another one');
    }
    return file;
  }

  /** Writes what has not been written. */
  async close(): Promise<void> {
    this.#unsubscribe();
    if (this.#state.name === 'writing') await this.#state.done;
    if (this.#state.name === 'waiting') clearTimeout(this.#state.timer);
    try {
      await this.#write();
    } catch (error) {
      this.#failed(new StateFileError(this.#path, 'cannot be written', error, 'what has changed last is lost'));
    }
  }

  #changed(): void {
    if (this.#state.name === 'writing') this.#changedMeanwhile = true;
    else if (this.#state.name === 'nothing to write') this.#wait(delayMilliseconds);
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
      await this.#write();
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
  async #write(): Promise<void> {
    const beside = `${this.#path}.new`;
    const text = JSON.stringify(saveState(this.#platform));
    try {
      const file = await open(beside, 'w', 0o600);
      try {
        await file.writeFile(text);
        await file.sync();
      } finally {
        await file.close();
      }
      await rename(beside, this.#path);
    } catch (error) {
      await rm(beside, { force: true }).catch(() => undefined);
      throw error;
    }
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
    throw new StateFileError(path, 'is damaged', error, 'mend it or move it away');
  }
}
