/** Values edited with TypedInput, evaluated for each message. */
import type { Node, NodeAPI, NodeMessageInFlow } from 'node-red';
import { KaaConfigError, KaaInvalidError } from '../protocol/errors.ts';
import { wording } from '../protocol/wording.ts';

/** A property as it is saved: `x` and `xType`. */
export interface TypedProperty {
  readonly value: string;
  readonly type: string;
}

export type TypedValue = (message: NodeMessageInFlow) => Promise<unknown>;

export type ValueType = 'msg' | 'str' | 'num' | 'flow' | 'global' | 'env' | 'jsonata';

/**
 * @param name the property's name, for messages
 * @param types the types that the property has
 * @throws {KaaConfigError} a type that the property does not have
 */
export function typedValue(
  RED: NodeAPI,
  node: Node,
  name: string,
  { value, type }: TypedProperty,
  types: readonly ValueType[],
): TypedValue {
  const known = types.find((candidate) => candidate === type);
  if (known === undefined) {
    throw new KaaConfigError(wording('config.choice', { name: `${name}Type`, choices: types.join(', ') }));
  }
  if (known === 'str') return () => Promise.resolve(value);
  const evaluate =
    known === 'jsonata'
      ? jsonata(RED, node, name, value)
      : (message: NodeMessageInFlow, callback: Callback): void => {
          RED.util.evaluateNodeProperty(value, known, node, message, callback);
        };
  return (message) =>
    new Promise((resolve, reject) => {
      const fail = (error: unknown): void => {
        const reason = wording('reason.notEvaluatedFor', { reason: reasonOf(error) });
        reject(new KaaInvalidError(name, [{ path: '', reason }]));
      };
      try {
        evaluate(message, (error, result) => {
          if (error === null || error === undefined) resolve(result);
          else fail(error);
        });
      } catch (error) {
        fail(error);
      }
    });
}

type Callback = (error: Error | null | undefined, result: unknown) => void;

/** An expression is read once, so that a wrong one is reported at the start and not with each message. */
function jsonata(RED: NodeAPI, node: Node, name: string, value: string) {
  try {
    const expression = RED.util.prepareJSONataExpression(value, node);
    return (message: NodeMessageInFlow, callback: Callback): void => {
      RED.util.evaluateJSONataExpression(expression, message, callback);
    };
  } catch (error) {
    throw new KaaConfigError(wording('config.expression', { name, reason: reasonOf(error) }));
  }
}

/** JSONata throws plain objects with a message. */
function reasonOf(error: unknown): string {
  return typeof error === 'object' && error !== null && 'message' in error ? String(error.message) : String(error);
}
