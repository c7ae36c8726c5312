/** Which view the page shows; it stands in the address, so that reload, back and bookmarks work. */

export const endpointViews = ['telemetry', 'metadata', 'commands', 'configuration', 'software', 'blobs'] as const;

export type EndpointView = (typeof endpointViews)[number];

export type Route =
  | { readonly view: 'start' | 'faults' | 'log' }
  | { readonly view: EndpointView; readonly token: string };

export function hashOf(route: Route): string {
  return 'token' in route ? `#/endpoint/${encodeURIComponent(route.token)}/${route.view}` : `#/${route.view}`;
}

/** The start where the address makes no sense. */
export function routeOf(hash: string): Route {
  const [, first = '', token = '', view = ''] = hash.split('/');
  if (first === 'faults' || first === 'log') return { view: first };
  const known = endpointViews.find((each) => each === view) ?? 'telemetry';
  const decoded = first === 'endpoint' ? decode(token) : '';
  return decoded === '' ? { view: 'start' } : { view: known, token: decoded };
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return '';
  }
}
