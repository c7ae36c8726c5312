import type { ClientOptions } from '../../src/client/options.ts';

/** Options of a client under test. */
export function clientOptions(changes: Partial<ClientOptions> = {}): ClientOptions {
  return {
    urls: ['mqtt://127.0.0.1:1883'],
    clientId: 'test',
    keepAlive: 30,
    qos: 'auto',
    requestTimeout: 10,
    maxInFlight: 100,
    maxPayload: 256 * 1024,
    requestIdMax: 99_999,
    extensions: { dcx: 'dcx', epmx: 'epmx', cex: 'cex', cmx: 'cmx', cmx_ota: 'cmx_ota', bcx: 'bcx' },
    ...changes,
  };
}
