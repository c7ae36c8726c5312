import { randomBytes } from 'node:crypto';

const validMilliseconds = 3_600_000;

const mostTokens = 100;

/** The blob upload tokens of one endpoint: each is valid for an hour, for any number of uploads. */
export class UploadTokens {
  /** When each expires, in milliseconds since 1970; the oldest first. */
  readonly #expiry = new Map<string, number>();

  /** A fresh token; the oldest is given up where there are too many. */
  issue(): string {
    const token = randomBytes(24).toString('base64url');
    this.#expiry.set(token, Date.now() + validMilliseconds);
    if (this.#expiry.size > mostTokens) {
      const [oldest = ''] = this.#expiry.keys();
      this.#expiry.delete(oldest);
    }
    return token;
  }

  accepts(token: string): boolean {
    return Date.now() < (this.#expiry.get(token) ?? 0);
  }
}
