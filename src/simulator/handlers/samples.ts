import { accepted } from '../platform/outcome.ts';
import type { Handler } from './handler.ts';

/** 2/DCP: one sample, or an array of samples, each recorded by itself. */
export const recordSamples: Handler = ({ endpoint, requestId, body, receivedAt }) => {
  const samples: unknown[] = Array.isArray(body) ? body : [body];
  for (const sample of samples) {
    endpoint.telemetry.record({ receivedAt, ...(requestId === undefined ? {} : { requestId }), sample });
  }
  return accepted;
};
