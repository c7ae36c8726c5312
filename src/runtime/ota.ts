/** The kaa-ota node's settings. */
import type { Node, NodeAPI } from 'node-red';
import type { EndpointAddress } from '../client/channel.ts';
import { choices } from '../protocol/choices.ts';
import { KaaInvalidError } from '../protocol/errors.ts';
import { wording } from '../protocol/wording.ts';
import type { Endpoint } from './endpoint.ts';
import { type Properties, typedProperty } from './properties.ts';
import { typedValue } from './typed-value.ts';

/**
 * Gives the version that is running; `''` where it is not known.
 * @throws {KaaConfigError} a property that cannot be used
 */
export function readCurrentVersion(RED: NodeAPI, node: Node, properties: Properties): () => Promise<string> {
  const property = typedProperty(properties, 'currentVersion', 'str');
  if (property.value === '') return () => Promise.resolve('');
  const evaluate = typedValue(RED, node, 'currentVersion', property, choices['kaa-ota'].currentVersionType);
  return async () => {
    const version = await evaluate({ _msgid: '' });
    if (version === undefined || version === null) return '';
    if (typeof version === 'string' || typeof version === 'number') return String(version);
    throw new KaaInvalidError('currentVersion', [{ path: '', reason: wording('reason.noText') }]);
  };
}

/** The property speaks for the endpoint itself: what others run is known by what was reported for them. */
export function versionOf(
  { token, appVersion }: EndpointAddress,
  endpoint: Endpoint,
  currentVersion: () => Promise<string>,
): Promise<string> {
  const isOwn = token === endpoint.token && appVersion === endpoint.appVersion;
  return isOwn ? currentVersion() : Promise.resolve('');
}
