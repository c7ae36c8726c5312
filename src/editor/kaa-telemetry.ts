/** Edit dialog of the kaa-telemetry node. */
import { endpoint, number, text, type Verdict } from './validators.ts';

export const telemetryValidators = {
  endpoint,
  metric: (value: unknown): Verdict => (value === '' ? text('validation.metric') : true),
  batchSize: (value: unknown): Verdict => number('batchSize', value),
  batchInterval: (value: unknown): Verdict => number('batchInterval', value),
};

/** Shows only the fields that matter for what is chosen. */
export function prepareTelemetry(): void {
  $('#node-input-metric').typedInput({
    default: 'msg',
    typeField: $('#node-input-metricType'),
    types: ['msg', 'str', 'flow', 'global', 'env', 'jsonata'],
  });
  const update = (): void => {
    const json = $('#node-input-format').val() === 'json';
    $('.kaa-plain').toggle(!json);
    $('.kaa-json').toggle(json);
    $('.kaa-timestamp-field').toggle(json && $('#node-input-timestamp').val() !== 'none');
    $('.kaa-batch-interval').toggle(json && Number($('#node-input-batchSize').val()) !== 1);
  };
  $('#node-input-format').on('change', update);
  $('#node-input-timestamp').on('change', update);
  $('#node-input-batchSize').on('input', update);
  update();
}
