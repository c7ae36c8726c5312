import type { IncomingMessage, ServerResponse } from 'node:http';
import { decodeText, parseJson } from '../platform/json-text.ts';

/** Largest JSON body of a request, in bytes. */
const largestJson = 1_048_576;

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

/** What a route answers with: JSON, nothing, a file of the console page, one to be saved, or a stream that it writes itself. */
export type HttpAnswer =
  | { readonly statusCode: number; readonly json?: unknown; readonly headers?: Readonly<Record<string, string>> }
  | { readonly asset: Buffer; readonly contentType: string; readonly headers: Readonly<Record<string, string>> }
  | { readonly file: Buffer; readonly name: string }
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

  /** A value of the query, undefined where it is absent. */
  query(name: string): string | undefined {
    return this.#query.get(name) ?? undefined;
  }

  /** A header by its name in lower case, undefined where it is absent. */
  header(name: string): string | undefined {
    return this.#message.headersDistinct[name]?.[0];
  }

  /**
   * The body as JSON.
   * @throws {HttpError} 400 where it is not JSON, 413 where it is too large
   */
  async json(): Promise<unknown> {
    return readJson(await this.bytes(largestJson));
  }

  /**
   * The body as JSON, undefined where it is empty.
   * @throws {HttpError} 400 where it is not JSON, 413 where it is too large
   */
  async optionalJson(): Promise<unknown> {
    const body = await this.bytes(largestJson);
    return body.length === 0 ? undefined : readJson(body);
  }

  /**
   * The body as it is.
   * @throws {HttpError} 413 where it is larger than that many bytes
   */
  async bytes(largest: number): Promise<Buffer> {
    const chunks: Buffer[] = [];
    let size = 0;
    const body: AsyncIterable<Buffer> = this.#message;
    // Read to its end even when too large: a client that is still sending would not see the answer.
    for await (const chunk of body) {
      size += chunk.length;
      if (size <= largest) chunks.push(chunk);
    }
    if (size > largest) throw new HttpError(413, `the body is larger than ${largest} bytes`);
    return Buffer.concat(chunks);
  }
}

function readJson(body: Buffer): unknown {
  try {
    return parseJson(decodeText(body));
  } catch (error) {
    throw new HttpError(400, `the body ${error instanceof Error ? error.message : String(error)}`);
  }
}
