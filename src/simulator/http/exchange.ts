import type { IncomingMessage, ServerResponse } from 'node:http';

/** Largest request body, in bytes. */
const largestBody = 1_048_576;

/** A request that is answered with an error, as `{"statusCode":int,"reasonPhrase":string}` and `details` if any. */
export class HttpError extends Error {
  readonly statusCode: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly details: unknown;

  constructor(statusCode: number, reason: string, extra: { headers?: Record<string, string>; details?: unknown } = {}) {
    super(reason);
    this.name = 'HttpError';
    this.statusCode = statusCode;
    this.headers = extra.headers ?? {};
    this.details = extra.details;
  }
}

/** What a route answers with: JSON, nothing, a page, or a stream that it writes itself. */
export type HttpAnswer =
  | { readonly statusCode: number; readonly json?: unknown }
  | { readonly html: string }
  | { readonly stream: (response: ServerResponse) => void };

/** A request, as routes see it. */
export class HttpRequest {
  readonly #message: IncomingMessage;
  readonly #query: URLSearchParams;
  readonly #parameters: ReadonlyMap<string, string>;

  constructor(message: IncomingMessage, query: string, parameters: ReadonlyMap<string, string>) {
    this.#message = message;
    this.#query = new URLSearchParams(query);
    this.#parameters = parameters;
  }

  /** A variable part of the path, percent-decoded. */
  parameter(name: string): string {
    return this.#parameters.get(name) ?? '';
  }

  /**
   * A whole number of the query, undefined where it is absent.
   * @throws {HttpError} 400
   */
  integer(name: string, minimum: number): number | undefined {
    const text = this.#query.get(name);
    if (text === null) return undefined;
    const value = Number(text);
    if (/^\d+$/.test(text) && Number.isSafeInteger(value) && value >= minimum) return value;
    throw new HttpError(400, `${name} must be a whole number of at least ${minimum}`);
  }

  /**
   * The body.
   * @throws {HttpError} 400 where it is not JSON, 413 where it is too large
   */
  async json(): Promise<unknown> {
    const chunks: Buffer[] = [];
    let size = 0;
    const body: AsyncIterable<Buffer> = this.#message;
    // Read to its end even when too large: a client that is still sending would not see the answer.
    for await (const chunk of body) {
      size += chunk.length;
      if (size <= largestBody) chunks.push(chunk);
    }
    if (size > largestBody) throw new HttpError(413, `the body is larger than ${largestBody} bytes`);
    try {
      return JSON.parse(Buffer.concat(chunks).toString());
    } catch (error) {
      throw new HttpError(400, `the body is not JSON: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
}
