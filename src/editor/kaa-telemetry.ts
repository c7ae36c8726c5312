/** Edit dialog of the kaa-telemetry node. */
import { choices } from '../protocol/choices.ts';
import { looksLikeAnswer } from '../protocol/names.ts';
import { type EditedNode, property } from './edited-node.ts';
import { showPresentVersion } from './saved-node.ts';
import { entered, messageTo, previewTopic, requestTo, type TopicUse, enteredTyped } from './topic-preview.ts';
import { choice, endpoint, isEmpty, name, number, shortText, text, typed, type Verdict } from './validators.ts';

const words = choices['kaa-telemetry'];

const isPlain = (node: EditedNode): boolean => property(node, 'format') === 'plain';

export const telemetryValidators = {
  endpoint,
  format: (value: unknown): Verdict => choice(words.format, value),
  /** JSON has none. */
  metric(value: unknown, node: EditedNode): Verdict {
    if (!isPlain(node)) return true;
    if (isEmpty(value)) return text('validation.metric');
    const type = property(node, 'metricType');
    return type === 'str' ? name('metric', value) : typed(value, type);
  },
  metricType: (value: unknown, node: EditedNode): Verdict => !isPlain(node) || choice(words.metricType, value),
  delivery: (value: unknown, node: EditedNode): Verdict =>
    value === 'stored' && isPlain(node) ? text('validation.storedPlain') : choice(words.delivery, value),
  timestamp: (value: unknown): Verdict => choice(words.timestamp, value),
  timestampField: (value: unknown): Verdict => shortText(value),
  batchSize: (value: unknown): Verdict => number('batchSize', value),
  batchInterval: (value: unknown): Verdict => number('batchInterval', value),
};

function topic(): TopicUse {
  const [resource, metric] =
    entered('format') === 'plain' ? (['plainSample', enteredTyped('metric')] as const) : (['samples', ''] as const);
  const isAnswered = entered('delivery') !== 'sent' || looksLikeAnswer(metric);
  return isAnswered ? requestTo(resource, metric) : messageTo(resource, metric);
}

/** Shows only the fields that matter for what is chosen, and offers only what goes together. */
export function prepareTelemetry(node: EditedNode): void {
  showPresentVersion(node);
  $('#node-input-metric').typedInput({
    default: 'msg',
    typeField: $('#node-input-metricType'),
    types: words.metricType,
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
  /** Plain samples cannot be stored; who only looks at them gets back what was chosen before. */
  let putAside = false;
  const offer = (): void => {
    const json = isJson();
    if (!json && isStored()) {
      $('#node-input-delivery').val('confirmed').trigger('change');
      putAside = true;
    }
    // jQuery gives no value where a disabled option is chosen.
    $('#node-input-delivery option[value=stored]').prop('disabled', !json);
    if (json && putAside) $('#node-input-delivery').val('stored').trigger('change');
    update();
  };
  let wasStored = isStored();
  $('#node-input-format').on('change', offer);
  $('#node-input-delivery').on('change', () => {
    // The editor triggers this also where it opens the dialog.
    if (isStored() && !wasStored && !isStamped()) $('#node-input-timestamp').val('epoch').trigger('change');
    wasStored = isStored();
    putAside = false;
    update();
  });
  $('#node-input-timestamp').on('change', update);
  $('#node-input-batchSize').on('input', update);
  offer();
  previewTopic(topic);
}
