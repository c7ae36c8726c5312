/** Compiles everything and puts beside the compiled nodes what Node-RED looks for there. */
import { execFileSync } from 'node:child_process';
import { chmodSync, cpSync, rmSync } from 'node:fs';
import { extname } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));

process.chdir(root);
rmSync('dist', { recursive: true, force: true });
rmSync('resources', { recursive: true, force: true });
for (const project of ['.', 'src/editor']) {
  execFileSync(process.execPath, ['node_modules/typescript/bin/tsc', '-p', project], { stdio: 'inherit' });
}
cpSync('nodes', 'dist/nodes', { recursive: true, filter: (source) => extname(source) !== '.ts' });
cpSync('icons', 'dist/nodes/icons', { recursive: true });
chmodSync('dist/src/simulator/command-line.js', 0o755);
