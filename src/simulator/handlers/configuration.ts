import { accepted } from '../platform/outcome.ts';
import { answerAssigned, appliedReport } from './assignment.ts';
import type { Handler } from './handler.ts';

/** 7/CMP: the endpoint's configuration; one that the request says to have is not sent again. */
export const answerConfiguration: Handler = ({ endpoint, name, body, variants }) => {
  const { configId } = (body ?? {}) as { readonly configId?: string };
  return answerAssigned(endpoint.configurations.find(name)?.published, configId, variants.unchanged);
};

/** 7/CMP: only this marks a configuration as applied. */
export const recordConfigurationApplied: Handler = ({ endpoint, name, body, receivedAt }) => {
  endpoint.configurations.reported(name, appliedReport(body, receivedAt));
  return accepted;
};
