/** What the inline scripts of the edit dialogs find as `KaaEditor`. */
import { blobTokenValidators } from './kaa-blob-token.ts';
import { commandValidators, prepareCommand } from './kaa-command.ts';
import { configValidators, prepareConfig } from './kaa-config.ts';
import { endpointValidators } from './kaa-endpoint.ts';
import { metadataValidators } from './kaa-metadata.ts';
import { otaValidators, prepareOta } from './kaa-ota.ts';
import { openConsole, prepareSimulator, simulatorValidators } from './kaa-simulator.ts';
import { prepareTelemetry, telemetryValidators } from './kaa-telemetry.ts';

Object.assign(window, {
  KaaEditor: {
    endpointValidators,
    telemetryValidators,
    prepareTelemetry,
    metadataValidators,
    commandValidators,
    prepareCommand,
    configValidators,
    prepareConfig,
    otaValidators,
    prepareOta,
    blobTokenValidators,
    simulatorValidators,
    prepareSimulator,
    openConsole,
  },
});
