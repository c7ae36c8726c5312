/** Where the browser that shows the editor finds the console page of a simulator. */
import { isLoopback } from '../protocol/loopback.ts';

export type ConsolePage =
  | { readonly url: string }
  /**
   * `elsewhere`: only browsers on the machine of the runtime reach it, and this one is on another. `unknown`: port or
   * address come from the environment of the runtime.
   */
  | { readonly url?: undefined; readonly reason: 'elsewhere' | 'unknown' };

/**
 * @param host that the simulator listens on, as the flow has it
 * @param httpPort as the flow has it
 * @param editorHost where this browser found the editor, as `location.hostname`
 */
export function consolePage(host: string, httpPort: string, editorHost: string): ConsolePage {
  const port = httpPort === '' ? '1884' : httpPort;
  const address = listenAddress(host);
  if (!/^\d+$/.test(port) || address.includes('${')) return { reason: 'unknown' };
  if (isLoopback(address) && !isLoopback(editorHost)) return { reason: 'elsewhere' };
  // What listens everywhere also listens where the editor was found.
  const reachable = ['0.0.0.0', '::', '[::]'].includes(address) ? editorHost : address;
  return {
    url: `http://${reachable.includes(':') && !reachable.startsWith('[') ? `[${reachable}]` : reachable}:${port}/`,
  };
}

/** An empty host means the default. */
export function listenAddress(host: string): string {
  return host === '' ? '127.0.0.1' : host.toLowerCase();
}
