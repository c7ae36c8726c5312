/** What the inline scripts of the edit dialogs find as `KaaEditor`. */
import { endpointValidators } from './kaa-endpoint.ts';
import { prepareTelemetry, telemetryValidators } from './kaa-telemetry.ts';

Object.assign(window, {
  KaaEditor: { endpointValidators, telemetryValidators, prepareTelemetry },
});
