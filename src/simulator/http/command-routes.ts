import { type Command, commandStatus } from '../platform/commands.ts';
import { createCommand } from '../platform/create-command.ts';
import type { Platform } from '../platform/platform.ts';
import { endpointPath, nameOf, tokenOf } from './endpoint-path.ts';
import { HttpError, type HttpAnswer, type HttpRequest } from './exchange.ts';
import type { Route } from './router.ts';

/** Seconds. */
const defaultTtl = 86_400;

export function commandRoutes(platform: Platform): readonly Route[] {
  const path = `${endpointPath}/commands`;
  return [
    { path, methods: { GET: (request) => listCommands(platform, request) } },
    { path: `${path}/{type}`, methods: { POST: (request) => postCommand(platform, request) } },
  ];
}

function listCommands({ endpoints }: Platform, request: HttpRequest): HttpAnswer {
  return { statusCode: 200, json: endpoints.find(tokenOf(request))?.commands.list().map(describeCommand) ?? [] };
}

async function postCommand(platform: Platform, request: HttpRequest): Promise<HttpAnswer> {
  const token = tokenOf(request);
  const type = nameOf(request, 'type', 'commandType');
  const ttl = request.integer('ttl', 0) ?? defaultTtl;
  const command = createCommand(platform, token, type, ttl, await request.optionalJson());
  if (command === undefined)
    throw new HttpError(507, 'too many commands of this endpoint are pending, or there is no room for it');
  return { statusCode: 201, json: { id: command.id } };
}

/** A command, as the control API shows it; undefined members are left out of the JSON. */
function describeCommand(command: Command): unknown {
  const { id, type, payload, ttl, createdAt, completedAt, result, deliveries, results } = command;
  return {
    id,
    type,
    payload,
    ttl,
    createdAt: new Date(createdAt).toISOString(),
    status: commandStatus(command),
    statusCode: result?.statusCode,
    reasonPhrase: result?.reasonPhrase,
    result: result?.payload,
    completedAt: completedAt === undefined ? undefined : new Date(completedAt).toISOString(),
    deliveries,
    results,
  };
}
