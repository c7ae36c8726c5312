/** What configuration and software have in common: 7/CMP serves both. */
import type { AppliedReport, Publication } from '../platform/assignment.ts';
import { configurationBody, unchangedBody } from '../platform/configuration-body.ts';
import { answered, type Outcome } from '../platform/outcome.ts';
import type { UnchangedForm } from '../platform/variants.ts';

/** Answers with what is assigned, or that it is what the endpoint has already. */
export function answerAssigned(
  published: Publication | undefined,
  knownId: string | undefined,
  form: UnchangedForm,
): Outcome {
  if (published === undefined || published.configId !== knownId) return answered(configurationBody(published));
  return answered(unchangedBody(published.configId, form));
}

/** The report in the body of an applied request. */
export function appliedReport(body: unknown, at: string): AppliedReport {
  return { statusCode: 200, ...(body as { readonly configId: string }), at };
}
