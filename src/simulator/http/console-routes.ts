/** The console page and what it loads, from the folder that the build makes. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { extname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { HttpError, type HttpAnswer } from './exchange.ts';
import type { Route } from './router.ts';

const page = 'index.html';

/** Nothing but the page's own files runs or is loaded, and no text becomes HTML. */
const policy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
].join('; ');

const contentTypes: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
};

/** A route for each file: what is not in the folder now cannot be asked for. */
export function consoleRoutes(): readonly Route[] {
  const folder = findFolder();
  if (folder === undefined) return [{ path: '/', methods: { GET: notBuilt } }];
  const found = readdirSync(folder, { recursive: true, encoding: 'utf8' }).map((file) => file.replaceAll('\\', '/'));
  const files = found.filter((file) => extname(file) in contentTypes);
  return files.map((file) => ({
    path: file === page ? '/' : `/console/${file}`,
    methods: { GET: () => answer(`${folder}${file}`) },
  }));
}

/** Beside the compiled simulator, or where the build of these sources puts it. */
function findFolder(): string | undefined {
  const places = ['../../../console/', '../../../dist/console/'].map((place) =>
    fileURLToPath(new URL(place, import.meta.url)),
  );
  return places.find((place) => existsSync(`${place}${page}`));
}

function answer(file: string): HttpAnswer {
  const contentType = contentTypes[extname(file)] ?? 'application/octet-stream';
  return {
    asset: readFileSync(file),
    contentType,
    headers: { 'content-security-policy': policy, 'referrer-policy': 'no-referrer' },
  };
}

function notBuilt(): HttpAnswer {
  throw new HttpError(503, 'the console page has not been built: run npm run build; the control API works without it');
}
