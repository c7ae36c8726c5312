/** JSON from outside: bounded in depth, because deeper JSON could be read but not written again. */

const deepestNesting = 200;

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/**
 * Reads bytes as text.
 * @throws {Error} whose message follows the name of the thing: "payload is not UTF-8 text"
 */
export function decodeText(bytes: Uint8Array): string {
  try {
    return utf8.decode(bytes);
  } catch {
    throw new Error('is not UTF-8 text');
  }
}

/**
 * Reads JSON.
 * @throws {Error} whose message follows the name of the thing: "payload is not JSON: …"
 */
export function parseJson(text: string): unknown {
  if (nestsTooDeeply(text)) throw new Error(`is nested deeper than ${deepestNesting} levels`);
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new Error(`is not JSON: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
  }
}

/** Bytes of a value when it is written as JSON. */
export function jsonSize(value: unknown): number {
  return Buffer.byteLength(JSON.stringify(value));
}

function nestsTooDeeply(json: string): boolean {
  let depth = 0;
  let inString = false;
  for (let index = 0; index < json.length; index += 1) {
    const character = json[index];
    if (inString) {
      if (character === '\\') index += 1;
      else if (character === '"') inString = false;
    } else if (character === '"') inString = true;
    else if (character === '[' || character === '{') depth += 1;
    else if (character === ']' || character === '}') depth -= 1;
    if (depth > deepestNesting) return true;
  }
  return false;
}
