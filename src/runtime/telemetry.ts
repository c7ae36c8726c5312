/** The kaa-telemetry node's settings, checked and complete. */
import type { TelemetryOptions } from '../extensions/telemetry.ts';
import { choices } from '../protocol/choices.ts';
import { KaaConfigError } from '../protocol/errors.ts';
import { wording } from '../protocol/wording.ts';
import { choiceProperty, numberProperty, type Properties, textProperty } from './properties.ts';
import type { TypedProperty } from './typed-value.ts';

const words = choices['kaa-telemetry'];

export interface TelemetrySettings {
  readonly options: Omit<TelemetryOptions, 'delivery'> & { readonly delivery: TelemetryOptions['delivery'] | 'stored' };
  /** Where a plain sample's metric comes from, as a typed value. */
  readonly metric: TypedProperty;
}

/** @throws {KaaConfigError} a property that cannot be used */
export function readTelemetry(properties: Properties): TelemetrySettings {
  const metric = textProperty(properties, 'metric', '');
  const format = choiceProperty(properties, 'format', words.format);
  const delivery = choiceProperty(properties, 'delivery', words.delivery);
  if (format === 'plain' && delivery === 'stored') {
    throw new KaaConfigError(wording('config.storedPlain'));
  }
  return {
    options: {
      format,
      delivery,
      timestamp: choiceProperty(properties, 'timestamp', words.timestamp),
      timestampField: textProperty(properties, 'timestampField', 'timestamp'),
      batchSize: numberProperty(properties, 'batchSize'),
      batchInterval: numberProperty(properties, 'batchInterval') || 1,
    },
    metric:
      metric === ''
        ? { value: 'topic', type: 'msg' }
        : { value: metric, type: textProperty(properties, 'metricType', 'msg') },
  };
}
