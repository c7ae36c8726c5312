/** Why a request to the runtime was refused, in the user's words. */

/** @param texts for who may not do it, and for no answer of ours: Node-RED has ended, or something stands between */
export function refusalText(
  { status, responseText }: { readonly status: number; readonly responseText: string },
  texts: { readonly notAllowed: string; readonly noAnswer: string },
): string {
  if (status === 401 || status === 403) return texts.notAllowed;
  try {
    const { message } = JSON.parse(responseText) as { readonly message?: unknown };
    return typeof message === 'string' ? message : texts.noAnswer;
  } catch {
    return texts.noAnswer;
  }
}
