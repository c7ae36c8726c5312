import { accepted, rejected } from '../platform/outcome.ts';
import type { Handler } from './handler.ts';

const numberWithUnit = /^([+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?)(.*)$/s;

/** The API document, "Send plain data samples": a number, or a number directly followed by its unit. */
export const recordPlainSample: Handler = ({ endpoint, name, requestId, body, receivedAt }) => {
  const text = String(body);
  const [, digits = '', unit = ''] = numberWithUnit.exec(text) ?? [];
  const value = Number(digits);
  if (!Number.isFinite(value)) return rejected(400, 'payload is not a finite number');
  endpoint.telemetry.record({
    receivedAt,
    ...(requestId === undefined ? {} : { requestId }),
    metric: name,
    ...(unit === '' ? { sample: value } : { sample: text, value, unit }),
  });
  return accepted;
};
