import { entryOverhead, type Storage } from './storage.ts';

const mostPaths = 1000;

interface ObservedPath {
  readonly pushes: boolean;
  readonly requestId?: number;
}

/**
 * What one endpoint asked of pushes, by extension and resource path. They are made unless the last request that says
 * anything about it said `observe: false`.
 */
export class Observation {
  readonly #storage: Storage;
  /** In the order of their last request. */
  readonly #paths = new Map<string, ObservedPath>();

  constructor(storage: Storage) {
    this.#storage = storage;
  }

  /** Notes a request on an observable resource, if there is room. */
  requested(extension: string, path: string, requestId: number | undefined, observe: boolean | undefined): void {
    const key = `${extension}/${path}`;
    const pushes = observe ?? this.wantsPushes(extension, path);
    this.#forget(key);
    if ((pushes && requestId === undefined) || !this.#storage.take(entrySize(key))) return;
    this.#paths.set(key, { pushes, ...(requestId === undefined ? {} : { requestId }) });
    const [oldest = ''] = this.#paths.keys();
    if (this.#paths.size > mostPaths) this.#forget(oldest);
  }

  clear(): void {
    for (const key of this.#paths.keys()) this.#forget(key);
  }

  wantsPushes(extension: string, path: string): boolean {
    return this.#paths.get(`${extension}/${path}`)?.pushes ?? true;
  }

  /** The names of an extension's observed paths that begin with `path`, as far as they are remembered. */
  namesBelow(extension: string, path: string): string[] {
    const start = `${extension}/${path}/`;
    return [...this.#paths.keys()].filter((key) => key.startsWith(start)).map((key) => key.slice(start.length));
  }

  /** The ID of the last request on the path; undefined where it had none. */
  lastRequestId(extension: string, path: string): number | undefined {
    return this.#paths.get(`${extension}/${path}`)?.requestId;
  }

  #forget(key: string): void {
    if (this.#paths.delete(key)) this.#storage.give(entrySize(key));
  }
}

function entrySize(key: string): number {
  return Buffer.byteLength(key) + entryOverhead;
}
