import { createHash, timingSafeEqual } from 'node:crypto';

/** The user name and password that the simulator demands. */
export class Credentials {
  readonly #expected: Buffer;

  constructor(user: string, password: string) {
    this.#expected = digest(user, password);
  }

  match(user: string, password: string): boolean {
    return timingSafeEqual(this.#expected, digest(user, password));
  }
}

function digest(user: string, password: string): Buffer {
  return createHash('sha256')
    .update(JSON.stringify([user, password]))
    .digest();
}
