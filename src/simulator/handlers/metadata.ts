import { accepted, answered, rejected, type Outcome } from '../platform/outcome.ts';
import { noRoomForMetadata } from '../platform/metadata.ts';
import type { Handler } from './handler.ts';

/** 10/EPMP: the names of all attributes. */
export const answerMetadataKeys: Handler = ({ endpoint }) => answered(endpoint.metadata.keys());

/** 10/EPMP: all attributes, or those that are named. */
export const answerMetadata: Handler = ({ endpoint, body }) => {
  const { keys } = (body ?? {}) as { readonly keys?: readonly string[] };
  return answered(keys === undefined ? endpoint.metadata.all() : endpoint.metadata.select(keys));
};

/** 10/EPMP: attributes not named are deleted. */
export const replaceMetadata: Handler = ({ endpoint, body }) =>
  acceptedWhereItFits(endpoint.metadata.replace(body as Readonly<Record<string, unknown>>));

/** 10/EPMP: attributes not named stay. */
export const mergeMetadata: Handler = ({ endpoint, body }) =>
  acceptedWhereItFits(endpoint.metadata.merge(body as Readonly<Record<string, unknown>>));

/** 10/EPMP: keys that do not exist are no failure. */
export const deleteMetadataKeys: Handler = ({ endpoint, body }) => {
  endpoint.metadata.delete(body as readonly string[]);
  return accepted;
};

function acceptedWhereItFits(fits: boolean): Outcome {
  return fits ? accepted : rejected(413, noRoomForMetadata);
}
