/**
 * The filters through which a channel receives. Channels share groups of filters, and no two groups of an endpoint match
 * the same topic, so that a broker delivers every message once. None matches what we publish ourselves.
 */
import { findResource } from '../protocol/resources.ts';
import type { Channel } from './channel.ts';

/** Answers with a request ID; also those without one of the resources a level deeper. */
function answers(topic: string): readonly string[] {
  return [`${topic}/+/status`, `${topic}/+/error`];
}

function parentOf(path: string): string {
  return path.slice(0, Math.max(0, path.lastIndexOf('/')));
}

/**
 * The groups of filters of one channel.
 * @param everyName whether all names of the resource are observed, which covers this one
 */
export function filterGroups(
  { topic, path, resource }: Pick<Channel<unknown>, 'topic' | 'path' | 'resource'>,
  everyName: boolean,
): readonly (readonly string[])[] {
  const parent = parentOf(topic);
  if (everyName) return [answers(`${parent}/+`), answers(parent)];
  // `get` and its `+` see what comes to `get/keys` without request ID: a filter for it would overlap.
  if (findResource(resource.extension, parentOf(path)) !== undefined) return [answers(topic), answers(parent)];
  const withoutId = resource.observable ? [`${topic}/status`, `${topic}/error`] : [`${topic}/error`];
  return [answers(topic), withoutId];
}
