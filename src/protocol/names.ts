/**
 * Names that become levels of a topic. Like the table of resources this file imports nothing: the browser uses it too.
 */

/** What a name is used for. */
export type NameKind = 'token' | 'appVersion' | 'extension' | 'metric' | 'commandType' | 'configName';

/** Why a name cannot become a topic level. */
export type NameProblem = 'type' | 'empty' | 'separator' | 'control' | 'dot' | 'digits' | 'long';

/** Six levels of this length stay below MQTT's bound of 65,535 bytes for a topic. */
const longestName = 2048;

// oxlint-disable-next-line no-control-regex -- control characters are what is looked for
const controlCharacter = /[\u0000-\u001f\u007f-\u009f\ufffe\uffff]/;

/**
 * Tells why `value` cannot become a topic level, or undefined where it can.
 *
 * A last level of digits only would be taken for a request ID (1/KP), so that metrics, command types and configuration
 * names must not be all digits. Tokens additionally have no dot.
 */
export function nameProblem(kind: NameKind, value: unknown): NameProblem | undefined {
  if (typeof value !== 'string') return 'type';
  if (value === '') return 'empty';
  if (value.length > longestName) return 'long';
  if (/[/+#]/.test(value)) return 'separator';
  if (controlCharacter.test(value) || !value.isWellFormed()) return 'control';
  if (kind === 'token') return value.includes('.') ? 'dot' : undefined;
  if (kind === 'appVersion' || kind === 'extension') return undefined;
  return /^\d+$/.test(value) ? 'digits' : undefined;
}

/** The sentence for each problem, to follow the name of the thing: "metric must not be empty". */
export const nameProblemText: Readonly<Record<NameProblem, string>> = {
  type: 'must be a string',
  empty: 'must not be empty',
  separator: 'must not contain / + or #',
  control: 'must not contain control characters or broken Unicode',
  dot: 'must not contain a dot',
  digits: 'must not consist of digits only, which Kaa takes for a request ID',
  long: `must not be longer than ${longestName} characters`,
};

/** Whether a name as last level makes a topic without request ID look like an answer; such requests always carry an ID. */
export function looksLikeAnswer(name: string): boolean {
  return name === 'status' || name === 'error';
}
