/** Upload tokens for blobs (the API document, "Get upload token"), kept as long as they are good for. */
import { addressKey, type EndpointAddress, type Sender } from '../client/channel.ts';
import type { KaaClient } from '../client/client.ts';
import type { ExchangeOutcome } from '../client/exchange.ts';
import { KaaInvalidError, KaaProtocolError } from '../protocol/errors.ts';
import { wording } from '../protocol/wording.ts';

/** Milliseconds for which a token is used: the platform takes it for an hour, and an upload takes its time. */
const lifetime = 55 * 60_000;

/** Tokens kept at most, so that a gateway with changing endpoints does not collect them. */
const mostKept = 10_000;

export interface BlobToken {
  readonly token: string;
  /** How it was asked for. */
  readonly outcome: Omit<ExchangeOutcome, 'body'>;
}

interface Kept {
  readonly token: Promise<BlobToken>;
  readonly until: number;
  /** Still being asked for. */
  underWay: boolean;
}

export class BlobTokens {
  readonly #client: KaaClient;
  /** By endpoint, in the order of being asked for. */
  readonly #kept = new Map<string, Kept>();
  /** One for all: the request is made for everybody who waits for it. */
  readonly #sender: Sender = { unexpectedError: () => {} };

  constructor(client: KaaClient) {
    this.#client = client;
  }

  /**
   * A token to upload with, from the platform or kept; requests made at the same time share one.
   * @param refresh asks for a new one: the kept one was refused
   * @throws {KaaError} as `KaaClient.send`
   */
  async get(address: EndpointAddress, refresh: boolean): Promise<BlobToken> {
    const key = addressKey(address);
    const kept = this.#kept.get(key);
    if (kept?.underWay === true || (kept !== undefined && !refresh && kept.until > Date.now())) return kept.token;
    const asked = { token: this.#request(address), until: Date.now() + lifetime, underWay: true };
    this.#kept.delete(key);
    this.#kept.set(key, asked);
    const [oldest] = this.#kept.keys();
    if (this.#kept.size > mostKept && oldest !== undefined) this.#kept.delete(oldest);
    try {
      return await asked.token;
    } catch (error) {
      if (this.#kept.get(key) === asked) this.#kept.delete(key);
      throw error;
    } finally {
      asked.underWay = false;
    }
  }

  async #request(address: EndpointAddress): Promise<BlobToken> {
    const target = { ...address, resource: 'blobToken' } as const;
    const { body, ...outcome } = await this.#client.send(target, Buffer.alloc(0), 'answer', this.#sender);
    if (typeof body === 'object' && body !== null && 'token' in body && typeof body.token === 'string') {
      return { token: body.token, outcome };
    }
    throw new KaaProtocolError('bcx/token', [{ path: '/token', reason: wording('reason.noString') }]);
  }
}

/** A request that uploads a blob, as the core http request node takes it. */
export type UploadRequest = {
  readonly method: 'POST';
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
};

/**
 * The request for an upload, which wants only its token.
 * @param blobUrl base URL of the upload API, without slash at its end
 * @param filename may be a path, of which the last part is used
 * @throws {KaaInvalidError} the payload is neither Buffer nor string, or there is no file name
 */
export function prepareUpload(blobUrl: string, payload: unknown, filename: unknown): (token: string) => UploadRequest {
  if (typeof payload !== 'string' && !(payload instanceof Uint8Array)) {
    throw new KaaInvalidError('payload', [{ path: '', reason: wording('reason.noBlob') }]);
  }
  const name = typeof filename === 'string' ? (filename.split(/[/\\]/).at(-1) ?? '') : '';
  if (name === '' || !name.isWellFormed()) {
    throw new KaaInvalidError('msg.filename', [{ path: '', reason: wording('reason.noFile') }]);
  }
  const url = `${blobUrl}/bcx/api/v1/binary-data?name=${encodeURIComponent(name)}`;
  return (token) => ({
    method: 'POST',
    url,
    headers: { 'x-auth-token': token, 'content-type': 'application/octet-stream' },
  });
}
