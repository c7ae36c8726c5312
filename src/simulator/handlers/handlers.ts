import type { ResourceKey } from '../../protocol/resources.ts';
import type { Handler } from './handler.ts';
import { recordPlainSample } from './plain-sample.ts';
import { recordSamples } from './samples.ts';

/** The handler of each resource; a resource of the table without a row here is answered 501. */
export const handlers: Readonly<Partial<Record<ResourceKey, Handler>>> = {
  samples: recordSamples,
  plainSample: recordPlainSample,
};
