import type { CommandResult } from '../platform/commands.ts';
import { accepted, acceptedSilently } from '../platform/outcome.ts';
import type { Handler } from './handler.ts';

/** 11/CEP: results of commands of a type, whether the platform knows the commands or not. */
export const recordCommandResults: Handler = ({ endpoint, name, body, variants }) => {
  for (const { id, ...result } of body as readonly (CommandResult & { readonly id: number })[]) {
    endpoint.commands.report(name, id, result);
  }
  return variants.confirmResults ? accepted : acceptedSilently;
};
