/** In which property a kaa-endpoint node keeps the instance name of each extension; the browser uses it too. */
import type { ExtensionName } from './resources.ts';

export const extensionProperties = {
  dcx: 'dcx',
  epmx: 'epmx',
  cex: 'cex',
  cmx: 'cmx',
  cmx_ota: 'cmxOta',
  bcx: 'bcx',
} as const satisfies Record<ExtensionName, string>;
