/** The kaa-config node's settings. */
import type { ConfigurationObserver } from '../extensions/endpoint-configuration.ts';
import { choices } from '../protocol/choices.ts';
import { requireName } from '../protocol/require-name.ts';
import type { FlowMessage } from './messages.ts';
import { booleanProperty, choiceProperty, type Properties } from './properties.ts';

/** @throws {KaaConfigError} a property that cannot be used */
export function readConfigObserver(properties: Properties): Pick<ConfigurationObserver, 'emit' | 'autoApply'> {
  return {
    emit: choiceProperty(properties, 'emit', choices['kaa-config'].emit),
    autoApply: booleanProperty(properties, 'autoApply', true),
  };
}

/**
 * Which configuration a report is on: that of the message, or of the node where the message names none; `''` = default.
 * @throws {KaaInvalidError} `msg.configName` cannot be used
 */
export function configNameOf({ configName }: FlowMessage, ofNode: string): string {
  if (configName === undefined) return ofNode;
  if (configName === '') return '';
  return requireName('configName', 'msg.configName', configName);
}
