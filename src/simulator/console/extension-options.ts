import { resources } from '../../protocol/resources.ts';

const meanings = {
  dcx: 'telemetry',
  epmx: 'metadata',
  cex: 'commands',
  cmx: 'configuration',
  cmx_ota: 'software',
  bcx: 'blobs',
} as const;

/** The extensions to choose from, each with what it is about. */
export function extensionOptions(): (readonly [value: string, text: string])[] {
  const extensions = new Set(Object.values(resources).map(({ extension }) => extension));
  return [...extensions].map((extension) => [extension, `${extension} (${meanings[extension]})`]);
}
