/** Values edited with TypedInput, evaluated for each message. */
import type { Node, NodeAPI, NodeMessageInFlow } from 'node-red';
import { KaaConfigError, KaaInvalidError } from '../protocol/errors.ts';

export type TypedValue = (message: NodeMessageInFlow) => Promise<unknown>;

const types = ['msg', 'str', 'num', 'flow', 'global', 'env', 'jsonata'] as const;

/**
 * @param name the property's name, for messages
 * @throws {KaaConfigError} a type that the property does not have
 */
export function typedValue(RED: NodeAPI, node: Node, name: string, value: string, type: string): TypedValue {
  const known = types.find((candidate) => candidate === type);
  if (known === undefined) {
    throw new KaaConfigError(`Expected the property ${name}Type to be one of ${types.join(', ')}, got ${type}.`);
  }
  if (known === 'str') return () => Promise.resolve(value);
  return (message) =>
    new Promise((resolve, reject) => {
      RED.util.evaluateNodeProperty(value, known, node, message, (error, result: unknown) => {
        if (error === null || error === undefined) resolve(result);
        else reject(new KaaInvalidError(name, [{ path: '', reason: `cannot be evaluated: ${error.message}` }]));
      });
    });
}
