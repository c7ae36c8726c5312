/** Addresses of this machine: one rule for connections, simulator, dialogs and the console page. Imports nothing. */

const octet = '(?:25[0-5]|2[0-4]\\d|1\\d\\d|[1-9]?\\d)';
const ownAddress = new RegExp(`^127(?:\\.${octet}){3}$`);

/** Whether only programs of this machine are behind a host name or an address, as it stands in a URL or without brackets. */
export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || host === '[::1]' || ownAddress.test(host);
}
