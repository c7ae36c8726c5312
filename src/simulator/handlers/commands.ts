import { commandBody } from '../platform/create-command.ts';
import { answered } from '../platform/outcome.ts';
import type { Handler } from './handler.ts';

/** 11/CEP: all pending commands of a type. */
export const answerCommands: Handler = ({ endpoint, name }) => {
  const pending = endpoint.commands.pending(name);
  return answered(pending.map(commandBody), () => {
    for (const command of pending) command.deliveries += 1;
  });
};
