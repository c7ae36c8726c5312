/** The last line of a dialog: the topic that the node will use, as far as it is known before a message comes. */
import { extensionProperties } from '../protocol/extension-properties.ts';
import { type ExtensionName, type Resource, type ResourceKey, resourcePath, resources } from '../protocol/resources.ts';
import { joinTopic, type TopicKind } from '../protocol/topic.ts';
import { asText } from './edited-node.ts';
import { text } from './validators.ts';

/** What a node does with a resource. */
export interface TopicUse {
  readonly extension: ExtensionName;
  readonly path: string;
  readonly kind: TopicKind;
  /** Stands for a request ID. */
  readonly requestId?: string;
}

const token = '••••';

/** A request that is answered. */
export function requestTo(key: ResourceKey, name = ''): TopicUse {
  return { ...messageTo(key, name), requestId: '<id>' };
}

/** A request without request ID. */
export function messageTo(key: ResourceKey, name = ''): TopicUse {
  const resource: Resource = resources[key];
  return { extension: resource.extension, path: resourcePath(resource, name), kind: 'request' };
}

/** What the platform sends by itself. */
export function pushesOf(key: ResourceKey, name = ''): TopicUse {
  return { ...messageTo(key, name), kind: 'status' };
}

/** What the field of a dialog's property holds. */
export function entered(name: string): string {
  return asText($(`#node-input-${name}`).val()).trim();
}

/** A value edited with TypedInput, as far as it is known: the value itself, or where it comes from. */
export function enteredTyped(name: string): string {
  const [value, type] = [entered(name), entered(`${name}Type`)];
  if (type === 'str') return value;
  if (type === 'env') return value.includes('${') ? value : `\${${value}}`;
  return type === 'jsonata' ? '<JSONata>' : `<${type}.${value}>`;
}

function topicOf(use: TopicUse): string {
  const endpoint = RED.nodes.node(entered('endpoint'));
  const setting = (name: string, fallback: string): string => asText(endpoint?.[name]).trim() || fallback;
  return joinTopic({
    ...use,
    appVersion: setting('appVersion', '<msg.appVersion>'),
    extension: setting(extensionProperties[use.extension], use.extension),
    token,
  });
}

/** @param use as the fields say now */
export function previewTopic(use: () => TopicUse): void {
  const shown = $('<span class="kaa-text" id="kaa-topic">');
  const label = $('<label><i class="fa fa-rss"></i> </label>').append($('<span>').text(text('topic')));
  const update = (): void => void shown.text(topicOf(use()));
  $('#dialog-form .kaa-dialog')
    .append($('<div class="form-row">').append(label).append(shown))
    .on('input change keyup', update);
  update();
}
