import type { Platform } from '../platform/platform.ts';
import { blobRoutes } from './blob-routes.ts';
import { commandRoutes } from './command-routes.ts';
import { configurationRoutes } from './configuration-routes.ts';
import { consoleRoutes } from './console-routes.ts';
import { api } from './endpoint-path.ts';
import { endpointRoutes } from './endpoint-routes.ts';
import { streamEvents } from './event-stream.ts';
import type { HttpAnswer, HttpRequest } from './exchange.ts';
import { faultRoutes } from './fault-routes.ts';
import { metadataRoutes } from './metadata-routes.ts';
import type { Route } from './router.ts';
import { simulatorRoutes, type SimulatorAddresses } from './simulator-routes.ts';
import { softwareRoutes } from './software-routes.ts';
import { telemetryRoutes } from './telemetry-routes.ts';

/** Everything that the simulator serves over HTTP: the console page, the control API and the blob upload. */
export function controlRoutes(platform: Platform, addresses: () => SimulatorAddresses): readonly Route[] {
  return [
    ...consoleRoutes(),
    ...simulatorRoutes(platform, addresses),
    ...endpointRoutes(platform),
    ...telemetryRoutes(platform),
    ...metadataRoutes(platform),
    ...commandRoutes(platform),
    ...configurationRoutes(platform),
    ...softwareRoutes(platform),
    ...blobRoutes(platform),
    ...faultRoutes(platform.faults),
    {
      path: `${api}/state`,
      methods: {
        DELETE: () => {
          platform.endpoints.clear();
          return { statusCode: 204 };
        },
      },
    },
    {
      path: `${api}/events`,
      methods: { GET: (request) => watchEvents(platform, request) },
    },
  ];
}

/** `?limit=`: events of messages in each second. */
function watchEvents({ events }: Platform, request: HttpRequest): HttpAnswer {
  const limit = request.integer('limit', 1);
  return { stream: (response) => streamEvents(events, response, limit) };
}
