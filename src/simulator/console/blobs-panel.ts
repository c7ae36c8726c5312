import { element, row, table } from './elements.ts';
import { ago, size } from './format.ts';
import { type EndpointContext, Loader } from './panel.ts';
import { endpointPath, send } from './request.ts';

interface BlobRow {
  readonly name: string;
  readonly size: number;
  readonly contentType: string;
  readonly receivedAt: string;
  readonly sha256: string;
  readonly location: string;
}

const headings = ['Name', 'Size', 'Type', 'Received', 'SHA-256'] as const;

/** What an endpoint has uploaded. */
export function blobsPanel({ live, scope, token }: EndpointContext): HTMLElement {
  const body = element('tbody');
  const none = element(
    'p',
    { class: 'empty' },
    'No uploads yet. A device asks for an upload token and posts a file with it.',
  );
  const loader = new Loader(scope, async () => {
    const blobs = (await send({ method: 'GET', path: endpointPath(token, 'blobs') })) as BlobRow[];
    body.replaceChildren(...blobs.toReversed().map(blobRow));
    none.hidden = blobs.length > 0;
  });
  scope.on(live.logged, (event) => {
    if (event.kind === 'upload' && event.token === token) void loader.run();
  });
  loader.follow(live, () => false);
  scope.every(10_000, () => void loader.run());
  return element('div', {}, loader.element, none, table('Uploads', headings, body));
}

function blobRow({ name, size: bytes, contentType, receivedAt, sha256, location }: BlobRow): HTMLTableRowElement {
  // A path of this server only: what a device sent must not lead anywhere else.
  const href = new URL(location, window.location.origin).pathname;
  const link = element('a', { href, download: name }, name);
  return row(headings, [
    link,
    size(bytes),
    contentType,
    ago(receivedAt),
    element('code', { title: sha256 }, `${sha256.slice(0, 12)}…`),
  ]);
}
