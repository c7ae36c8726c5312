/**
 * What became of a message: taken (`body` is the JSON to answer with, absent for an empty answer), refused with a status
 * of Kaa's, or not meant for the platform at all.
 */
export type Outcome =
  | { readonly kind: 'accepted'; readonly body?: unknown }
  | { readonly kind: 'rejected'; readonly statusCode: number; readonly reasonPhrase: string }
  | { readonly kind: 'ignored' };

export const accepted: Outcome = { kind: 'accepted' };

export const ignored: Outcome = { kind: 'ignored' };

export function rejected(statusCode: number, reasonPhrase: string): Outcome {
  return { kind: 'rejected', statusCode, reasonPhrase };
}
