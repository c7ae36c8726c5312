/** Why a request to the runtime was refused, in the user's words. */
import type { Refusal } from '../protocol/live-report.ts';
import { reported } from './validators.ts';

/** @param texts for who may not do it, and for no answer of ours: Node-RED has ended, or something stands between */
export function refusalText(
  { status, responseText }: { readonly status: number; readonly responseText: string },
  texts: { readonly notAllowed: string; readonly noAnswer: string },
): string {
  if (status === 401 || status === 403) return texts.notAllowed;
  try {
    const { message } = JSON.parse(responseText) as Partial<Refusal>;
    return message === undefined ? texts.noAnswer : reported(message);
  } catch {
    return texts.noAnswer;
  }
}
