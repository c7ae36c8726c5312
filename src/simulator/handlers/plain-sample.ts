import { accepted, rejected } from '../platform/outcome.ts';
import type { Handler } from './handler.ts';

const numberWithUnit = /^([+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?)(.*)$/s;

/** The API document, "Send plain data samples": a number, or a number directly followed by its unit. */
export const recordPlainSample: Handler = ({ endpoint, name, requestId, body, receivedAt }) => {
  const text = String(body);
  const [, digits = '', unit = ''] = numberWithUnit.exec(text) ?? [];
  const value = Number(digits);
  if (!Number.isFinite(value)) return rejected(400, 'payload is not a finite number');
  const sample = unit === '' ? { sample: value } : { sample: text, value, unit };
  const identified = requestId === undefined ? {} : { requestId };
  endpoint.telemetry.record({ receivedAt, ...identified, metric: name, ...sample });
  return accepted;
};
