/**
 * Runs the tests: two files at a time, then the others one by one. Arguments go to mocha; where test files are
 * among them, only these run.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { globSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, normalize, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { closingLine, type Counts } from './support/closing-line.ts';

/** They measure time or memory. */
const measuring = [
  'attack/floods',
  'attack/hostile-platform',
  'bench/bench',
  'client/connection-check',
  'client/mqtt-transport',
  'client/window-share',
  'console/page',
  'nodes/examples',
  'nodes/plant',
  'simulator/closing',
  'simulator/connections',
  'simulator/events',
  'simulator/metadata',
  'simulator/remote-broker',
  'soak/soak',
].map((name) => normalize(`test/${name}.test.ts`));

/** Whether nothing else may run beside it. */
const wantsToBeAlone = (file: string): boolean => measuring.includes(file);

const root = fileURLToPath(new URL('..', import.meta.url));
const mocha = join(root, 'node_modules/mocha/bin/mocha.js');

/** Compiling is a third of what many short-lived processes and threads do: they leave its outcome to each other. */
const compiled = mkdtempSync(join(tmpdir(), 'kaa-compiled-'));
process.once('exit', () => rmSync(compiled, { recursive: true, force: true }));

interface Outcome {
  readonly exitCode: number;
  /** Undefined where another reporter was asked for, or mocha ended before its report. */
  readonly counts: Counts | undefined;
}

async function run(args: readonly string[]): Promise<Outcome> {
  const child = spawn(process.execPath, [mocha, ...args], {
    cwd: root,
    stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
    env: { ...process.env, NODE_COMPILE_CACHE: compiled },
  });
  let counts: Counts | undefined;
  child.on('message', (message) => {
    counts = message as Counts;
  });
  // The channel ends behind its last message.
  await Promise.all([once(child, 'close'), once(child, 'disconnect')]);
  return { exitCode: child.exitCode ?? 1, counts };
}

const isTest = (argument: string): boolean => argument.endsWith('.test.ts');
const args = process.argv.slice(2);
const all = globSync('test/**/*.test.ts', { cwd: root }).toSorted();
for (const file of measuring) if (!all.includes(file)) throw new Error(`there is no ${file}`);

const asked = args.filter(isTest).map((file) => relative(root, resolve(file)));
const files = asked.length > 0 ? asked : all;
const options = args.filter((argument) => !isTest(argument));

const parts = [
  { how: ['--parallel', '--jobs', '2'], files: files.filter((file) => !wantsToBeAlone(file)) },
  { how: [], files: files.filter(wantsToBeAlone) },
];
const outcomes: Outcome[] = [];
for (const part of parts) {
  if (part.files.length > 0) outcomes.push(await run([...part.how, ...options, ...part.files]));
}

const counts = outcomes.map((outcome) => outcome.counts).filter((each) => each !== undefined);
if (counts.length === outcomes.length) {
  const sum = (key: keyof Counts): number => counts.reduce((total, each) => total + each[key], 0);
  console.log(closingLine({ passes: sum('passes'), failures: sum('failures'), pending: sum('pending') }));
}
process.exitCode = outcomes.find(({ exitCode }) => exitCode !== 0)?.exitCode ?? 0;
