import { say, type Wording } from '../protocol/wording.ts';

/** Why the store does not do something, to be told in the user's language. */
export class StoreFailure extends Error {
  readonly reason: Wording;

  constructor(reason: Wording) {
    super(say(reason));
    this.reason = reason;
  }
}
