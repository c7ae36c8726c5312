import { accepted } from '../platform/outcome.ts';
import { answerAssigned, appliedReport } from './assignment.ts';
import type { Handler } from './handler.ts';

/** The API document, "Software OTA": an upgrade from what the endpoint last said to have applied, until it says it has. */
export const answerSoftware: Handler = ({ endpoint: { software }, variants }) =>
  answerAssigned(software.published, software.appliedId, variants.unchanged);

/** The API document, "Report applied software update request". */
export const recordSoftwareApplied: Handler = ({ endpoint, body, receivedAt }) => {
  endpoint.software.reported(appliedReport(body, receivedAt));
  return accepted;
};
