/** What the inline scripts of the edit dialogs find as `KaaEditor`. */
import { blobTokenValidators, prepareBlobToken } from './kaa-blob-token.ts';
import { commandValidators, prepareCommand } from './kaa-command.ts';
import { configValidators, prepareConfig } from './kaa-config.ts';
import { endConnectionTest, prepareConnectionTest } from './connection-test.ts';
import { endpointValidators, prepareEndpoint } from './kaa-endpoint.ts';
import { metadataValidators, prepareMetadata } from './kaa-metadata.ts';
import { otaValidators, prepareOta } from './kaa-ota.ts';
import { openConsole, prepareSimulator, simulatorValidators } from './kaa-simulator.ts';
import { prepareTelemetry, telemetryValidators } from './kaa-telemetry.ts';
import { chooseOnlyEndpoint } from './only-endpoint.ts';
import { configVersion } from './saved-node.ts';
import { addSidebar } from './sidebar.ts';

Object.assign(window, {
  KaaEditor: {
    configVersion,
    chooseOnlyEndpoint,
    endpointValidators,
    prepareEndpoint,
    prepareConnectionTest,
    endConnectionTest,
    telemetryValidators,
    prepareTelemetry,
    metadataValidators,
    prepareMetadata,
    commandValidators,
    prepareCommand,
    configValidators,
    prepareConfig,
    otaValidators,
    prepareOta,
    blobTokenValidators,
    prepareBlobToken,
    simulatorValidators,
    prepareSimulator,
    openConsole,
  },
});

addSidebar();
