/** When a success is answered: whatever the request, only where it carries a request ID, or not at all. */
export type Told = 'always' | 'if-asked' | 'never';

/**
 * What became of a message: taken (`body` is the JSON to answer with, absent for an empty answer), refused with a status
 * of Kaa's, or not meant for the platform at all.
 */
export type Outcome =
  | {
      readonly kind: 'accepted';
      readonly told: Told;
      readonly body?: unknown;
      /** Called once the answer is on its way; not where there was nobody to send it to. */
      readonly delivered?: () => void;
    }
  | { readonly kind: 'rejected'; readonly statusCode: number; readonly reasonPhrase: string }
  | { readonly kind: 'ignored' };

/** 1/KP: a success that has nothing to tell is answered where a request ID asks for it. */
export const accepted: Outcome = { kind: 'accepted', told: 'if-asked' };

/** 11/CEP: only the failure of a report is answered. */
export const acceptedSilently: Outcome = { kind: 'accepted', told: 'never' };

export const ignored: Outcome = { kind: 'ignored' };

/** A success that answers a question, also one without request ID; `undefined` is an empty payload. */
export function answered(body: unknown, delivered: () => void = () => undefined): Outcome {
  return { kind: 'accepted', told: 'always', body, delivered };
}

export function rejected(statusCode: number, reasonPhrase: string): Outcome {
  return { kind: 'rejected', statusCode, reasonPhrase };
}
