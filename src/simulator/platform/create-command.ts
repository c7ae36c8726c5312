import type { Command } from './commands.ts';
import type { Platform } from './platform.ts';

/**
 * Gives an endpoint a command and pushes it at once. Undefined where too many are pending.
 *
 * @param ttl seconds
 * @param payload undefined = none
 */
export function createCommand(
  platform: Platform,
  token: string,
  type: string,
  ttl: number,
  payload: unknown,
): Command | undefined {
  const endpoint = platform.endpoints.findOrCreate(token);
  const command = endpoint.commands.create(platform.commandIds.next(), type, ttl, payload);
  if (command === undefined) return undefined;
  if (platform.push(endpoint, 'commands', type, [commandBody(command)])) command.deliveries += 1;
  platform.changes.note({ what: 'commands', token });
  return command;
}

/** 11/CEP: a command as it is sent to the endpoint. */
export function commandBody({ id, payload }: Command): unknown {
  return payload === undefined ? { id } : { id, payload };
}
