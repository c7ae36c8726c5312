/**
 * Compiles everything and puts beside the compiled nodes what Node-RED looks for there. Does nothing where that was done
 * since the last change, so that a running Node-RED keeps its files.
 */
import { execFileSync } from 'node:child_process';
import { chmodSync, cpSync, globSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { extname } from 'node:path';
import { fileURLToPath } from 'node:url';

const stamp = 'dist/.built';

/** When a file was last changed, in milliseconds; 0 where there is none. */
function changedAt(file: string): number {
  return statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0;
}

process.chdir(fileURLToPath(new URL('..', import.meta.url)));
// Folders are sources too: their time tells of files that were deleted.
const sources = globSync(['{nodes,src,icons}/**', '.tools/build.ts', 'tsconfig.json', 'package-lock.json']);
if (sources.every((file) => changedAt(file) < changedAt(stamp))) process.exit();

rmSync('dist', { recursive: true, force: true });
rmSync('resources', { recursive: true, force: true });
for (const project of ['.', 'src/editor', 'src/simulator/console']) {
  execFileSync(process.execPath, ['node_modules/typescript/bin/tsc', '-p', project], { stdio: 'inherit' });
}
cpSync('nodes', 'dist/nodes', { recursive: true, filter: (source) => extname(source) !== '.ts' });
cpSync('icons', 'dist/nodes/icons', { recursive: true });
cpSync('src/editor/kaa.css', 'resources/editor/kaa.css');
const page = 'src/simulator/console';
for (const file of ['index.html', 'console.css', 'icon.svg']) cpSync(`${page}/${file}`, `dist/console/${file}`);
cpSync('node_modules/uplot/dist/uPlot.min.css', 'dist/console/uPlot.min.css');
// Beside the page's own modules; the notice of its licence stands in it.
cpSync('node_modules/uplot/dist/uPlot.esm.js', 'dist/console/simulator/console/uPlot.js');
chmodSync('dist/src/simulator/command-line.js', 0o755);
writeFileSync(stamp, '');
