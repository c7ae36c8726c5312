/** The kaa-command node's settings, and results as messages give them. */
import type { Node, NodeAPI } from 'node-red';
import type { EndpointAddress, Sender } from '../client/channel.ts';
import type { CommandReceiver, ResultOutcome } from '../extensions/command.ts';
import type { Commands } from '../extensions/commands.ts';
import { choices } from '../protocol/choices.ts';
import { KaaInvalidError } from '../protocol/errors.ts';
import type { FlowMessage } from './messages.ts';
import { choiceProperty, nameProperty, numberProperty, type Properties, typedProperty } from './properties.ts';
import { isFailure, reportStatus, type ReportStatus } from './report-status.ts';
import { type TypedValue, typedValue } from './typed-value.ts';

/** @throws {KaaConfigError} a property that cannot be used */
export function readReceiver(
  properties: Properties,
): Pick<CommandReceiver, 'commandType' | 'replyTimeout' | 'afterRestart'> {
  return {
    commandType: nameProperty(properties, 'commandType', 'commandType'),
    replyTimeout: numberProperty(properties, 'replyTimeout'),
    afterRestart: choiceProperty(properties, 'afterRestart', choices['kaa-command'].afterRestart),
  };
}

/**
 * Gives the status of a result, by the node's properties and the message.
 * @throws {KaaConfigError} a property that cannot be used
 */
export function readResponse(
  RED: NodeAPI,
  node: Node,
  properties: Properties,
): (message: FlowMessage) => Promise<ReportStatus> {
  const evaluator = (name: 'statusCode' | 'reasonPhrase', defaultType: string): TypedValue | undefined => {
    const property = typedProperty(properties, name, defaultType);
    const types = choices['kaa-command'][`${name}Type`];
    return property.value === '' ? undefined : typedValue(RED, node, name, property, types);
  };
  const statusCode = evaluator('statusCode', 'num');
  const reasonPhrase = evaluator('reasonPhrase', 'str');
  return async (message) =>
    reportStatus(message, {
      statusCode: await statusCode?.(message),
      reasonPhrase: await reasonPhrase?.(message),
    });
}

/**
 * Answers the command that a message names. What a failed flow left as payload need not be fit for sending: the failure
 * is reported without it then, because the command would stay pending for ever.
 * @throws {KaaError} as `Commands.respond`
 */
export async function respond(
  commands: Commands,
  address: EndpointAddress,
  message: FlowMessage,
  status: ReportStatus,
  responder: Sender,
): Promise<ResultOutcome> {
  const { command, commandId, payload } = message;
  if (payload === undefined) return commands.respond(address, command, commandId, status, responder);
  try {
    return await commands.respond(address, command, commandId, { ...status, payload }, responder);
  } catch (error) {
    if (!(error instanceof KaaInvalidError && isFailure(message))) throw error;
    return commands.respond(address, command, commandId, status, responder);
  }
}
