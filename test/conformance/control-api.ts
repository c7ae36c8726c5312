import assert from 'node:assert/strict';

/** The simulator's control API below one address. */
export class ControlApi {
  readonly #base: string;

  constructor(base: string) {
    this.#base = base;
  }

  /** The JSON at a path. */
  async get(path: string): Promise<unknown> {
    return this.#call('GET', path);
  }

  async put(path: string, body: unknown): Promise<unknown> {
    return this.#call('PUT', path, body);
  }

  async patch(path: string, body: unknown): Promise<unknown> {
    return this.#call('PATCH', path, body);
  }

  async post(path: string, body: unknown): Promise<unknown> {
    return this.#call('POST', path, body);
  }

  /** Creates a command and gives its id. */
  async command(type: string, payload: unknown, ttl?: number): Promise<number> {
    const created = await this.post(`commands/${type}${ttl === undefined ? '' : `?ttl=${ttl}`}`, payload);
    return Number(member(created, 'id'));
  }

  /** Publishes a configuration and gives its configId. */
  async configuration(config: unknown, name = ''): Promise<string> {
    return String(member(await this.put(name === '' ? 'config' : `config/${name}`, config), 'configId'));
  }

  async #call(method: string, path: string, body?: unknown): Promise<unknown> {
    const response = await fetch(`${this.#base}/${path}`, {
      method,
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    assert.ok(response.ok, `${method} ${path} answered ${response.status} ${text}`);
    return text === '' ? undefined : JSON.parse(text);
  }
}

/** A member of a JSON object; fails where it is not there. */
export function member(value: unknown, name: string): unknown {
  assert.ok(typeof value === 'object' && value !== null && name in value, `no ${name} in ${JSON.stringify(value)}`);
  return Object.entries(value).find(([key]) => key === name)?.[1];
}
