// Installs what package-lock.json names and node_modules does not hold. Runs on any Node, before anything is installed.
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));

function packages(file) {
  try {
    return JSON.parse(readFileSync(`${root}${file}`, 'utf8')).packages;
  } catch {
    return {};
  }
}

const wanted = Object.entries(packages('package-lock.json')).filter(([path, entry]) => path !== '' && !entry.optional);
const installed = packages('node_modules/.package-lock.json');
const missing = wanted.filter(([path, { version }]) => installed[path]?.version !== version);

if (missing.length > 0) {
  console.error('Installing the packages of this repository, among them its own Node.js 24 …');
  const npm = process.env['npm_execpath'];
  const options = ['ci', '--no-audit', '--no-fund', '--loglevel=error'];
  const { status } =
    npm === undefined
      ? spawnSync('npm', options, { cwd: root, stdio: ['ignore', 2, 2], shell: true })
      : spawnSync(process.execPath, [npm, ...options], { cwd: root, stdio: ['ignore', 2, 2] });
  process.exitCode = status ?? 1;
}
