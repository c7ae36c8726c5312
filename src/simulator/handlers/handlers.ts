import type { ResourceKey } from '../../protocol/resources.ts';
import { answerBlobToken } from './blob-token.ts';
import { recordCommandResults } from './command-results.ts';
import { answerCommands } from './commands.ts';
import { answerConfiguration, recordConfigurationApplied } from './configuration.ts';
import type { Handler } from './handler.ts';
import { answerMetadata, answerMetadataKeys, deleteMetadataKeys, mergeMetadata, replaceMetadata } from './metadata.ts';
import { recordPlainSample } from './plain-sample.ts';
import { recordSamples } from './samples.ts';
import { answerSoftware, recordSoftwareApplied } from './software.ts';

/** The handler of each resource. */
export const handlers: Readonly<Record<ResourceKey, Handler>> = {
  samples: recordSamples,
  plainSample: recordPlainSample,
  metadataKeys: answerMetadataKeys,
  metadata: answerMetadata,
  metadataUpdate: replaceMetadata,
  metadataUpdateKeys: mergeMetadata,
  metadataDeleteKeys: deleteMetadataKeys,
  commands: answerCommands,
  commandResults: recordCommandResults,
  configuration: answerConfiguration,
  configurationApplied: recordConfigurationApplied,
  software: answerSoftware,
  softwareApplied: recordSoftwareApplied,
  blobToken: answerBlobToken,
};
