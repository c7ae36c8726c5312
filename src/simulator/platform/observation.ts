const mostPaths = 1000;

/** Characters of a path; a longer one is not remembered. */
const longestPath = 1024;

interface ObservedPath {
  readonly pushes: boolean;
  readonly requestId?: number;
}

/**
 * What one endpoint asked of pushes, by extension and resource path. They are made unless the last request that says
 * anything about it said `observe: false`.
 */
export class Observation {
  /** In the order of their last request. */
  readonly #paths = new Map<string, ObservedPath>();

  /** Notes a request on an observable resource. */
  requested(extension: string, path: string, requestId: number | undefined, observe: boolean | undefined): void {
    const key = `${extension}/${path}`;
    const pushes = observe ?? this.wantsPushes(extension, path);
    this.#paths.delete(key);
    if ((!pushes || requestId !== undefined) && path.length <= longestPath) {
      this.#paths.set(key, { pushes, ...(requestId === undefined ? {} : { requestId }) });
    }
    if (this.#paths.size <= mostPaths) return;
    const [oldest = ''] = this.#paths.keys();
    this.#paths.delete(oldest);
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
}
