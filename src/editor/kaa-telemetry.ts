/** Edit dialog of the kaa-telemetry node. */
import { type EditedNode, property } from './edited-node.ts';
import { endpoint, number, text, type Verdict } from './validators.ts';

export const telemetryValidators = {
  endpoint,
  metric: (value: unknown): Verdict => (value === '' ? text('validation.metric') : true),
  delivery: (value: unknown, node: EditedNode): Verdict =>
    value === 'stored' && property(node, 'format') === 'plain' ? text('validation.storedPlain') : true,
  batchSize: (value: unknown): Verdict => number('batchSize', value),
  batchInterval: (value: unknown): Verdict => number('batchInterval', value),
};

/** Shows only the fields that matter for what is chosen, and offers only what goes together. */
export function prepareTelemetry(): void {
  $('#node-input-metric').typedInput({
    default: 'msg',
    typeField: $('#node-input-metricType'),
    types: ['msg', 'str', 'flow', 'global', 'env', 'jsonata'],
  });
  const isJson = (): boolean => $('#node-input-format').val() !== 'plain';
  const isStored = (): boolean => $('#node-input-delivery').val() === 'stored';
  const isStamped = (): boolean => ['epoch', 'iso'].includes(String($('#node-input-timestamp').val()));
  const update = (): void => {
    const json = isJson();
    const batches = json && !isStored();
    $('.kaa-plain').toggle(!json);
    $('.kaa-json').toggle(json);
    $('.kaa-timestamp-field').toggle(json && isStamped());
    $('.kaa-batch').toggle(batches);
    $('.kaa-batch-interval').toggle(batches && Number($('#node-input-batchSize').val()) !== 1);
  };
  const offer = (): void => {
    if (!isJson() && isStored()) $('#node-input-delivery').val('confirmed').trigger('change');
    $('#node-input-delivery option[value=stored]').prop('disabled', !isJson());
    update();
  };
  let wasStored = isStored();
  $('#node-input-format').on('change', offer);
  $('#node-input-delivery').on('change', () => {
    // The editor triggers this also where it opens the dialog.
    if (isStored() && !wasStored && !isStamped()) $('#node-input-timestamp').val('epoch').trigger('change');
    wasStored = isStored();
    update();
  });
  $('#node-input-timestamp').on('change', update);
  $('#node-input-batchSize').on('input', update);
  offer();
}
